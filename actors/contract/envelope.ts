/** What goes with an actor from one VM or incarnation to the next besides its own snapshot: the bus's counters for it. */
import { decode, encode } from '@msgpack/msgpack';
import type { SeenPairs } from '../../bus/seen.js';

export interface Envelope {
  /** Sequence of the last frame that left. */
  readonly sequence: number;
  readonly seen: SeenPairs;
  readonly snapshot: Uint8Array;
}

export const encodeEnvelope = ({ sequence, seen, snapshot }: Envelope): Uint8Array => encode([sequence, seen, snapshot]);

/** @throws TypeError when the bytes are not an envelope */
export function decodeEnvelope(bytes: Uint8Array): Envelope {
  const value = decode(bytes);
  if (!Array.isArray(value)) throw new TypeError('an envelope is an array');
  const [sequence, seen, snapshot] = value;
  if (typeof sequence !== 'number' || !Array.isArray(seen) || !(snapshot instanceof Uint8Array))
    throw new TypeError('an envelope is [sequence, seen, snapshot]');
  return { sequence, seen, snapshot };
}
