/** What a party has accepted: the highest sequence per source and lane, at `source * LANES.length + lane`. */
import { KIND_OFFSET, readU16, readU53, SEQUENCE_OFFSET, SOURCE_OFFSET } from '../protocol/frame.js';
import type { Kinds } from './kinds.js';
import { LANES } from './mailbox.js';

const keyOf = (frame: Uint8Array, kinds: Kinds): number =>
  readU16(frame, SOURCE_OFFSET) * LANES.length + (kinds.get(readU16(frame, KIND_OFFSET))?.lane ?? 0);

export const hasSeen = (seen: readonly number[], frame: Uint8Array, kinds: Kinds): boolean =>
  readU53(frame, SEQUENCE_OFFSET) <= (seen[keyOf(frame, kinds)] ?? 0);

export function noteSeen(seen: number[], frame: Uint8Array, kinds: Kinds): void {
  if (!hasSeen(seen, frame, kinds)) seen[keyOf(frame, kinds)] = readU53(frame, SEQUENCE_OFFSET);
}
