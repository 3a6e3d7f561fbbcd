/** What the page asks that is found by playing the recording, each as JSON. */

import { isRecord } from '../../trace/check.js';
import { bytesOf } from '../../trace/live.js';
import { postedIn, QuestionError } from '../../trace/question.js';
import { jsonText } from '../player/json-text.js';
import type { Player } from '../player/player.js';
import type { StateQuestion } from '../player/state-question.js';

/** What of a player the page asks for. */
export type PagePlayer = Pick<Player, 'state' | 'print' | 'try' | 'compare' | 'origin' | 'test' | 'code' | 'open' | 'close'>;

/** @param body of a POST; empty otherwise */
type Question = (player: PagePlayer, file: string, query: URLSearchParams, body: string) => Promise<string>;

const numberIn = (query: URLSearchParams): number => Number(query.get('number'));

const codeQuestion = (query: URLSearchParams) => ({
  actor: query.get('actor') ?? '',
  side: query.get('vm') === 'wasm' ? ('wasm' as const) : ('js' as const),
  kind: query.get('kind') ?? '',
  position: query.get('position') ?? '',
});

/** @throws QuestionError when it makes no sense */
function questionsIn(body: string): readonly StateQuestion[] {
  const questions = postedIn(body);
  const isList = (value: unknown, type: string) => Array.isArray(value) && value.every((each) => typeof each === type);
  const fits = (each: unknown) => {
    const { actor, numbers, steps } = (isRecord(each) ? each : {}) as Partial<StateQuestion>;
    return typeof actor === 'string' && isList(numbers, 'number') && isList(steps, 'string');
  };
  if (!Array.isArray(questions) || !questions.every(fits)) throw new QuestionError('these are no questions about states');
  return questions as readonly StateQuestion[];
}

export const played = {
  state: async (player, file, query) => jsonText(await player.state(file, numberIn(query), query.get('actor') ?? '')),
  print: async (player, file, _query, body) => jsonText(await player.print(file, questionsIn(body))),
  try: async (player, file, query, body) =>
    jsonText(await player.try(file, numberIn(query), query.get('actor') ?? '', bytesOf(String(postedIn(body))))),
  compare: async (player, file, query) => jsonText(await player.compare(file, numberIn(query), query.get('actor') ?? '')),
  origin: async (player, file, query) => jsonText(await player.origin(file, numberIn(query), query.get('path') ?? '')),
  test: async (player, file, query) => jsonText(await player.test(file, numberIn(query))),
  code: async (player, _file, query) => jsonText(await player.code(codeQuestion(query))),
  open: async (player, _file, query) => jsonText(await player.open(codeQuestion(query))),
} satisfies Readonly<Record<string, Question>>;
