/** Skips one MessagePack value of any shape, and checks every length against the bytes that are left. */
import { NESTING_DEPTH_MAX } from './limits.js';

/** Results of `skipValue` other than a position. */
export const SKIP_TRUNCATED = -1;
const SKIP_TYPE = -2;
export const SKIP_TOO_DEEP = -3;

/** @returns the end of the value at `at`, or one of the negative numbers above */
export function skipValue(bytes: Uint8Array, at: number, end: number, depth = 0): number {
  if (at >= end) return SKIP_TRUNCATED;
  const tag = bytes[at++];
  if (tag < 0x80 || tag >= 0xe0) return at;
  if (tag < 0x90) return skipItems(bytes, at, end, (tag & 0x0f) * 2, depth);
  if (tag < 0xa0) return skipItems(bytes, at, end, tag & 0x0f, depth);
  if (tag < 0xc0) return skipBytes(at, end, tag & 0x1f);
  switch (tag) {
    case 0xc0:
    case 0xc2:
    case 0xc3:
      return at;
    case 0xc1:
      return SKIP_TYPE;
    case 0xc4:
    case 0xd9:
      return skipSized(bytes, at, end, 1, 0);
    case 0xc5:
    case 0xda:
      return skipSized(bytes, at, end, 2, 0);
    case 0xc6:
    case 0xdb:
      return skipSized(bytes, at, end, 4, 0);
    case 0xc7:
      return skipSized(bytes, at, end, 1, 1);
    case 0xc8:
      return skipSized(bytes, at, end, 2, 1);
    case 0xc9:
      return skipSized(bytes, at, end, 4, 1);
    case 0xcc:
    case 0xd0:
      return skipBytes(at, end, 1);
    case 0xcd:
    case 0xd1:
      return skipBytes(at, end, 2);
    case 0xca:
    case 0xce:
    case 0xd2:
      return skipBytes(at, end, 4);
    case 0xcb:
    case 0xcf:
    case 0xd3:
      return skipBytes(at, end, 8);
    case 0xdc:
      return end - at < 2 ? SKIP_TRUNCATED : skipItems(bytes, at + 2, end, bigEndian(bytes, at, 2), depth);
    case 0xdd:
      return end - at < 4 ? SKIP_TRUNCATED : skipItems(bytes, at + 4, end, bigEndian(bytes, at, 4), depth);
    case 0xde:
      return end - at < 2 ? SKIP_TRUNCATED : skipItems(bytes, at + 2, end, bigEndian(bytes, at, 2) * 2, depth);
    case 0xdf:
      return end - at < 4 ? SKIP_TRUNCATED : skipItems(bytes, at + 4, end, bigEndian(bytes, at, 4) * 2, depth);
    default: // fixext 1, 2, 4, 8 and 16, with a byte for the type
      return skipBytes(at, end, 1 + (1 << (tag - 0xd4)));
  }
}

/** An unsigned integer of 1, 2 or 4 bytes. */
function bigEndian(bytes: Uint8Array, at: number, size: number): number {
  let value = 0;
  for (let i = 0; i < size; i++) value = value * 256 + bytes[at + i];
  return value;
}

const skipBytes = (at: number, end: number, size: number): number => (size > end - at ? SKIP_TRUNCATED : at + size);

function skipSized(bytes: Uint8Array, at: number, end: number, lengthBytes: number, extra: number): number {
  if (end - at < lengthBytes) return SKIP_TRUNCATED;
  return skipBytes(at + lengthBytes, end, bigEndian(bytes, at, lengthBytes) + extra);
}

function skipItems(bytes: Uint8Array, at: number, end: number, count: number, depth: number): number {
  if (depth >= NESTING_DEPTH_MAX) return SKIP_TOO_DEEP;
  if (count > end - at) return SKIP_TRUNCATED;
  for (let i = 0; i < count && at >= 0; i++) at = skipValue(bytes, at, end, depth + 1);
  return at;
}
