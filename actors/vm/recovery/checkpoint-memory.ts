/**
 * The newest checkpoint of a VM in memory that outlives it and that its host sees: a checkpoint that is written there is durable at once,
 * without waiting for anybody.
 *
 *   0         4          8          12   64
 *   +---------+----------+----------+----+------------------+------------------+
 *   | version | length 0 | length 1 |    | slot 0           | slot 1           |
 *   +---------+----------+----------+----+------------------+------------------+
 *
 * The version's lowest bit says which slot is valid: the writer fills the other one and then increments the version, so that whoever
 * reads after the writer was ended at any instruction finds a whole checkpoint, this one or the one before. A length of 0 means none.
 *
 * The catch: a checkpoint that is larger than a slot does not fit, and must be kept elsewhere.
 */

/** In 32-bit words. */
const VERSION = 0;
const LENGTHS = 1;
const HEADER_BYTES = 64;

export class CheckpointMemory {
  private readonly cells: Int32Array;
  private readonly slots: readonly Uint8Array[];

  /** @param slotBytes size of the largest checkpoint that fits */
  static allocate(slotBytes: number, shared: boolean): SharedArrayBuffer | ArrayBuffer {
    const bytes = 2 * slotBytes;
    return shared ? new SharedArrayBuffer(HEADER_BYTES + bytes) : new ArrayBuffer(HEADER_BYTES + bytes);
  }

  /** Attaches to memory from `allocate`, new or left behind by a writer that is gone. */
  constructor(memory: SharedArrayBuffer | ArrayBuffer) {
    const slotBytes = (memory.byteLength - HEADER_BYTES) / 2;
    this.cells = new Int32Array(memory, 0, HEADER_BYTES >> 2);
    this.slots = [0, 1].map((slot) => new Uint8Array(memory, HEADER_BYTES + slot * slotBytes, slotBytes));
  }

  /** @returns false when it is larger than a slot; then the one before is still there */
  write(checkpoint: Uint8Array): boolean {
    const version = (Atomics.load(this.cells, VERSION) + 1) | 0;
    const slot = version & 1;
    if (checkpoint.length > this.slots[slot].length) return false;
    this.slots[slot].set(checkpoint);
    this.cells[LENGTHS + slot] = checkpoint.length;
    Atomics.store(this.cells, VERSION, version);
    return true;
  }

  /** @returns a copy of the newest checkpoint; undefined when none was written */
  read(): Uint8Array | undefined {
    const slot = Atomics.load(this.cells, VERSION) & 1;
    const length = this.cells[LENGTHS + slot];
    return length === 0 ? undefined : this.slots[slot].slice(0, length);
  }
}
