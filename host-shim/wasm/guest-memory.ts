/**
 * The host's view of a guest: cells, outbox, snapshot, records of malformed frames. A guest may be wrong about all of them, so everything is
 * checked before use: a guest that says something impossible has broken the ABI, and that counts as a trap of its actor.
 */
import { Copier } from '../../bus/copier.js';
import { DecodeError } from '../../protocol/errors.js';
import { checkFrame } from '../../protocol/frame.js';
import { CELL, CELL_COUNT, checkVersion, GuestError, type GuestExports, MALFORMED_CELLS } from './abi.js';
import type { MalformedRecord } from './malformed.js';

/** The guest did something that docs/GUEST-ABI.md does not allow. */
export class AbiViolation extends Error {
  override readonly name = 'AbiViolation';
  constructor(detail: string) {
    super(`the guest breaks its ABI: ${detail}`);
  }
}

/** Where something is in a guest's memory. */
export interface Extent {
  readonly start: number;
  readonly end: number;
}

const NOWHERE: Extent = { start: 0, end: 0 };
const WORD_BYTES = 4;

/** An address or size as an export returns it: WebAssembly has signed 32-bit integers only. NaN for anything else. */
const unsigned = (value: unknown): number =>
  typeof value === 'number' && Number.isInteger(value) && value >= -0x8000_0000 && value <= 0xffff_ffff ? value >>> 0 : Number.NaN;

/** An instance's exports with views of its memory, which are renewed when the memory has grown. */
export class GuestMemory {
  bytes: Uint8Array = new Uint8Array(0);
  #buffer: ArrayBufferLike;
  #copier: Copier;
  #words: Uint32Array;
  readonly #firstCell: number;

  /** @throws GuestError `abi version` or `cells` */
  constructor(readonly exports: GuestExports) {
    checkVersion(exports);
    this.#buffer = exports.memory.buffer;
    this.bytes = new Uint8Array(this.#buffer);
    this.#copier = new Copier(this.bytes);
    this.#words = new Uint32Array(this.#buffer);
    const cells = exports.tandem_cells();
    const at = unsigned(cells);
    if (!(at % WORD_BYTES === 0 && at + CELL_COUNT * WORD_BYTES <= this.bytes.length))
      throw new GuestError('cells', `${String(cells)} is no address of ${CELL_COUNT} words in a memory of ${this.bytes.length} bytes`);
    this.#firstCell = at / WORD_BYTES;
  }

  /** Renews the views. Growing detaches the former buffer and empties its views; those of shared memory stay, but do not reach the new part. */
  refresh(): void {
    if (this.bytes.length !== 0 && !isShared(this.#buffer)) return;
    const { buffer } = this.exports.memory;
    if (buffer === this.#buffer) return;
    this.#buffer = buffer;
    this.bytes = new Uint8Array(buffer);
    this.#copier = new Copier(this.bytes);
    this.#words = new Uint32Array(buffer);
  }

  cell(index: number): number {
    return this.#words[this.#firstCell + index];
  }

  setCell(index: number, value: number): void {
    this.#words[this.#firstCell + index] = value;
  }

  /** Copies `bytes[at, at + length)` into the inbox, and enlarges it if they do not fit. @throws AbiViolation */
  fill(bytes: Uint8Array, at: number, length: number): void {
    if (length > this.cell(CELL.inboxBytes)) {
      this.exports.tandem_reserve(length);
      this.refresh();
      if (length > this.cell(CELL.inboxBytes)) throw new AbiViolation(`its inbox has no room for ${length} bytes, which it was asked for`);
    }
    this.#copier.copy(bytes, at, length, this.#extent('inbox', this.cell(CELL.inbox), length).start);
  }

  /** Call after each batch: otherwise a wrong inbox would be found only at the next batch, which is innocent. @throws AbiViolation */
  checkInbox(): void {
    this.#extent('inbox', this.cell(CELL.inbox), this.cell(CELL.inboxBytes));
  }

  /** @throws AbiViolation when the extent is not wholly in the memory */
  #extent(what: string, start: number, length: number): Extent {
    const end = start + length;
    if (end > this.bytes.length)
      throw new AbiViolation(`its ${what} of ${length} bytes at ${start} is beyond its memory of ${this.bytes.length}`);
    return { start, end };
  }

  /** The output of handlers that have returned: whole frames only. @throws AbiViolation */
  output(): Extent {
    const length = this.cell(CELL.committedBytes);
    if (length === 0) return NOWHERE;
    const { start, end } = this.#extent('outbox', this.cell(CELL.outbox), length);
    for (let at = start; at < end; ) at += this.#checkFrame(at, start, end);
    return { start, end };
  }

  #checkFrame(at: number, start: number, end: number): number {
    try {
      return checkFrame(this.bytes, at, end);
    } catch (error) {
      if (!(error instanceof DecodeError)) throw error;
      throw new AbiViolation(`what it emitted is no frame at byte ${at - start} of its outbox: ${error.message}`);
    }
  }

  /** @throws AbiViolation */
  snapshot(): Uint8Array {
    const length = this.cell(CELL.snapshotBytes);
    const { start, end } = this.#extent('snapshot', this.cell(CELL.snapshot), length);
    return this.bytes.subarray(start, end);
  }

  /** @param frames number of frames in the batch @returns records in ascending order of the frames @throws AbiViolation */
  malformed(frames: number): readonly MalformedRecord[] {
    const count = this.cell(CELL.malformedCount);
    if (count === 0) return [];
    if (count > frames) throw new AbiViolation(`it notes ${count} malformed frames of ${frames}`);
    const { start } = this.#extent('list of malformed frames', this.cell(CELL.malformed), count * MALFORMED_CELLS * WORD_BYTES);
    const records: MalformedRecord[] = [];
    for (let i = 0, at = start >>> 2; i < count; i++, at += MALFORMED_CELLS) {
      const frame = this.#words[at];
      if (frame >= frames || frame <= (records.at(-1)?.frame ?? -1))
        throw new AbiViolation(`it notes frame ${frame} of ${frames} as malformed`);
      records.push({ frame, problem: this.#words[at + 1], offset: this.#words[at + 2] });
    }
    return records;
  }
}

const isShared = (buffer: ArrayBufferLike): boolean => typeof SharedArrayBuffer !== 'undefined' && buffer instanceof SharedArrayBuffer;
