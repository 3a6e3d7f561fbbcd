/**
 * The frame: a 32-bit little-endian byte length, then one MessagePack array of eight, header fields first and the body last.
 * Every header field is written at its full width, so that each has a fixed offset: a router reads and stamps them in place.
 * The whole is plain MessagePack that any library reads.
 *
 *   0     4   5        8        11       14            23         28      29        32           41            50
 *   +-----+---+--------+--------+--------+-------------+----------+-------+---------+------------+-------------+------
 *   | len | 98| cd kind| cd src | cd tgt | cf sequence | ce epoch | 92    | cd src  | cf seq     | cf sentAt   | body
 *   +-----+---+--------+--------+--------+-------------+----------+-------+---------+------------+-------------+------
 *     LE    1     3        3        3          9            5        1 \------- cause -------/          9
 *
 * Integers after the length are big-endian, as in all MessagePack. `len` counts the bytes after itself. Source 0 and sequence 0
 * mean no cause. protocol/assembly/frame.ts has the same constants, and a test compares the two.
 */
import { DecodeError } from './errors.js';
import { FRAME_BYTES_MAX } from './limits.js';
import type { Address, Epoch, Kind, Microseconds, Sequence } from './names.js';

export const LENGTH_BYTES = 4;
export const KIND_OFFSET = 6;
export const SOURCE_OFFSET = 9;
export const TARGET_OFFSET = 12;
export const SEQUENCE_OFFSET = 15;
export const EPOCH_OFFSET = 24;
export const CAUSE_SOURCE_OFFSET = 30;
export const CAUSE_SEQUENCE_OFFSET = 33;
export const SENT_AT_OFFSET = 42;
/** Offset of the body, which is also the length of a frame's fixed part. */
export const BODY_OFFSET = 50;

/** Source of a cause when there is none. */
export const NOBODY = 0;
/** The target of a publication before the router has fanned it out to the followers. */
export const FOLLOWERS = 0xffff;

/** Offset and value of each constant byte: the MessagePack tags between the fields. */
const TAGS: readonly (readonly [number, number])[] = [
  [4, 0x98],
  [5, 0xcd],
  [8, 0xcd],
  [11, 0xcd],
  [14, 0xcf],
  [23, 0xce],
  [28, 0x92],
  [29, 0xcd],
  [32, 0xcf],
  [41, 0xcf],
];

/** Checks `TAGS`, written out because every frame passes here. */
const hasTags = (bytes: Uint8Array, at: number): boolean =>
  bytes[at + 4] === 0x98 &&
  bytes[at + 5] === 0xcd &&
  bytes[at + 8] === 0xcd &&
  bytes[at + 11] === 0xcd &&
  bytes[at + 14] === 0xcf &&
  bytes[at + 23] === 0xce &&
  bytes[at + 28] === 0x92 &&
  bytes[at + 29] === 0xcd &&
  bytes[at + 32] === 0xcf &&
  bytes[at + 41] === 0xcf;

function writeTags(bytes: Uint8Array, at: number): void {
  bytes[at + 4] = 0x98;
  bytes[at + 5] = 0xcd;
  bytes[at + 8] = 0xcd;
  bytes[at + 11] = 0xcd;
  bytes[at + 14] = 0xcf;
  bytes[at + 23] = 0xce;
  bytes[at + 28] = 0x92;
  bytes[at + 29] = 0xcd;
  bytes[at + 32] = 0xcf;
  bytes[at + 41] = 0xcf;
}

export interface FrameHeader {
  kind: Kind;
  source: Address;
  target: Address;
  sequence: Sequence;
  epoch: Epoch;
  causeSource: Address;
  causeSequence: Sequence;
  /** Microseconds since the Unix epoch. */
  sentAt: Microseconds;
}

export const readU16 = (bytes: Uint8Array, at: number): number => (bytes[at] << 8) | bytes[at + 1];
export const readU32 = (bytes: Uint8Array, at: number): number =>
  ((bytes[at] << 24) | (bytes[at + 1] << 16) | (bytes[at + 2] << 8) | bytes[at + 3]) >>> 0;
export const readU53 = (bytes: Uint8Array, at: number): number => readU32(bytes, at) * 0x1_0000_0000 + readU32(bytes, at + 4);

export function writeU16(bytes: Uint8Array, at: number, value: number): void {
  bytes[at] = value >>> 8;
  bytes[at + 1] = value;
}
export function writeU32(bytes: Uint8Array, at: number, value: number): void {
  bytes[at] = value >>> 24;
  bytes[at + 1] = value >>> 16;
  bytes[at + 2] = value >>> 8;
  bytes[at + 3] = value;
}
export function writeU53(bytes: Uint8Array, at: number, value: number): void {
  writeU32(bytes, at, (value / 0x1_0000_0000) >>> 0);
  writeU32(bytes, at + 4, value >>> 0);
}

/** Reads a number from a view, which is faster for every frame where a view exists. */
export const u53At = (view: DataView, at: number): number => view.getUint32(at) * 0x1_0000_0000 + view.getUint32(at + 4);
export function setU53(view: DataView, at: number, value: number): void {
  const high = Math.floor(value / 0x1_0000_0000);
  view.setUint32(at, high);
  view.setUint32(at + 4, value - high * 0x1_0000_0000);
}

/** Above any limit, but low enough that sums with it stay 32-bit integers. */
const REST_MAX = 0x1fff_ffff;

/**
 * Bytes of the frame that starts at `at`, with its length field; REST_MAX if the frame claims to be longer than that.
 * The bound keeps all work per frame in integers: engines compute in floating point with numbers that may exceed 2^31.
 */
export function frameLength(bytes: Uint8Array, at: number): number {
  const rest = bytes[at] | (bytes[at + 1] << 8) | (bytes[at + 2] << 16) | (bytes[at + 3] << 24);
  const bounded = rest & REST_MAX;
  return LENGTH_BYTES + (bounded === rest ? bounded : REST_MAX);
}

/** Views of the consecutive frames in `bytes`. */
export function framesIn(bytes: Uint8Array): readonly Uint8Array[] {
  const frames: Uint8Array[] = [];
  for (let at = 0, length = 0; at < bytes.length; at += length) {
    length = frameLength(bytes, at);
    frames.push(bytes.subarray(at, at + length));
  }
  return frames;
}

export function writeFrameLength(bytes: Uint8Array, at: number, length: number): void {
  const rest = length - LENGTH_BYTES;
  bytes[at] = rest;
  bytes[at + 1] = rest >>> 8;
  bytes[at + 2] = rest >>> 16;
  bytes[at + 3] = rest >>> 24;
}

/** Writes the fixed part; the caller appends the body and then calls `writeFrameLength`. */
export function writeHeader(bytes: Uint8Array, at: number, header: FrameHeader): void {
  writeTags(bytes, at);
  writeU16(bytes, at + KIND_OFFSET, header.kind);
  writeU16(bytes, at + SOURCE_OFFSET, header.source);
  writeU16(bytes, at + TARGET_OFFSET, header.target);
  writeU53(bytes, at + SEQUENCE_OFFSET, header.sequence);
  writeU32(bytes, at + EPOCH_OFFSET, header.epoch);
  writeU16(bytes, at + CAUSE_SOURCE_OFFSET, header.causeSource);
  writeU53(bytes, at + CAUSE_SEQUENCE_OFFSET, header.causeSequence);
  writeU53(bytes, at + SENT_AT_OFFSET, header.sentAt);
}

export const readHeader = (bytes: Uint8Array, at: number): FrameHeader => ({
  kind: readU16(bytes, at + KIND_OFFSET),
  source: readU16(bytes, at + SOURCE_OFFSET),
  target: readU16(bytes, at + TARGET_OFFSET),
  sequence: readU53(bytes, at + SEQUENCE_OFFSET),
  epoch: readU32(bytes, at + EPOCH_OFFSET),
  causeSource: readU16(bytes, at + CAUSE_SOURCE_OFFSET),
  causeSequence: readU53(bytes, at + CAUSE_SEQUENCE_OFFSET),
  sentAt: readU53(bytes, at + SENT_AT_OFFSET),
});

/**
 * @returns whether sequence, cause and time are below 2^53, like a `u53` of a body, so that an actor can write them into its state
 */
export const hasSafeNumbers = (bytes: Uint8Array, at: number): boolean =>
  (bytes[at + SEQUENCE_OFFSET] | bytes[at + CAUSE_SEQUENCE_OFFSET] | bytes[at + SENT_AT_OFFSET]) === 0 &&
  (bytes[at + SEQUENCE_OFFSET + 1] | bytes[at + CAUSE_SEQUENCE_OFFSET + 1] | bytes[at + SENT_AT_OFFSET + 1]) < 0x20;

/** Offset of the tag of the first number that is not below 2^53. */
const unsafeNumber = (bytes: Uint8Array, at: number): number =>
  [SEQUENCE_OFFSET, CAUSE_SEQUENCE_OFFSET].find((offset) => readU53(bytes, at + offset) > Number.MAX_SAFE_INTEGER) ?? SENT_AT_OFFSET;

/** Offset of the first wrong tag. */
const wrongTag = (bytes: Uint8Array, at: number): number => TAGS.find(([offset, tag]) => bytes[at + offset] !== tag)?.[0] ?? 0;

/**
 * Checks that a whole frame with a well-formed header lies in `bytes` at `at` and does not reach beyond `end`.
 * @returns the frame's length in bytes
 * @throws DecodeError `truncated`, `too long` or `header`, with the offset from the start of the frame
 */
export function checkFrame(bytes: Uint8Array, at: number, end: number): number {
  if (end - at < BODY_OFFSET + 1) throw new DecodeError('truncated', Math.max(0, end - at));
  const length = frameLength(bytes, at);
  if (length > FRAME_BYTES_MAX) throw new DecodeError('too long', 0);
  if (length > end - at) throw new DecodeError('truncated', end - at);
  if (!hasTags(bytes, at)) throw new DecodeError('header', wrongTag(bytes, at));
  if (length < BODY_OFFSET + 1) throw new DecodeError('header', 0);
  if (!hasSafeNumbers(bytes, at)) throw new DecodeError('header', unsafeNumber(bytes, at) - 1);
  return length;
}
