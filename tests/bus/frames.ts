/** Frames whose bytes identify them, so that a lost, doubled, moved or damaged one is noticed. */
import { LENGTH_BYTES, writeFrameLength } from '../../protocol/frame.js';

/** Size of the smallest frame that carries its number. */
export const NUMBERED_BYTES_MIN = 8;

export function numberedFrame(number: number, length: number): Uint8Array {
  const frame = new Uint8Array(length);
  for (let i = NUMBERED_BYTES_MIN; i < length; i++) frame[i] = number * 31 + i;
  if (length >= NUMBERED_BYTES_MIN) new DataView(frame.buffer).setUint32(LENGTH_BYTES, number, true);
  writeFrameLength(frame, 0, length);
  return frame;
}

/** @returns the number of the frame in `bytes[at, at + length)` @throws Error when a byte of it is not as it was made */
export function frameNumber(bytes: Uint8Array, at: number, length: number): number {
  const view = new DataView(bytes.buffer, bytes.byteOffset + at, length);
  if (view.getUint32(0, true) !== length - LENGTH_BYTES)
    throw new Error(`length field says ${view.getUint32(0, true)}, length is ${length}`);
  const number = view.getUint32(LENGTH_BYTES, true);
  for (let i = NUMBERED_BYTES_MIN; i < length; i++) {
    if (bytes[at + i] !== ((number * 31 + i) & 255)) throw new Error(`byte ${i} of frame ${number} is ${bytes[at + i]}`);
  }
  return number;
}
