/** What the page asks that is found by playing the recording, each as JSON. */
import { jsonText } from '../player/json-text.js';
import type { Player } from '../player/player.js';

/** What of a player the page asks for. */
export type PagePlayer = Pick<Player, 'state' | 'why' | 'test' | 'code'>;

type Question = (player: PagePlayer, file: string, query: URLSearchParams) => Promise<string>;

const numberIn = (query: URLSearchParams): number => Number(query.get('number'));

const codeQuestion = (query: URLSearchParams) => ({
  actor: query.get('actor') ?? '',
  side: query.get('vm') === 'wasm' ? ('wasm' as const) : ('js' as const),
  kind: query.get('kind') ?? '',
  position: query.get('position') ?? '',
});

export const played = {
  state: async (player, file, query) => jsonText(await player.state(file, numberIn(query), query.get('actor') ?? '')),
  why: async (player, file, query) => jsonText(await player.why(file, numberIn(query), query.get('path') ?? '')),
  test: async (player, file, query) => jsonText(await player.test(file, numberIn(query))),
  code: async (player, _file, query) => jsonText(await player.code(codeQuestion(query))),
} satisfies Readonly<Record<string, Question>>;
