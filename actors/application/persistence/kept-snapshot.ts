/**
 * What is kept of an actor's snapshot, [publication versions, replica versions, next request, state]: all but the versions. In a new life
 * everybody counts publications from the beginning.
 */
import { skipValue } from '../../../protocol/skip.js';

/** An array of four, and two arrays of nothing: a snapshot whose versions are all 0. */
const HEAD = Uint8Array.of(0x94, 0x90, 0x90);

/** @returns a snapshot that an actor can be restored from. @throws TypeError for what is no snapshot */
export function keptOf(snapshot: Uint8Array): Uint8Array {
  const { length } = snapshot;
  const end = snapshot[0] === HEAD[0] ? skipValue(snapshot, skipValue(snapshot, 1, length), length) : -1;
  if (end < 0) throw new TypeError('a snapshot is an array of four');
  const kept = new Uint8Array(HEAD.length + length - end);
  kept.set(HEAD);
  kept.set(snapshot.subarray(end), HEAD.length);
  return kept;
}
