/** A running 32-bit digest of emitted frames: what a replay's output is compared with. */
import { BODY_OFFSET, frameLength, KIND_OFFSET, readU16, TARGET_OFFSET } from '../protocol/frame.js';

/** Body bytes that are looked at per frame. Longer bodies are sampled evenly, or the digest would cost more than the frame. */
const SAMPLES_MAX = 128;

const mix = (digest: number, value: number): number => Math.imul(digest ^ value, 0x01000193);

/** Adds the frames in `bytes[start, end)`: kind, target, length and body of each, as before stamping. How they are batched makes no difference. */
export function frameDigest(digest: number, bytes: Uint8Array, start: number, end: number): number {
  for (let at = start; at < end; ) {
    const length = frameLength(bytes, at);
    digest = mix(digest, length);
    digest = mix(digest, readU16(bytes, at + KIND_OFFSET) * 0x1_0000 + readU16(bytes, at + TARGET_OFFSET));
    const step = Math.max(1, Math.floor((length - BODY_OFFSET) / SAMPLES_MAX));
    for (let i = at + BODY_OFFSET; i < at + length; i += step) digest = mix(digest, bytes[i]);
    at += length;
  }
  return digest;
}
