/**
 * The link as a ring in shared memory: one producer, one consumer, no copy on the reader's side.
 *
 *   0      64     128      192       256      320        512
 *   +------+------+--------+---------+--------+----------+------------------------------------+
 *   | head | tail | asleep | waiting | closed | capacity | data: records of 8-byte alignment  |
 *   +------+------+--------+---------+--------+----------+------------------------------------+
 *                                                        | frame, pad to 8 | frame, pad | ... | -1 (wrap) |
 *
 * head and tail count bytes modulo 2^32 and their low bits index the data. A record is a frame, and the frame's length field is the
 * record's. A record never crosses the end: a length of -1 there says that the next one is at the start, and may be the last that was
 * published: a frame of more than half the ring has no room but at the start of an empty one. Each cell is on a cache line of its own. The writer publishes at `flush`. The reader gives room back in batches, or, if it retains, when it is told to.
 *
 * A ring may be small at first. A frame for which it is too small waits until the ring is empty; then the writer makes it larger, and the
 * positions go on: nothing is in it that could be at another place now. The reader sees the capacity when it sees what came after.
 *
 * Positions are in the memory, so each end can be opened again after its thread was lost: the writer goes on after the last published
 * frame, the reader at the first unreleased one.
 *
 * Wake-ups are Dekker's pattern on sequentially consistent cells: each side first says that it waits (asleep: 1; waiting: the
 * free bytes it waits for) and then looks again; the other first moves its position and then looks whether someone waits. Whoever
 * finds a waiter resets the cell to 0 and posts one doorbell. A doorbell may be late, so it is checked when it arrives. A writer that
 * begins to wait wakes a sleeping reader, because a reader that retains may have to act before it can release.
 *
 * The catch: the sink sees shared memory, which TextDecoder and others refuse; copy before decoding.
 */

import { DecodeError } from '../protocol/errors.js';
import { frameLength } from '../protocol/frame.js';
import { FRAME_BYTES_MAX, RING_BYTES } from '../protocol/limits.js';
import type { Position } from '../protocol/names.js';
import { Copier } from './copier.js';
import type { FrameSink, LinkReader, LinkStats, LinkWriter, PortLike, ReaderRetention, WriterRetention } from './link.js';

/** Indices of the cells in the header, as 32-bit words. */
const HEAD = 0;
const TAIL = 16;
const ASLEEP = 32;
const WAITING = 48;
const CLOSED = 64;
const CAPACITY = 80;
const HEADER_BYTES = 512;

const WRAP = -1;
const WRITER_CLOSED = 1;
const READER_CLOSED = 2;
const RING_BYTES_MIN = 64;
/** The message of a doorbell. It says nothing but "look". */
const DOORBELL = 0;

/** A ring that grows has room for several frames of the size for which it grew, as a whole one has. */
const GROWN_FRAMES = 4;

const isSize = (bytes: number): boolean => bytes >= RING_BYTES_MIN && bytes <= 1 << 30 && (bytes & (bytes - 1)) === 0;

/**
 * Memory of an empty ring. A frame of at most half its size always fits an empty ring, wherever its head is; a larger one, up to its size, waits until it is
 * empty, and then until its head is at the start.
 * @param bytes capacity for records, a power of two
 * @param start capacity at first, a power of two; ignored by an engine whose shared memory does not grow
 */
export function createRing(bytes = RING_BYTES, start = bytes): SharedArrayBuffer {
  if (!isSize(bytes) || !isSize(start) || start > bytes) throw new RangeError(`ring of ${start} to ${bytes} bytes`);
  const grows = start < bytes && 'grow' in SharedArrayBuffer.prototype;
  const memory = grows
    ? new SharedArrayBuffer(HEADER_BYTES + start, { maxByteLength: HEADER_BYTES + bytes })
    : new SharedArrayBuffer(HEADER_BYTES + bytes);
  new Int32Array(memory)[CAPACITY] = memory.byteLength - HEADER_BYTES;
  return memory;
}

const recordBytes = (frameBytes: number): number => (frameBytes + 7) & ~7;

/** The part of the memory that both ends use. */
class RingEnd {
  protected readonly cells: Int32Array;
  protected words!: Int32Array;
  protected data!: Uint8Array;
  protected capacity!: number;
  protected mask!: number;
  /** The largest frame that fits an empty ring wherever its head is. */
  protected easyBytesMax!: number;
  /** True when somebody else may have this end now. */
  protected detached = false;

  constructor(
    protected readonly memory: SharedArrayBuffer,
    protected readonly doorbell: PortLike | null,
  ) {
    this.cells = new Int32Array(memory, 0, HEADER_BYTES >> 2);
    this.remap();
  }

  /** Sees the memory as it is now. */
  protected remap(): void {
    this.capacity = Atomics.load(this.cells, CAPACITY);
    this.mask = this.capacity - 1;
    this.easyBytesMax = Math.min(FRAME_BYTES_MAX, this.capacity >> 1);
    this.words = new Int32Array(this.memory, HEADER_BYTES, this.capacity >> 2);
    this.data = new Uint8Array(this.memory, HEADER_BYTES, this.capacity);
  }

  /** True when either end has closed the link, or this object is detached from it. */
  get closed(): boolean {
    return this.detached || Atomics.load(this.cells, CLOSED) !== 0;
  }

  detach(): void {
    this.detached = true;
    this.doorbell?.close();
  }

  /** Marks this end closed, and wakes the other if it waits in `cell`. */
  protected closeEnd(flag: number, cell: number): void {
    if (this.detached) return;
    if ((Atomics.or(this.cells, CLOSED, flag) & flag) !== 0) return;
    if (Atomics.exchange(this.cells, cell, 0) !== 0) this.doorbell?.postMessage(DOORBELL);
    this.doorbell?.close();
  }
}

export class RingWriter extends RingEnd implements LinkWriter, WriterRetention {
  onRoom: (() => void) | null = null;
  readonly stats: LinkStats = { frames: 0, bytes: 0, refused: 0, doorbells: 0 };
  private tail: number;
  private published: number;
  /** The reader's position when it was last read. It is read again when this one leaves no room. */
  private head: number;
  private waiting = false;
  private copier: Copier;
  private readonly capacityMax: number;

  /** @param doorbell null when both ends poll */
  constructor(memory: SharedArrayBuffer, doorbell: PortLike | null) {
    super(memory, doorbell);
    this.capacityMax = (memory.growable ? memory.maxByteLength : memory.byteLength) - HEADER_BYTES;
    this.copier = new Copier(this.data);
    this.tail = this.published = Atomics.load(this.cells, TAIL);
    this.head = Atomics.load(this.cells, HEAD);
    if (doorbell) doorbell.onmessage = () => this.wake();
  }

  write(bytes: Uint8Array, at: number, length: number): boolean {
    if (length !== frameLength(bytes, at)) throw new RangeError(`frame of ${length} bytes`);
    const record = recordBytes(length);
    if (length > this.easyBytesMax && !this.makeWayFor(length)) {
      this.stats.refused++;
      return false;
    }
    let offset = this.tail & this.mask;
    const toEnd = this.capacity - offset;
    const needed = record <= toEnd ? record : toEnd + record;
    if (this.closed || (needed > this.free && !this.findRoom(needed))) {
      this.stats.refused++;
      return false;
    }
    if (record > toEnd) {
      this.words[offset >> 2] = WRAP;
      offset = 0;
    }
    this.copier.copy(bytes, at, length, offset);
    this.tail = (this.tail + needed) | 0;
    this.stats.frames++;
    this.stats.bytes += length;
    return true;
  }

  /**
   * Makes a ring larger that is too small for a frame, or goes to its start.
   * @returns false while it is not empty; then the reader has been asked to tell when it is
   * @throws RangeError when it will never have room for such a frame
   */
  private makeWayFor(length: number): boolean {
    if (length > FRAME_BYTES_MAX || length > this.capacityMax) throw new RangeError(`frame of ${length} bytes`);
    if (this.closed || (this.capacity > this.free && !this.findRoom(this.capacity))) return false;
    if (this.capacity < this.capacityMax) this.growFor(length);
    const offset = this.tail & this.mask;
    if (offset === 0 || length <= this.easyBytesMax) return true;
    this.words[offset >> 2] = WRAP;
    this.tail = (this.tail + this.capacity - offset) | 0;
    return this.findRoom(this.capacity);
  }

  private growFor(length: number): void {
    let capacity = this.capacity;
    while (capacity < this.capacityMax && capacity < GROWN_FRAMES * length) capacity *= 2;
    this.memory.grow(HEADER_BYTES + capacity);
    Atomics.store(this.cells, CAPACITY, capacity);
    this.remap();
    this.copier = new Copier(this.data);
  }

  /** A write that finds no room flushes too, because unpublished frames cannot be drained. */
  flush(): void {
    if (this.tail === this.published || this.detached) return;
    this.published = this.tail;
    Atomics.store(this.cells, TAIL, this.tail);
    this.ring();
  }

  private ring(): void {
    if (Atomics.load(this.cells, ASLEEP) === 0 || Atomics.exchange(this.cells, ASLEEP, 0) === 0) return;
    this.stats.doorbells++;
    this.doorbell?.postMessage(DOORBELL);
  }

  get position(): Position {
    return this.published;
  }

  close(): void {
    this.flush();
    this.closeEnd(WRITER_CLOSED, ASLEEP);
  }

  override detach(): void {
    this.flush();
    super.detach();
  }

  unreleased(): readonly Uint8Array[] {
    return [];
  }

  pending(): readonly Uint8Array[] {
    const frames: Uint8Array[] = [];
    if (this.detached) return frames;
    for (let at = Atomics.load(this.cells, HEAD); at !== this.published; ) {
      const offset = at & this.mask;
      const wraps = this.words[offset >> 2] === WRAP;
      const length = wraps ? 0 : frameLength(this.data, offset);
      if (!wraps) frames.push(this.data.slice(offset, offset + length));
      at = (at + (wraps ? this.capacity - offset : recordBytes(length))) | 0;
    }
    return frames;
  }

  private get free(): number {
    return this.capacity - ((this.tail - this.head) | 0);
  }

  /** @returns false when there is no room; then the reader has been asked to tell when there is */
  private findRoom(needed: number): boolean {
    this.head = Atomics.load(this.cells, HEAD);
    if (needed <= this.free) return true;
    this.flush();
    // Half the ring, so that a full ring does not wake its writer once per frame.
    Atomics.store(this.cells, WAITING, Math.max(needed, this.capacity >> 1));
    this.head = Atomics.load(this.cells, HEAD);
    this.waiting = needed > this.free;
    if (this.waiting) this.ring();
    else Atomics.store(this.cells, WAITING, 0);
    return !this.waiting;
  }

  private wake(): void {
    if (!this.waiting) return;
    this.head = Atomics.load(this.cells, HEAD);
    if (Atomics.load(this.cells, WAITING) > this.free && !this.closed) return;
    this.waiting = false;
    Atomics.store(this.cells, WAITING, 0);
    this.onRoom?.();
  }
}

export class RingReader extends RingEnd implements LinkReader, ReaderRetention {
  onFrames: (() => void) | null = null;
  retains = false;
  private head: number;
  private released: number;
  private sleeping = false;
  /** The last answer of `crowded`: a reader that has become crowded since must not sleep, or nobody would release. */
  private toldCrowded = false;

  /** @param doorbell null when both ends poll */
  constructor(memory: SharedArrayBuffer, doorbell: PortLike | null) {
    super(memory, doorbell);
    this.head = this.released = Atomics.load(this.cells, HEAD);
    if (doorbell) doorbell.onmessage = () => this.wake();
  }

  /** @throws DecodeError when the memory holds no frame where one must be; the link is closed then */
  drain(sink: FrameSink, framesMax: number): number {
    if (this.sleeping) this.rise();
    const tail = Atomics.load(this.cells, TAIL);
    if (tail === this.head || this.shut) return 0;
    if (Atomics.load(this.cells, CAPACITY) !== this.capacity) this.remap();
    let taken = 0;
    try {
      while (taken < framesMax && this.head !== tail) {
        const offset = this.head & this.mask;
        if (this.words[offset >> 2] === WRAP) {
          this.head = (this.head + this.capacity - offset) | 0;
          if (((tail - this.head) | 0) < 0) this.fail('truncated');
          continue;
        }
        const length = this.lengthAt(offset, tail);
        if (!sink(this.data, offset, length)) break;
        this.head = (this.head + recordBytes(length)) | 0;
        taken++;
        if (!this.retains && this.retainedBytes > this.capacity >> 2) this.release();
      }
    } finally {
      if (!this.retains) this.release();
    }
    return taken;
  }

  get empty(): boolean {
    return Atomics.load(this.cells, TAIL) === this.head || this.shut;
  }

  get published(): number {
    return Atomics.load(this.cells, TAIL);
  }

  reached(position: Position): boolean {
    return ((this.head - position) | 0) >= 0;
  }

  sleep(): boolean {
    if (!this.empty) return false;
    Atomics.store(this.cells, ASLEEP, 1);
    this.sleeping = true;
    if (this.empty && (this.toldCrowded || !this.isCrowded)) return true;
    this.rise();
    return false;
  }

  get asleep(): boolean {
    return this.sleeping;
  }

  close(): void {
    this.closeEnd(READER_CLOSED, WAITING);
  }

  release(): void {
    this.releaseTo(this.head);
  }

  mark(): () => void {
    const { head } = this;
    return () => this.releaseTo(head);
  }

  get crowded(): boolean {
    this.toldCrowded = this.isCrowded;
    return this.toldCrowded;
  }

  /** The writer waits for room, and has too little as long as this is kept. */
  private get isCrowded(): boolean {
    const { retainedBytes, capacity } = this;
    const wanted = Atomics.load(this.cells, WAITING);
    return wanted !== 0 && (retainedBytes > capacity >> 2 || wanted > capacity - retainedBytes);
  }

  private get retainedBytes(): number {
    return (this.head - this.released) | 0;
  }

  /** True when this end was closed or belongs to somebody else, and with it the frames still in the ring. */
  private get shut(): boolean {
    return this.detached || (Atomics.load(this.cells, CLOSED) & READER_CLOSED) !== 0;
  }

  private lengthAt(offset: number, tail: number): number {
    const length = frameLength(this.data, offset);
    if (length > FRAME_BYTES_MAX || length > this.capacity) this.fail('too long');
    if (length > this.capacity - offset || length > ((tail - this.head) | 0)) this.fail('truncated');
    return length;
  }

  private fail(problem: 'too long' | 'truncated'): never {
    this.close();
    throw new DecodeError(problem, 0);
  }

  /** Gives the writer the room of everything before a position. */
  private releaseTo(position: Position): void {
    if (this.detached || ((position - this.released) | 0) <= 0) return;
    this.released = position;
    Atomics.store(this.cells, HEAD, position);
    const wanted = Atomics.load(this.cells, WAITING);
    if (wanted === 0) return;
    const free = this.capacity - ((Atomics.load(this.cells, TAIL) - position) | 0);
    if (free >= wanted && Atomics.exchange(this.cells, WAITING, 0) !== 0) this.doorbell?.postMessage(DOORBELL);
  }

  private rise(): void {
    this.sleeping = false;
    Atomics.store(this.cells, ASLEEP, 0);
  }

  private wake(): void {
    // When frames are drained between their writer's publishing and ringing, it rings a reader that sleeps again and must go back to sleep.
    if (!this.sleeping || (!this.closed && this.sleep())) return;
    this.rise();
    this.onFrames?.();
  }
}
