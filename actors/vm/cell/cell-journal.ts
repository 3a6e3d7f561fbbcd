/** The entries of one actor in the journal of a VM: its frames, and which of them are poison. */

import type { Journal } from '../../../bus/journal.js';
import type { Address, Frame, Position } from '../../../protocol/names.js';

export interface JournalEntry {
  readonly position: Position;
  readonly frame: Frame;
  /** True when it is not handled any more, also after a loss of the VM. */
  readonly poisoned: boolean;
}

export class CellJournal {
  constructor(
    private readonly journal: Journal,
    private readonly address: Address,
  ) {}

  /** Where the next frame goes. */
  get position(): Position {
    return this.journal.position;
  }

  /** Appends frames that are handled together. @returns the position of the first */
  append(bytes: Uint8Array, length: number): number {
    const from = this.journal.position;
    this.journal.append(this.address, bytes, 0, length);
    return from;
  }

  /** Entries from a position on, with copies of their frames: the journal may wrap while they are handled. */
  from(position: Position): readonly JournalEntry[] {
    const entries: JournalEntry[] = [];
    this.journal.read(position, (actor, bytes, at, length, found, poisoned) => {
      if (actor === this.address) entries.push({ position: found, frame: bytes.slice(at, at + length), poisoned });
    });
    return entries;
  }

  /** The frame with this number in the batch at this position, or that and all after it; none when it is gone, and none that is poison. */
  within(position: Position, index: number, after: boolean): readonly JournalEntry[] {
    const entries = this.journal.has(position) ? this.from(position).slice(index, after ? undefined : index + 1) : [];
    return entries.filter(({ poisoned }) => !poisoned);
  }

  /** Entries after a snapshot that are not poison: those whose output has left, and those that were not handled. */
  since(snapshot: number, handledTo: Position): { readonly handled: readonly JournalEntry[]; readonly left: readonly JournalEntry[] } {
    const entries = this.from(snapshot).filter(({ poisoned }) => !poisoned);
    const handled = entries.filter(({ position }) => position < handledTo);
    return { handled, left: entries.slice(handled.length) };
  }

  /** Frames after a snapshot that are poison. */
  poisonedSince(snapshot: number): readonly Uint8Array[] {
    const entries = this.from(snapshot).filter(({ poisoned }) => poisoned);
    return entries.map(({ frame }) => frame);
  }

  poison(position: Position): void {
    this.journal.poison(position);
  }
}
