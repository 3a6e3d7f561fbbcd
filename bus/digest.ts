/** A running 32-bit digest of emitted frames, which the output of a replay is compared with. */
import { BODY_OFFSET, frameLength, KIND_OFFSET, TARGET_OFFSET } from '../protocol/frame.js';
import { CachedView } from './copier.js';

const WORD_BYTES = 4;
/** Bytes of each body that are read. Longer bodies are sampled evenly; otherwise the digest would cost more than the frame. */
const SAMPLED_BYTES_MAX = 256;

const mix = (digest: number, value: number): number => Math.imul(digest ^ value, 0x01000193);

export class FrameDigest {
  private readonly kept = new CachedView();

  /** Adds the frames in `bytes[start, end)`: kind, target, length and body of each, before stamping. Batching makes no difference. */
  add(digest: number, bytes: Uint8Array, start: number, end: number): number {
    const view = this.kept.of(bytes);
    for (let at = start; at < end; ) {
      const length = frameLength(bytes, at);
      digest = mix(digest, length ^ (view.getUint16(at + KIND_OFFSET) << 16) ^ view.getUint16(at + TARGET_OFFSET));
      digest = addBody(digest, view, at + BODY_OFFSET, at + length);
      at += length;
    }
    return digest;
  }
}

/** The digest of one frame's body alone, as a trace has it: with it two emissions are compared where neither is kept. */
export class BodyDigest {
  private readonly kept = new CachedView();

  /** @returns an unsigned 32-bit number for the frame at `at` */
  of(bytes: Uint8Array, at: number): number {
    const [start, end] = [at + BODY_OFFSET, at + frameLength(bytes, at)];
    let digest = mix(0, end - start);
    // A small body would be digested with the end of the header before it, which has the time.
    if (end - start < WORD_BYTES) for (let i = start; i < end; i++) digest = mix(digest, bytes[i]);
    else digest = addBody(digest, this.kept.of(bytes), start, end);
    return digest >>> 0;
  }
}

/** The last word may overlap the one before it, so that no single bytes remain. Before the smallest body that is the header. */
function addBody(digest: number, view: DataView, start: number, end: number): number {
  const length = end - start;
  const step = length <= SAMPLED_BYTES_MAX ? WORD_BYTES : WORD_BYTES * Math.floor(length / SAMPLED_BYTES_MAX);
  const last = end - WORD_BYTES;
  for (let at = start; at < last; at += step) digest = mix(digest, view.getInt32(at, true));
  return mix(digest, view.getInt32(last, true));
}
