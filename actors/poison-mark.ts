/**
 * How a journal says that a frame was given up: an entry of the same actor behind it, which is no frame but names its position. So an
 * actor whose VM is lost does not handle again what it had not handled before.
 */
import { readU53, writeFrameLength, writeU53 } from '../protocol/frame.js';

/** Shorter than any frame with a header. */
const MARK_BYTES = 12;
const POSITION_OFFSET = 4;

export function poisonMark(position: number): Uint8Array {
  const mark = new Uint8Array(MARK_BYTES);
  writeFrameLength(mark, 0, MARK_BYTES);
  writeU53(mark, POSITION_OFFSET, position);
  return mark;
}

/** @returns the position that an entry marks; -1 when it is a frame */
export const markedPosition = (bytes: Uint8Array, at: number, length: number): number =>
  length === MARK_BYTES ? readU53(bytes, at + POSITION_OFFSET) : -1;
