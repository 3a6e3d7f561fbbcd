/**
 * The host's copy of a VM's journal, for hosts that share no memory with it. Every entry of the VM's own journal is appended here in the
 * same order, and so at the same position, and marked as poison here when it is there. The VM's next incarnation starts with a copy of it.
 *
 * The catch: it must not be truncated later than the journal that it mirrors, or an entry that fits there has no room here.
 */
import { readU32 } from '../protocol/frame.js';
import { ACTOR_BYTES, Journal } from './journal.js';

export class JournalMirror {
  private readonly memory: ArrayBuffer;
  private readonly journal: Journal;
  private floor = 0;

  /** @param bytes capacity of the journal that it mirrors */
  constructor(bytes: number) {
    this.memory = Journal.allocate(bytes, false) as ArrayBuffer;
    this.journal = new Journal(this.memory);
  }

  /**
   * @returns the position of the entry
   * @throws RangeError when it does not fit: then this is not the mirror of the journal that the entry comes from
   */
  append(entry: Uint8Array): number {
    const { position } = this.journal;
    if (!this.journal.appendBatch(readU32(entry, 0), entry, ACTOR_BYTES, entry.length - ACTOR_BYTES))
      throw new RangeError(`no room for a journal entry of ${entry.length} bytes`);
    this.journal.truncate(this.floor);
    return position;
  }

  poison(position: number): void {
    this.journal.poison(position);
  }

  /** Forgets the frames before a position, even those that have yet to arrive: this call may overtake them, as it takes another way. */
  truncate(position: number): void {
    this.floor = Math.max(this.floor, position);
    this.journal.truncate(this.floor);
  }

  /** A copy of the memory as it is now, to attach a journal to. */
  copy(): ArrayBuffer {
    return this.memory.slice(0);
  }
}
