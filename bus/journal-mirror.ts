/**
 * The journal of a VM as its host keeps it where they share no memory: every entry of the VM's own journal is appended here, in the same
 * order and so at the same position, and given up here when it is there. A copy of this memory is what the next incarnation of the VM goes on with.
 *
 * The catch: it must not be truncated later than the journal that it mirrors, or an entry that fits there finds no room here.
 */
import { readU32 } from '../protocol/frame.js';
import { ACTOR_BYTES, Journal } from './journal.js';

export class JournalMirror {
  private readonly memory: ArrayBuffer;
  private readonly journal: Journal;
  private floor = 0;

  /** @param bytes of the journal that it mirrors */
  constructor(bytes: number) {
    this.memory = Journal.allocate(bytes, false) as ArrayBuffer;
    this.journal = new Journal(this.memory);
  }

  /**
   * @returns its position
   * @throws RangeError when it does not fit: this is no mirror of the journal that it comes from
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

  /** Forgets the frames before a position, also those that are yet to come: the word of it travels on another way than they. */
  truncate(position: number): void {
    this.floor = Math.max(this.floor, position);
    this.journal.truncate(this.floor);
  }

  /** The memory as it is, to attach a journal to. */
  copy(): ArrayBuffer {
    return this.memory.slice(0);
  }
}
