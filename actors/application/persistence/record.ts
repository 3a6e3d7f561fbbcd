/** One version of an actor's state as it is stored: docs/STORAGE.md draws it. */
import type { SnapshotBytes } from '../../../protocol/names.js';

const MAGIC = 0x4d444e54; // TNDM, little-endian
const FORMAT = 1;

const FORMAT_OFFSET = 4;
const FINGERPRINT_OFFSET = 8;
const GENERATION_OFFSET = 16;
const LENGTH_OFFSET = 24;
const CHECKSUM_OFFSET = 28;
export const SNAPSHOT_OFFSET = 32;

export interface StateRecord {
  /** Fingerprint of the schema of the state: 16 hexadecimal digits. */
  readonly fingerprint: string;
  /** Grows by one with each record of the actor. */
  readonly generation: number;
  readonly snapshot: SnapshotBytes;
}

/** The bytes are no whole record, or have an unknown format. */
export class RecordError extends Error {
  override readonly name = 'RecordError';
}

export function encodeRecord({ fingerprint, generation, snapshot }: StateRecord): Uint8Array {
  const bytes = new Uint8Array(SNAPSHOT_OFFSET + snapshot.length);
  const view = new DataView(bytes.buffer);
  view.setUint32(0, MAGIC, true);
  view.setUint32(FORMAT_OFFSET, FORMAT, true);
  const [high, low] = [fingerprint.slice(0, -DIGITS), fingerprint.slice(-DIGITS)];
  setU64(view, FINGERPRINT_OFFSET, Number.parseInt(high, 16), Number.parseInt(low, 16));
  setU64(view, GENERATION_OFFSET, Math.floor(generation / HALF), generation % HALF);
  view.setUint32(LENGTH_OFFSET, snapshot.length, true);
  bytes.set(snapshot, SNAPSHOT_OFFSET);
  view.setUint32(CHECKSUM_OFFSET, checksumOf(bytes), true);
  return bytes;
}

/** Ignores bytes after the record: they belong to an older, longer one. @throws RecordError */
export function decodeRecord(bytes: Uint8Array): StateRecord {
  if (bytes.length < SNAPSHOT_OFFSET) throw new RecordError(`${bytes.length} bytes are no record`);
  const view = new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength);
  if (view.getUint32(0, true) !== MAGIC) throw new RecordError('it does not begin as a record does');
  const format = view.getUint32(FORMAT_OFFSET, true);
  if (format !== FORMAT) throw new RecordError(`its format is ${format}, not ${FORMAT}`);
  const end = SNAPSHOT_OFFSET + view.getUint32(LENGTH_OFFSET, true);
  if (end > bytes.length) throw new RecordError(`it ends after ${bytes.length} of ${end} bytes`);
  const record = bytes.subarray(0, end);
  if (checksumOf(record) !== view.getUint32(CHECKSUM_OFFSET, true)) throw new RecordError('its checksum is wrong');
  return {
    fingerprint:
      highOf(view, FINGERPRINT_OFFSET).toString(16).padStart(DIGITS, '0') +
      lowOf(view, FINGERPRINT_OFFSET).toString(16).padStart(DIGITS, '0'),
    generation: highOf(view, GENERATION_OFFSET) * HALF + lowOf(view, GENERATION_OFFSET),
    snapshot: record.slice(SNAPSHOT_OFFSET),
  };
}

/** A number of 64 bits in two halves, since many televisions have no BigInt. */
const HALF = 0x1_0000_0000;
/** Hexadecimal digits of a half. */
const DIGITS = 8;

const lowOf = (view: DataView, at: number): number => view.getUint32(at, true);
const highOf = (view: DataView, at: number): number => view.getUint32(at + 4, true);

function setU64(view: DataView, at: number, high: number, low: number): void {
  view.setUint32(at, low, true);
  view.setUint32(at + 4, high, true);
}

const checksumOf = (record: Uint8Array): number => crc32c(record.subarray(SNAPSHOT_OFFSET), crc32c(record.subarray(0, CHECKSUM_OFFSET)));

/** Reversed 0x1EDC6F41. */
const POLYNOMIAL = 0x82f63b78;

const TABLE = Uint32Array.from({ length: 256 }, (_, byte) => {
  let remainder = byte;
  for (let bit = 0; bit < 8; bit++) remainder = remainder & 1 ? (remainder >>> 1) ^ POLYNOMIAL : remainder >>> 1;
  return remainder;
});

/** @param before checksum of the bytes before these */
export function crc32c(bytes: Uint8Array, before = 0): number {
  let remainder = ~before;
  for (let i = 0; i < bytes.length; i++) remainder = TABLE[(remainder ^ bytes[i]) & 0xff] ^ (remainder >>> 8);
  return ~remainder >>> 0;
}
