/** What the page asks that is found by playing the recording, each as JSON. */
import { jsonText } from '../player/json-text.js';
import type { Player } from '../player/player.js';

type Question = (player: Pick<Player, 'state' | 'why' | 'test'>, file: string, query: URLSearchParams) => Promise<string>;

const numberIn = (query: URLSearchParams): number => Number(query.get('number'));

export const played = {
  state: async (player, file, query) => jsonText(await player.state(file, numberIn(query), query.get('actor') ?? '')),
  why: async (player, file, query) => jsonText(await player.why(file, numberIn(query), query.get('path') ?? '')),
  test: async (player, file, query) => jsonText(await player.test(file, numberIn(query))),
} satisfies Readonly<Record<string, Question>>;
