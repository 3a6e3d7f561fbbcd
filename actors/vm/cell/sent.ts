/**
 * What an actor has sent: a digest of all of it, to compare a replay with; and what was emitted since its last snapshot, so that a different
 * output can be shown beside it.
 *
 * The catch: of that it keeps only the first `SENT_KEPT_BYTES_MAX`, and nothing from before a loss of its VM: differences there are known by the
 * digest alone.
 */
import { FrameDigest } from '../../../bus/digest.js';
import { frameLength } from '../../../protocol/frame.js';
import { SENT_KEPT_BYTES_MAX } from '../../../protocol/limits.js';
import type { Sequence } from '../../../protocol/names.js';

export class Sent {
  private memory = new Uint8Array(0);
  private length = 0;
  private isFull = false;
  private readonly frameDigest = new FrameDigest();

  /**
   * @param sequence of the frame before the first that is kept
   * @param digest of all that was sent until then
   */
  constructor(
    private sequence: Sequence,
    public digest: number,
  ) {}

  /** A snapshot was taken: output from before it is not compared any more. */
  restart(sequence: Sequence): void {
    this.sequence = sequence;
    this.length = 0;
    this.isFull = false;
  }

  /** Goes on after a move: these frames were sent after a sequence, and are in the digest already. */
  resume(sequence: Sequence, frames: Uint8Array): void {
    this.restart(sequence);
    this.keep(frames, 0, frames.length);
  }

  /** The frames in `bytes[start, end)` leave next. */
  add(bytes: Uint8Array, start: number, end: number): void {
    this.digest = this.frameDigest.add(this.digest, bytes, start, end);
    this.keep(bytes, start, end);
  }

  private keep(bytes: Uint8Array, start: number, end: number): void {
    if (this.isFull) return;
    let to = end;
    if (this.length + end - start > SENT_KEPT_BYTES_MAX) {
      this.isFull = true;
      for (to = start; this.length + to + frameLength(bytes, to) - start <= SENT_KEPT_BYTES_MAX; ) to += frameLength(bytes, to);
    }
    this.reserve(this.length + to - start);
    this.memory.set(bytes.subarray(start, to), this.length);
    this.length += to - start;
  }

  private reserve(bytes: number): void {
    if (bytes <= this.memory.length) return;
    const larger = new Uint8Array(Math.min(SENT_KEPT_BYTES_MAX, 2 * bytes));
    larger.set(this.memory.subarray(0, this.length));
    this.memory = larger;
  }

  /** A copy of the frames after a sequence, one after another; null when some of them are missing. */
  after(sequence: Sequence): Uint8Array | null {
    if (sequence < this.sequence) return null;
    let at = 0;
    for (let next = this.sequence; next < sequence && at < this.length; next++) at += frameLength(this.memory, at);
    return this.memory.slice(at, this.length);
  }
}
