/** What could not be delivered or decoded, why, and its first bytes: the newest few for a person to read, and a count of all. */
import type { ErrorCode } from '../protocol/errors.js';
import { BODY_OFFSET, readHeader } from '../protocol/frame.js';
import { DEAD_LETTER_BYTES_MAX, DEAD_LETTERS_MAX } from '../protocol/limits.js';

/** Plain data: it crosses the control plane. */
export interface DeadLetter {
  readonly code: ErrorCode;
  readonly detail: string;
  /** From the frame's header as it stands, wrong or not; 0 when the frame is too short to have one. */
  readonly kind: number;
  readonly source: number;
  readonly target: number;
  readonly sequence: number;
  readonly firstBytes: Uint8Array;
  /** Microseconds since the Unix epoch. */
  readonly at: number;
}

const NO_HEADER = { kind: 0, source: 0, target: 0, sequence: 0 };

export class DeadLetters {
  private readonly letters: DeadLetter[] = [];
  private added = 0;

  /** @param now microseconds since the Unix epoch */
  constructor(
    private readonly max = DEAD_LETTERS_MAX,
    private readonly now: () => number,
  ) {}

  add(code: ErrorCode, detail: string, bytes: Uint8Array, at: number, length: number): void {
    const { kind, source, target, sequence } = length < BODY_OFFSET ? NO_HEADER : readHeader(bytes, at);
    const firstBytes = bytes.slice(at, at + Math.min(length, DEAD_LETTER_BYTES_MAX));
    this.letters[this.added % this.max] = { code, detail, kind, source, target, sequence, firstBytes, at: this.now() };
    this.added++;
  }

  /** Dead letters ever, those no longer kept included. */
  get count(): number {
    return this.added;
  }

  /** The newest `max`, oldest first. */
  list(): DeadLetter[] {
    const oldest = this.added > this.max ? this.added % this.max : 0;
    return [...this.letters.slice(oldest), ...this.letters.slice(0, oldest)];
  }
}
