/**
 * UTF-8 without TextEncoder: the protocol uses only the language, and for the short strings of messages a loop is faster anyway.
 * Lone surrogates become U+FFFD, as with TextEncoder; malformed input is refused, not repaired.
 */
import { decodeShortAscii, SHORT_BYTES_MAX } from './short-ascii.js';

/** Number of units that become a string at once. */
const UNITS_MAX = 128;
const units: number[] = new Array(UNITS_MAX).fill(0);
/** One argument list per count, because engines spread an array of constant length twice as fast. */
const argumentLists: readonly number[][] = Array.from({ length: UNITS_MAX + 1 }, (_, count) => new Array(count).fill(0));

/**
 * Writes `text` at `at`. The caller has made room for three bytes per UTF-16 unit.
 * @returns the end of the bytes
 */
export function encodeUtf8(text: string, bytes: Uint8Array, at: number): number {
  for (let i = 0; i < text.length; i++) {
    let point = text.charCodeAt(i);
    if (point < 0x80) {
      bytes[at++] = point;
      continue;
    }
    if (point < 0x800) {
      bytes[at++] = 0xc0 | (point >> 6);
      bytes[at++] = 0x80 | (point & 0x3f);
      continue;
    }
    if ((point & 0xf800) === 0xd800) {
      const low = point < 0xdc00 && i + 1 < text.length ? text.charCodeAt(i + 1) : 0;
      if ((low & 0xfc00) === 0xdc00) {
        i++;
        point = 0x10000 + ((point & 0x3ff) << 10) + (low & 0x3ff);
        bytes[at++] = 0xf0 | (point >> 18);
        bytes[at++] = 0x80 | ((point >> 12) & 0x3f);
        bytes[at++] = 0x80 | ((point >> 6) & 0x3f);
        bytes[at++] = 0x80 | (point & 0x3f);
        continue;
      }
      point = 0xfffd;
    }
    bytes[at++] = 0xe0 | (point >> 12);
    bytes[at++] = 0x80 | ((point >> 6) & 0x3f);
    bytes[at++] = 0x80 | (point & 0x3f);
  }
  return at;
}

/** @returns the string in `bytes[at, end)`, or null when it is malformed UTF-8 */
export function decodeUtf8(bytes: Uint8Array, at: number, end: number): string | null {
  const size = end - at;
  if (size <= SHORT_BYTES_MAX) {
    const text = decodeShortAscii(bytes, at, size);
    if (text !== null) return text;
  }
  if (size > UNITS_MAX) return decodeLong(bytes, at, end);
  const list = argumentLists[size];
  for (let i = 0; i < size; i++) {
    const unit = bytes[at + i];
    if (unit > 0x7f) return decodeLong(bytes, at, end);
    list[i] = unit;
  }
  return String.fromCharCode(...list);
}

/** A string that is long or not ASCII. */
function decodeLong(bytes: Uint8Array, at: number, end: number): string | null {
  let text = '';
  let count = 0;
  while (at < end) {
    const first = bytes[at];
    if (first < 0x80) {
      units[count++] = first;
      at++;
    } else {
      const size = sequenceLength(bytes, at, end);
      if (size === 0) return null;
      count = putSequence(bytes, at, size, count);
      at += size;
    }
    // A sequence may become two units.
    if (count >= UNITS_MAX - 1) {
      text += stringOf(count);
      count = 0;
    }
  }
  return text + stringOf(count);
}

function stringOf(count: number): string {
  const list = argumentLists[count];
  for (let i = 0; i < count; i++) list[i] = units[i];
  return String.fromCharCode(...list);
}

/** Length in bytes of the well-formed sequence at `at` (Unicode 16, table 3-7); 0 when there is none. */
function sequenceLength(bytes: Uint8Array, at: number, end: number): number {
  const first = bytes[at];
  if (first < 0xc2 || first > 0xf4) return 0;
  const size = first < 0xe0 ? 2 : first < 0xf0 ? 3 : 4;
  if (at + size > end) return 0;
  const second = bytes[at + 1];
  const least = first === 0xe0 ? 0xa0 : first === 0xf0 ? 0x90 : 0x80;
  const most = first === 0xed ? 0x9f : first === 0xf4 ? 0x8f : 0xbf;
  if (second < least || second > most) return 0;
  for (let i = at + 2; i < at + size; i++) if ((bytes[i] & 0xc0) !== 0x80) return 0;
  return size;
}

function putSequence(bytes: Uint8Array, at: number, size: number, count: number): number {
  const second = bytes[at + 1] & 0x3f;
  if (size === 2) {
    units[count++] = ((bytes[at] & 0x1f) << 6) | second;
  } else if (size === 3) {
    units[count++] = ((bytes[at] & 0x0f) << 12) | (second << 6) | (bytes[at + 2] & 0x3f);
  } else {
    const point = ((bytes[at] & 0x07) << 18) | (second << 12) | ((bytes[at + 2] & 0x3f) << 6) | (bytes[at + 3] & 0x3f);
    units[count++] = 0xd800 + ((point - 0x10000) >> 10);
    units[count++] = 0xdc00 + (point & 0x3ff);
  }
  return count;
}
