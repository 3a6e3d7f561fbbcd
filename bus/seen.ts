/** What a party has accepted: the highest sequence per source and lane, at `source * LANES.length + lane`. */

import { readU16, readU53, SEQUENCE_OFFSET, SOURCE_OFFSET } from '../protocol/frame.js';
import type { Frame } from '../protocol/names.js';
import type { Kinds } from './kinds.js';
import { LANES } from './mailbox.js';

const keyOf = (frame: Frame, kinds: Kinds): number => readU16(frame, SOURCE_OFFSET) * LANES.length + (kinds.of(frame, 0)?.lane ?? 0);

export const hasSeen = (seen: readonly number[], frame: Frame, kinds: Kinds): boolean =>
  readU53(frame, SEQUENCE_OFFSET) <= (seen[keyOf(frame, kinds)] ?? 0);

export function noteSeen(seen: number[], frame: Frame, kinds: Kinds): void {
  if (!hasSeen(seen, frame, kinds)) seen[keyOf(frame, kinds)] = readU53(frame, SEQUENCE_OFFSET);
}

/** The same list for storing and sending, as each key followed by its sequence: with few sources the list is nearly all holes. */
export type SeenPairs = readonly number[];

export function pairsOf(seen: readonly number[]): SeenPairs {
  const pairs: number[] = [];
  seen.forEach((sequence, key) => {
    pairs.push(key, sequence);
  });
  return pairs;
}

export function seenOf(pairs: SeenPairs): number[] {
  const seen: number[] = [];
  for (let i = 0; i < pairs.length; i += 2) seen[pairs[i]] = pairs[i + 1];
  return seen;
}
