/**
 * What an actor has sent since its last snapshot, as it was emitted, so that a replay that says something else can be shown beside it.
 *
 * The catch: only the first `SENT_KEPT_BYTES_MAX` of it, and nothing from before a loss of its VM: what differs there is known by the digest alone.
 */
import { BODY_OFFSET, frameLength, KIND_OFFSET, readU16, TARGET_OFFSET } from '../../../protocol/frame.js';
import { SENT_KEPT_BYTES_MAX } from '../../../protocol/limits.js';

export class SentSince {
  private memory = new Uint8Array(0);
  private length = 0;
  private isFull = false;

  /** @param sequence of the frame before the first that is kept */
  constructor(private sequence: number) {}

  /** A snapshot was taken: what was sent before it is not compared any more. */
  restart(sequence: number): void {
    this.sequence = sequence;
    this.length = 0;
    this.isFull = false;
  }

  /** The frames in `bytes[start, end)` leave next. */
  add(bytes: Uint8Array, start: number, end: number): void {
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

  /** A copy of the frames behind a sequence, one after another; null when they are not all here from there on. */
  after(sequence: number): Uint8Array | null {
    if (sequence < this.sequence) return null;
    let at = 0;
    for (let next = this.sequence; next < sequence && at < this.length; next++) at += frameLength(this.memory, at);
    return this.memory.slice(at, this.length);
  }
}

/** Whether two emitted frames are the same: kind, target and body. What the gate stamps is not compared. */
export function isSame(a: Uint8Array, at: number, b: Uint8Array, from: number): boolean {
  const length = frameLength(a, at);
  if (length !== frameLength(b, from)) return false;
  if (readU16(a, at + KIND_OFFSET) !== readU16(b, from + KIND_OFFSET)) return false;
  if (readU16(a, at + TARGET_OFFSET) !== readU16(b, from + TARGET_OFFSET)) return false;
  for (let i = BODY_OFFSET; i < length; i++) if (a[at + i] !== b[from + i]) return false;
  return true;
}
