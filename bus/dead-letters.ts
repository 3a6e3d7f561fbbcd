/** Frames that could not be delivered, decoded or handled, and why: keeps the newest for a person to read and resend, and counts all. */
import type { ErrorCode } from '../protocol/errors.js';
import { BODY_OFFSET, readHeader } from '../protocol/frame.js';
import { CRASH_REASON_CHARACTERS_MAX, DEAD_LETTERS_BYTES_MAX, DEAD_LETTERS_MAX } from '../protocol/limits.js';
import type { Address, Frame, Kind, Microseconds, Sequence } from '../protocol/names.js';
import { beginningOf } from './beginning.js';

/** Plain data, because it crosses the control plane. */
export interface DeadLetter<Report = never> {
  readonly code: ErrorCode;
  readonly detail: string;
  /** Read from the frame's header, right or wrong; 0 when the frame is too short to have one. */
  readonly kind: Kind;
  readonly source: Address;
  readonly target: Address;
  readonly sequence: Sequence;
  /** The whole frame. */
  readonly frame: Frame;
  /** Report of the crash that made the frame poison; null for other dead letters. */
  readonly report: Report | null;
  /** Microseconds since the Unix epoch. */
  readonly at: Microseconds;
}

const NO_HEADER = { kind: 0, source: 0, target: 0, sequence: 0 };

export class DeadLetters<Report = never> {
  private readonly letters: DeadLetter<Report>[] = [];
  private bytes = 0;
  /** Number of all dead letters, including those no longer kept. */
  count = 0;

  /** @param now microseconds since the Unix epoch */
  constructor(
    private readonly max = DEAD_LETTERS_MAX,
    private readonly now: () => number,
  ) {}

  add(code: ErrorCode, detail: string, bytes: Uint8Array, at: number, length: number, report: Report | null = null): void {
    const { kind, source, target, sequence } = length < BODY_OFFSET ? NO_HEADER : readHeader(bytes, at);
    const frame = bytes.slice(at, at + length);
    this.letters.push({
      code,
      detail: beginningOf(detail, CRASH_REASON_CHARACTERS_MAX),
      kind,
      source,
      target,
      sequence,
      frame,
      report,
      at: this.now(),
    });
    this.count++;
    this.bytes += frame.length;
    while (this.letters.length > this.max || this.bytes > DEAD_LETTERS_BYTES_MAX) this.bytes -= this.letters.shift()?.frame.length ?? 0;
  }

  /** The dead letters that are kept, oldest first. */
  list(): readonly DeadLetter<Report>[] {
    return [...this.letters];
  }
}
