/** What the journal of a VM holds of one actor: its frames, and which of them are poison. */
import type { Journal } from '../../../bus/journal.js';

export interface JournalEntry {
  readonly position: number;
  readonly frame: Uint8Array;
  /** It is handled no more, also after a loss of the VM. */
  readonly poisoned: boolean;
}

export class CellJournal {
  constructor(
    private readonly journal: Journal,
    private readonly address: number,
  ) {}

  /** Where the next frame goes. */
  get position(): number {
    return this.journal.position;
  }

  /** Appends frames that are handled together. @returns the position of the first */
  append(bytes: Uint8Array, length: number): number {
    const from = this.journal.position;
    this.journal.appendBatch(this.address, bytes, 0, length);
    return from;
  }

  /** Entries from a position on, with copies of their frames: the journal may wrap while they are handled. */
  from(position: number): readonly JournalEntry[] {
    const entries: JournalEntry[] = [];
    this.journal.read(position, (actor, bytes, at, length, found, poisoned) => {
      if (actor === this.address) entries.push({ position: found, frame: bytes.slice(at, at + length), poisoned });
    });
    return entries;
  }

  /** The frame with a number in the batch that begins at a position. Empty when it is not there any more, or is poison. */
  at(position: number, index: number): readonly JournalEntry[] {
    return this.behind(position, index, index + 1);
  }

  /** The same with those behind it, up to the one with number `end`. */
  behind(position: number, index: number, end?: number): readonly JournalEntry[] {
    const entries = this.journal.has(position) ? this.from(position).slice(index, end) : [];
    return entries.filter(({ poisoned }) => !poisoned);
  }

  /** The entries behind a snapshot that are not poison: those whose output has left, and those that are yet to be handled. */
  since(snapshot: number, handledTo: number): { readonly handled: readonly JournalEntry[]; readonly left: readonly JournalEntry[] } {
    const entries = this.from(snapshot).filter(({ poisoned }) => !poisoned);
    const handled = entries.filter(({ position }) => position < handledTo);
    return { handled, left: entries.slice(handled.length) };
  }

  /** Frames behind a snapshot that are poison. */
  poisonedSince(snapshot: number): readonly Uint8Array[] {
    const entries = this.from(snapshot).filter(({ poisoned }) => poisoned);
    return entries.map(({ frame }) => frame);
  }

  poison(position: number): void {
    this.journal.poison(position);
  }
}
