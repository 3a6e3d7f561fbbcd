/**
 * The journal of one VM: every delivery to its actors, in delivery order, in memory that outlives the VM when it is shared.
 *
 *   0         8          32         56   64
 *   +---------+----------+----------+----+----------------------------------------------------------+
 *   | version | bounds 0 | bounds 1 |    | ring of entries: actor u32, byte length u32, frames, pad |
 *   +---------+----------+----------+----+----------------------------------------------------------+
 *
 * The bounds are three positions of 64 bits each: the start of the oldest entry, the floor below which frames are no longer
 * wanted, and the end. The version's lowest bit says which bounds hold. The writer fills in the others and then increments the
 * version, so whoever attaches after the writer was ended, at whatever instruction, finds whole entries only.
 *
 * A position is a count of bytes that never decreases. Each frame has its own, also within a batch. `position` is that of the next
 * frame: `read(position)` visits the frames that were appended after `position` was read.
 *
 * One bit of a frame's length, which no length needs, marks it as poison. It takes no room, so a full journal has it too.
 *
 * Where the memory ends with the VM, a listener is told of every change as it is made, and keeps a mirror (`JournalMirror`).
 *
 * The catch: one writer at a time, and an instance sees what was there when it was made. To read the journal of a lost VM, make a
 * new instance on its memory.
 */
import { DecodeError } from '../protocol/errors.js';
import { frameLength, LENGTH_BYTES, readU32, writeU32 } from '../protocol/frame.js';
import type { Address, Batch, Position } from '../protocol/names.js';
import { Copier } from './copier.js';

/** Indices in the header, in 32-bit words. */
const VERSION = 0;
const BOUNDS = 2;
const BOUNDS_WORDS = 6;
const HEADER_BYTES = 64;
/** Size of what precedes the frames of an entry: actor and byte length. */
const ENTRY_BYTES = 8;
/** Size of what precedes the frames of an entry when it is sent to a mirror: the actor. */
const ACTOR_BYTES = 4;
const WORD = 0x1_0000_0000;
/** Offset of the last byte of a frame's length, which has the bit for poison. */
const LENGTH_END = LENGTH_BYTES - 1;
const POISONED = 0x80;

/** The bytes are valid during the call only. */
export type JournalVisitor = (actor: Address, bytes: Batch, at: number, length: number, position: Position, poisoned: boolean) => void;

/** Told of every change of a journal as it is made. */
export interface JournalListener {
  /** @param entry the actor's address (u32) and its frames, in a buffer of their own */
  appended(entry: Uint8Array<ArrayBuffer>): void;
  poisoned(position: Position): void;
}

const entryBytes = (length: number): number => ENTRY_BYTES + ((length + 7) & ~7);

function entryOf(actor: number, bytes: Uint8Array, at: number, length: number): Uint8Array<ArrayBuffer> {
  const entry = new Uint8Array(ACTOR_BYTES + length);
  writeU32(entry, 0, actor);
  entry.set(bytes.subarray(at, at + length), ACTOR_BYTES);
  return entry;
}

export class Journal {
  /** Capacity for entries, in bytes. */
  readonly capacity: number;
  private readonly cells: Int32Array;
  private readonly words: Uint32Array;
  private readonly data: Uint8Array;
  private readonly copier: Copier;
  private version: number;
  private start: number;
  private floor: number;
  private end: number;

  /** Makes the memory of an empty journal. @param bytes capacity for entries, a multiple of 8 */
  static allocate(bytes: number, shared: boolean): SharedArrayBuffer | ArrayBuffer {
    if (bytes <= 0 || bytes % 8 !== 0) throw new RangeError(`journal of ${bytes} bytes`);
    return shared ? new SharedArrayBuffer(HEADER_BYTES + bytes) : new ArrayBuffer(HEADER_BYTES + bytes);
  }

  /** Attaches to memory from `allocate`, either new or left by a writer that is gone. */
  constructor(
    memory: SharedArrayBuffer | ArrayBuffer,
    private readonly listener?: JournalListener,
  ) {
    this.capacity = memory.byteLength - HEADER_BYTES;
    this.cells = new Int32Array(memory, 0, HEADER_BYTES >> 2);
    this.words = new Uint32Array(memory, HEADER_BYTES);
    this.data = new Uint8Array(memory, HEADER_BYTES);
    this.copier = new Copier(this.data);
    this.version = Atomics.load(this.cells, VERSION);
    const bounds = this.boundsAt(this.version);
    this.start = this.loadPosition(bounds);
    this.floor = this.loadPosition(bounds + 2);
    this.end = this.loadPosition(bounds + 4);
  }

  /** Position of the next frame. */
  get position(): Position {
    return this.end;
  }

  /** Whether all frames from a position on are still there. */
  has(position: Position): boolean {
    return position >= this.floor && position < this.end;
  }

  get usedBytes(): number {
    return this.end - this.start;
  }

  /**
   * Appends whole frames that were delivered together: all or none.
   * @returns false when they do not fit: make a checkpoint and truncate, then append again
   * @throws RangeError when they would not fit an empty journal
   */
  append(actor: Address, bytes: Batch, at: number, length: number): boolean {
    const needed = entryBytes(length);
    if (needed > this.capacity) throw new RangeError(`journal entry of ${needed} bytes`);
    if (needed > this.capacity - this.usedBytes) return false;
    const offset = this.end % this.capacity;
    this.words[offset >> 2] = actor;
    this.words[(offset >> 2) + 1] = length;
    const framesOffset = (offset + ENTRY_BYTES) % this.capacity;
    const beforeWrap = Math.min(length, this.capacity - framesOffset);
    this.copier.copy(bytes, at, beforeWrap, framesOffset);
    if (beforeWrap < length) this.copier.copy(bytes, at + beforeWrap, length - beforeWrap, 0);
    this.end += needed;
    this.publish();
    this.listener?.appended(entryOf(actor, bytes, at, length));
    return true;
  }

  /** Marks the frame at a position as poison; a frame that is no longer there needs no mark. */
  poison(position: Position): void {
    if (!this.has(position)) return;
    Atomics.or(this.data, (position + LENGTH_END) % this.capacity, POISONED);
    this.listener?.poisoned(position);
  }

  /**
   * Visits the frames from a position on, in delivery order; those appended meanwhile are not visited.
   * @throws DecodeError when the memory does not hold what a journal wrote
   */
  read(from: Position, visit: JournalVisitor): void {
    const { end } = this;
    const wantedFrom = Math.max(from, this.floor);
    for (let position = this.start; position < end; ) {
      const length = this.lengthAt(position);
      const next = position + entryBytes(length);
      if (next > wantedFrom) this.readEntry(position, length, wantedFrom, visit);
      position = next;
    }
  }

  /**
   * Forgets the frames before a position, which a checkpoint covers. An entry's room is freed when all its frames are forgotten.
   * @throws DecodeError when the memory does not hold what a journal wrote
   */
  truncate(position: Position): void {
    this.floor = Math.min(Math.max(position, this.floor), this.end);
    while (this.start < this.floor) {
      const next = this.start + entryBytes(this.lengthAt(this.start));
      if (next > this.floor) break;
      this.start = next;
    }
    this.publish();
  }

  /** Length in bytes of the frames of the entry at a position. */
  private lengthAt(entry: number): number {
    const length = this.words[((entry % this.capacity) >> 2) + 1];
    if (length > this.end - entry - ENTRY_BYTES) throw new DecodeError('truncated', 0);
    return length;
  }

  private readEntry(entry: number, length: number, from: number, visit: JournalVisitor): void {
    const actor = this.words[(entry % this.capacity) >> 2];
    const position = entry + ENTRY_BYTES;
    let bytes = this.data;
    let at = position % this.capacity;
    if (at + length > this.capacity) {
      bytes = new Uint8Array(length);
      bytes.set(this.data.subarray(at));
      bytes.set(this.data.subarray(0, at + length - this.capacity), this.capacity - at);
      at = 0;
    }
    for (let done = 0; done < length; ) {
      const poisoned = (bytes[at + done + LENGTH_END] & POISONED) !== 0;
      if (poisoned) {
        // Its reader gets it as it came.
        bytes = bytes.slice(at + done, at + length);
        bytes[LENGTH_END] &= ~POISONED;
        at = -done;
      }
      const frameBytes = length - done < LENGTH_BYTES ? LENGTH_BYTES : frameLength(bytes, at + done);
      if (frameBytes > length - done) throw new DecodeError('truncated', done);
      if (position + done >= from) visit(actor, bytes, at + done, frameBytes, position + done, poisoned);
      done += frameBytes;
    }
  }

  private publish(): void {
    const version = (this.version + 1) | 0;
    const bounds = this.boundsAt(version);
    this.storePosition(bounds, this.start);
    this.storePosition(bounds + 2, this.floor);
    this.storePosition(bounds + 4, this.end);
    this.version = version;
    Atomics.store(this.cells, VERSION, version);
  }

  private boundsAt(version: number): number {
    return BOUNDS + (version & 1) * BOUNDS_WORDS;
  }

  private loadPosition(cell: number): number {
    return (this.cells[cell] >>> 0) + (this.cells[cell + 1] >>> 0) * WORD;
  }

  private storePosition(cell: number, position: Position): void {
    this.cells[cell] = position;
    this.cells[cell + 1] = position / WORD;
  }
}

/**
 * The host's copy of a VM's journal, for hosts that share no memory with it. Every entry of the VM's own journal is appended here in the
 * same order, and so at the same position, and marked as poison here when it is there. The VM's next incarnation starts with a copy of it.
 *
 * The catch: it must not be truncated later than the journal that it mirrors, or an entry that fits there has no room here.
 */
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
    if (!this.journal.append(readU32(entry, 0), entry, ACTOR_BYTES, entry.length - ACTOR_BYTES))
      throw new RangeError(`no room for a journal entry of ${entry.length} bytes`);
    this.journal.truncate(this.floor);
    return position;
  }

  poison(position: Position): void {
    this.journal.poison(position);
  }

  /** Forgets the frames before a position, even those that have yet to arrive: this call may overtake them, as it takes another way. */
  truncate(position: Position): void {
    this.floor = Math.max(this.floor, position);
    this.journal.truncate(this.floor);
  }

  /** A copy of the memory as it is now, to attach a journal to. */
  copy(): ArrayBuffer {
    return this.memory.slice(0);
  }
}
