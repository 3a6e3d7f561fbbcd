/**
 * Memory in which one VM traces: a ring of records, of which the last are there. It outlives the VM where memory is shared.
 *
 *   0         4        8        12  64
 *   +---------+--------+--------+---+---------------------------------------------------+
 *   | written | oldest | serial |   | ring: record, record, ..., (pad to the end), ...  |
 *   +---------+--------+--------+---+---------------------------------------------------+
 *
 * Positions count words of 8 bytes, modulo 2^32. A record begins with its length in bytes (u32, a multiple of 8), a type (u8, 0 for a pad),
 * and, in its third u32, its serial number. It lies in one piece: what does not fit before the end of the ring begins at its start.
 *
 * One writes, anyone reads, nobody waits. The writer moves `oldest` on before it overwrites, and `written` after it has written. A reader
 * copies what lies between the two, and then drops what `oldest` has passed meanwhile. Serial numbers tell how many it has missed.
 *
 * The catch: a thread that was ended in the middle of a record leaves a part of it after `written`, where nobody looks.
 */
const WORD_BYTES = 8;
export const HEADER_BYTES = 64;
const WRITTEN = 0;
const OLDEST = 1;
const SERIAL = 2;

/** Offset in a record of the type, in bytes; and of the serial number, in 32-bit words. */
export const TYPE_BYTE = 4;
export const SERIAL_WORD = 2;
/** Fills the ring up to its end. */
const PAD = 0;

/** How much is freed at once, in words of 8 bytes: `oldest` then moves once for dozens of records. */
const STRIDE = 512;

/** The smallest that there is: some records beyond what is freed at once. */
const BYTES_MIN = 4 * STRIDE * WORD_BYTES;

export type TraceBuffer = SharedArrayBuffer | ArrayBuffer;

/** @param bytes for records: a power of two, at least 16 KB. @throws RangeError */
export function allocateTrace(bytes: number, shared: boolean): TraceBuffer {
  if (bytes < BYTES_MIN || (bytes & (bytes - 1)) !== 0 || bytes > 1 << 30)
    throw new RangeError(`trace memory has a power of two of bytes, from ${BYTES_MIN}, not ${bytes}`);
  return shared ? new SharedArrayBuffer(HEADER_BYTES + bytes) : new ArrayBuffer(HEADER_BYTES + bytes);
}

export class TraceWriter {
  /** In bytes: a longer record finds no room. */
  readonly recordBytesMax: number;
  readonly bytes: Uint8Array;
  readonly words: Uint32Array;
  readonly numbers: Float64Array;
  private readonly header: Int32Array;
  private readonly capacity: number;
  private written: number;
  private oldest: number;
  private serial: number;

  /** Goes on after the last record in a memory. @param memory from `allocateTrace` */
  constructor(readonly memory: TraceBuffer) {
    this.header = new Int32Array(memory, 0, HEADER_BYTES >> 2);
    this.bytes = new Uint8Array(memory, HEADER_BYTES);
    this.words = new Uint32Array(memory, HEADER_BYTES);
    this.numbers = new Float64Array(memory, HEADER_BYTES);
    this.capacity = this.bytes.length / WORD_BYTES;
    this.recordBytesMax = this.bytes.length >> 1;
    this.written = Atomics.load(this.header, WRITTEN) >>> 0;
    this.oldest = Atomics.load(this.header, OLDEST) >>> 0;
    this.serial = this.header[SERIAL];
  }

  /**
   * Makes room for a record, and writes its length and serial number. `end` makes it known.
   * @param bytes a multiple of 8, at most `recordBytesMax`
   * @returns its offset in words of 8 bytes
   */
  begin(bytes: number): number {
    const needed = bytes / WORD_BYTES;
    const at = this.written & (this.capacity - 1);
    const rest = this.capacity - at;
    if (needed > rest) {
      this.free(rest + needed);
      this.mark(at, rest * WORD_BYTES);
      this.words[2 * at + 1] = PAD;
      this.written = (this.written + rest) >>> 0;
      this.mark(0, bytes);
      this.written = (this.written + needed) >>> 0;
      return 0;
    }
    this.free(needed);
    this.mark(at, bytes);
    this.written = (this.written + needed) >>> 0;
    return at;
  }

  private mark(at: number, bytes: number): void {
    this.words[2 * at] = bytes;
    this.words[2 * at + SERIAL_WORD] = this.serial;
  }

  end(): void {
    this.serial = (this.serial + 1) | 0;
    this.header[SERIAL] = this.serial;
    Atomics.store(this.header, WRITTEN, this.written);
  }

  /** Appends a record that was written elsewhere, as one with this serial number. */
  append(record: Uint8Array, serial: number): void {
    this.serial = serial | 0;
    const at = this.begin(record.length);
    this.bytes.set(record, at * WORD_BYTES);
    this.mark(at, record.length);
    this.end();
  }

  private free(needed: number): void {
    if ((this.written - this.oldest + needed) >>> 0 <= this.capacity) return;
    const wanted = Math.min(this.capacity, needed + STRIDE);
    while ((this.written - this.oldest + wanted) >>> 0 > this.capacity && this.oldest !== this.written)
      this.oldest = (this.oldest + this.words[2 * (this.oldest & (this.capacity - 1))] / WORD_BYTES) >>> 0;
    Atomics.store(this.header, OLDEST, this.oldest);
  }
}

/** The bytes are valid during the call only. */
export type RecordVisitor = (bytes: Uint8Array, at: number, length: number) => void;

/** Reads a memory from where it read last, or from the oldest record that is still there. Any number of readers may do so. */
export class TraceReader {
  private readonly header: Int32Array;
  private readonly ring: Uint8Array;
  private readonly capacity: number;
  private copy = new Uint8Array(0);
  private next: number;
  /** Serial number of the next record; null when the first that is there is not the first that was written. */
  private expected: number | null = null;

  constructor(memory: TraceBuffer) {
    this.header = new Int32Array(memory, 0, HEADER_BYTES >> 2);
    this.ring = new Uint8Array(memory, HEADER_BYTES);
    this.capacity = this.ring.length / WORD_BYTES;
    this.next = this.load(OLDEST);
    if (this.next === 0) this.expected = 0;
  }

  private load(cell: number): number {
    return Atomics.load(this.header, cell) >>> 0;
  }

  /**
   * Visits the records since the last call, in order.
   * @param missed told how many are missing before the record that is visited next
   */
  read(visit: RecordVisitor, missed: (records: number) => void): void {
    const end = this.load(WRITTEN);
    let from = this.next;
    if (this.isPassed(from, end)) from = this.load(OLDEST);
    const bytes = this.copied(from, end);
    this.next = end;
    const view = new DataView(bytes.buffer, bytes.byteOffset, bytes.length);
    const kept = this.firstKept(view, from);
    for (let at = kept; at < bytes.length; ) {
      const length = view.getUint32(at, true);
      if (view.getUint8(at + TYPE_BYTE) !== PAD) {
        this.count(view.getUint32(at + 4 * SERIAL_WORD, true) | 0, missed);
        visit(bytes, at, length);
      }
      at += length;
    }
  }

  /** Whether what is at a position has been overwritten, or may be. */
  private isPassed(position: number, end: number): boolean {
    return (end - position) >>> 0 > (end - this.load(OLDEST)) >>> 0;
  }

  private copied(from: number, end: number): Uint8Array {
    const length = Math.min((end - from) >>> 0, this.capacity) * WORD_BYTES;
    if (this.copy.length < length) this.copy = new Uint8Array(length);
    const start = (from & (this.capacity - 1)) * WORD_BYTES;
    const first = Math.min(length, this.ring.length - start);
    this.copy.set(this.ring.subarray(start, start + first));
    this.copy.set(this.ring.subarray(0, length - first), first);
    return this.copy.subarray(0, length);
  }

  /** What the writer has overwritten while it was copied is not used. @returns offset in the copy of the first good record */
  private firstKept(view: DataView, from: number): number {
    const passed = ((this.load(OLDEST) - from) >>> 0) * WORD_BYTES;
    return passed <= view.byteLength ? passed : this.isAhead(from) ? 0 : view.byteLength;
  }

  /** Whether `oldest` is still before a position. */
  private isAhead(from: number): boolean {
    return (from - this.load(OLDEST)) >>> 0 <= this.capacity;
  }

  private count(serial: number, missed: (records: number) => void): void {
    const missing = this.expected === null ? 0 : (serial - this.expected) >>> 0;
    this.expected = (serial + 1) | 0;
    if (missing > 0) missed(missing);
  }
}
