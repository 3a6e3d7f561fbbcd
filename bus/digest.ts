/** A running 32-bit digest of emitted frames: what a replay's output is compared with. */
import { BODY_OFFSET, frameLength, KIND_OFFSET, readU16, readU32, TARGET_OFFSET } from '../protocol/frame.js';

const WORD_BYTES = 4;
/** Bytes of the body that are looked at per frame. Longer bodies are sampled evenly, or the digest would cost more than the frame. */
const SAMPLED_BYTES_MAX = 256;

const mix = (digest: number, value: number): number => Math.imul(digest ^ value, 0x01000193);

/** Adds the frames in `bytes[start, end)`: kind, target, length and body of each, as before stamping. How they are batched makes no difference. */
export function frameDigest(digest: number, bytes: Uint8Array, start: number, end: number): number {
  for (let at = start; at < end; ) {
    const length = frameLength(bytes, at);
    digest = mix(digest, length);
    digest = mix(digest, (readU16(bytes, at + KIND_OFFSET) << 16) | readU16(bytes, at + TARGET_OFFSET));
    const body = length - BODY_OFFSET;
    const step = body <= SAMPLED_BYTES_MAX ? WORD_BYTES : WORD_BYTES * Math.floor(body / SAMPLED_BYTES_MAX);
    let i = at + BODY_OFFSET;
    for (; i + WORD_BYTES <= at + length; i += step) digest = mix(digest, readU32(bytes, i));
    for (; i < at + length; i++) digest = mix(digest, bytes[i]);
    at += length;
  }
  return digest;
}
