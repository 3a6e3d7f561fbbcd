/**
 * Reads MessagePack for generated decoders: the twin of protocol/reader.ts.
 * A problem does not trap. The first one stays in `problem` and `offset`, the reader moves to its end, and everything read
 * afterwards is a default; decoders return false at the end. The host finds the field from the offset.
 */
import { NESTING_DEPTH_MAX } from '../limits';
import { Bytes, Dynamic, Text } from './values';

/** The problem, if any: one more than its index in DECODE_PROBLEMS of protocol/errors.ts. */
export enum Problem { None, Truncated, Type, Range, TooLong, TooDeep, Utf8, Kind, Header, TrailingBytes, DuplicateKey }

const MAX_SAFE_INTEGER: i64 = 9007199254740991;

export class Reader {
  /** Start of the body: `offset` counts from here. */
  start: usize = 0;
  at: usize = 0;
  end: usize = 0;
  problem: Problem = Problem.None;
  offset: i32 = 0;
  /** Leading fields of the body decoded last: `request` of a request or reply, `version` and `fresh` of a publication. */
  request: u32 = 0;
  version: u32 = 0;
  fresh: bool = false;

  reset(at: usize, end: usize): void {
    this.start = at;
    this.at = at;
    this.end = end;
    this.problem = Problem.None;
    this.offset = 0;
  }

  get ok(): bool {
    return this.problem === Problem.None;
  }

  u8(): u8 {
    return <u8>this.integer(0, 0xff);
  }

  u16(): u16 {
    return <u16>this.integer(0, 0xffff);
  }

  u32(): u32 {
    return <u32>this.integer(0, 0xffffffff);
  }

  /** At most 2^53 - 1. */
  u53(): u64 {
    return <u64>this.integer(0, MAX_SAFE_INTEGER);
  }

  i8(): i8 {
    return <i8>this.integer(-0x80, 0x7f);
  }

  i16(): i16 {
    return <i16>this.integer(-0x8000, 0x7fff);
  }

  i32(): i32 {
    return <i32>this.integer(-0x80000000, 0x7fffffff);
  }

  /** Accepts an integer, too, if JavaScript holds it exactly. */
  f64(): f64 {
    const tag = this.tag();
    if (tag === 0xcb) {
      if (!this.need(9)) return 0;
      const value = reinterpret<f64>(bswap(load<u64>(this.at + 1)));
      this.at += 9;
      return value;
    }
    if (tag === 0xca) {
      if (!this.need(5)) return 0;
      const value = <f64>reinterpret<f32>(bswap(load<u32>(this.at + 1)));
      this.at += 5;
      return value;
    }
    return <f64>this.integer(-MAX_SAFE_INTEGER, MAX_SAFE_INTEGER);
  }

  bool(): bool {
    const tag = this.tag();
    if (tag !== 0xc2 && tag !== 0xc3) {
      this.fail(Problem.Type);
      return false;
    }
    this.at++;
    return tag === 0xc3;
  }

  /** Skips a nil if there is one. */
  nil(): bool {
    if (this.tag() !== 0xc0) return false;
    this.at++;
    return true;
  }

  /** The index of an option, below `count`. */
  choice(count: i32): i32 {
    return <i32>this.integer(0, count - 1);
  }

  /** @param max longest in bytes */
  text(into: Text, max: i32): void {
    const head = this.stringHead();
    const length = this.content(head, max);
    const at = this.at + head;
    if (!this.ok) {
      into.clear();
    } else if (!isUtf8(at, at + length)) {
      into.clear();
      this.fail(Problem.Utf8);
    } else {
      into.point(at, length);
      this.at = at + length;
    }
  }

  /** A string that outlives the frame, for a key. @param max longest in bytes */
  str(max: i32): string {
    this.text(key, max);
    return key.text;
  }

  /** @param max longest in bytes */
  bin(into: Bytes, max: i32): void {
    const tag = this.tag();
    const head = tag === 0xc4 ? 2 : tag === 0xc5 ? 3 : tag === 0xc6 ? 5 : this.noType();
    const length = this.content(head, max);
    into.point(this.at + head, length);
    this.at += head + length;
  }

  /** The length of a list, checked against the bytes that are left: at least one per item; 0 after a problem. */
  listLength(max: i32): i32 {
    const tag = this.tag();
    if ((tag & 0xf0) === 0x90) return this.count(1, tag & 0x0f, max, 1);
    const head = tag === 0xdc ? 3 : tag === 0xdd ? 5 : this.noType();
    return this.count(head, this.sizeAfterTag(head), max, 1);
  }

  /** The number of entries of a map, checked against the bytes that are left: at least two per entry; 0 after a problem. */
  mapLength(max: i32): i32 {
    const tag = this.tag();
    if ((tag & 0xf0) === 0x80) return this.count(1, tag & 0x0f, max, 2);
    const head = tag === 0xde ? 3 : tag === 0xdf ? 5 : this.noType();
    return this.count(head, this.sizeAfterTag(head), max, 2);
  }

  /** Number of fields present in a structure. */
  structure(): i32 {
    return this.listLength(<i32>u32.MAX_VALUE);
  }

  /** Skips the fields of a newer schema. */
  skipFields(present: i32, known: i32): void {
    for (let i = known; i < present && this.ok; i++) this.skip();
  }

  /** Ends a body. @returns whether there was no problem */
  finish(present: i32, known: i32): bool {
    this.skipFields(present, known);
    if (this.at !== this.end) this.fail(Problem.TrailingBytes);
    return this.ok;
  }

  /** One value of any shape. */
  dynamic(into: Dynamic): void {
    const at = this.at;
    this.skip();
    if (this.ok) into.point(at, <i32>(this.at - at));
    else into.clear();
  }

  /** Skips one value of any shape, and checks every length in it. */
  skip(): void {
    const end = skipValue(this.at, this.end, 0);
    if (end < <usize>Problem.TrailingBytes) this.fail(<Problem>(<i32>end));
    else this.at = end;
  }

  /** Notes a problem at the current position, unless there was one before, and moves to the end. */
  fail(problem: Problem): void {
    if (!this.ok) return;
    this.problem = problem;
    this.offset = <i32>(this.at - this.start);
    this.at = this.end;
  }

  /** The byte at the current position; at the end a byte that starts no value. */
  private tag(): i32 {
    if (this.at < this.end) return load<u8>(this.at);
    this.fail(Problem.Truncated);
    return 0xc1;
  }

  private noType(): i32 {
    this.fail(Problem.Type);
    return 0;
  }

  private need(size: usize): bool {
    if (size <= this.end - this.at) return true;
    this.fail(Problem.Truncated);
    return false;
  }

  private integer(min: i64, max: i64): i64 {
    const at = this.at;
    if (at < this.end) {
      const tag = load<u8>(at);
      if (tag < 0x80 && <i64>tag <= max) {
        this.at = at + 1;
        return tag;
      }
    }
    return this.longInteger(min, max);
  }

  private longInteger(min: i64, max: i64): i64 {
    const tag = this.tag();
    let size: usize = 1;
    let value: i64 = 0;
    if (tag < 0x80) {
      value = tag;
    } else if (tag >= 0xe0) {
      value = tag - 0x100;
    } else {
      if (tag < 0xcc || tag > 0xd3) {
        this.fail(Problem.Type);
        return 0;
      }
      size = 1 + (1 << (tag & 3));
      if (!this.need(size)) return 0;
      value = loadInteger(tag, this.at + 1);
      // Too large for an i64.
      if (tag === 0xcf && value < 0) {
        this.fail(Problem.Range);
        return 0;
      }
    }
    if (value < min || value > max) {
      this.fail(Problem.Range);
      return 0;
    }
    this.at += size;
    return value;
  }

  /** The big-endian length that follows a tag; both together have `head` bytes. */
  private sizeAfterTag(head: i32): u32 {
    if (head === 0 || !this.need(head)) return 0;
    const at = this.at + 1;
    return head === 2 ? load<u8>(at) : head === 3 ? bswap(load<u16>(at)) : bswap(load<u32>(at));
  }

  private stringHead(): i32 {
    const tag = this.tag();
    if ((tag & 0xe0) === 0xa0) return 1;
    return tag === 0xd9 ? 2 : tag === 0xda ? 3 : tag === 0xdb ? 5 : this.noType();
  }

  /** The length of a string or binary whose head has `head` bytes; 0 after a problem. */
  private content(head: i32, max: i32): i32 {
    const length = head === 1 ? load<u8>(this.at) & 0x1f : this.sizeAfterTag(head);
    if (!this.ok) return 0;
    if (length > <u32>max) this.fail(Problem.TooLong);
    else if (length > <u32>(this.end - this.at) - head) this.fail(Problem.Truncated);
    return this.ok ? <i32>length : 0;
  }

  private count(head: i32, count: u32, max: i32, itemBytesMin: u64): i32 {
    if (!this.ok) return 0;
    if (count > <u32>max) this.fail(Problem.TooLong);
    else if (<u64>count * itemBytesMin > <u64>(this.end - this.at) - head) this.fail(Problem.Truncated);
    if (!this.ok) return 0;
    this.at += head;
    return <i32>count;
  }
}

const key = new Text();

// Problems that skipValue returns instead of an address.
const TRUNCATED: usize = Problem.Truncated;
const TYPE: usize = Problem.Type;
const TOO_DEEP: usize = Problem.TooDeep;

function loadInteger(tag: i32, at: usize): i64 {
  switch (tag) {
    case 0xcc: return load<u8>(at);
    case 0xcd: return bswap(load<u16>(at));
    case 0xce: return bswap(load<u32>(at));
    case 0xd0: return load<i8>(at);
    case 0xd1: return bswap(load<i16>(at));
    case 0xd2: return bswap(load<i32>(at));
    default: return bswap(load<i64>(at));
  }
}

/** @returns the end of the value at `at`, or the number of the problem: no address is as low */
export function skipValue(at: usize, end: usize, depth: i32): usize {
  if (at >= end) return TRUNCATED;
  const tag: i32 = load<u8>(at++);
  if (tag < 0x80 || tag >= 0xe0) return at;
  if (tag < 0x90) return skipItems(at, end, (tag & 0x0f) * 2, depth);
  if (tag < 0xa0) return skipItems(at, end, tag & 0x0f, depth);
  if (tag < 0xc0) return skipBytes(at, end, tag & 0x1f);
  switch (tag) {
    case 0xc0:
    case 0xc2:
    case 0xc3: return at;
    case 0xc1: return TYPE;
    case 0xc4:
    case 0xd9: return skipSized(at, end, 1, 0);
    case 0xc5:
    case 0xda: return skipSized(at, end, 2, 0);
    case 0xc6:
    case 0xdb: return skipSized(at, end, 4, 0);
    case 0xc7: return skipSized(at, end, 1, 1);
    case 0xc8: return skipSized(at, end, 2, 1);
    case 0xc9: return skipSized(at, end, 4, 1);
    case 0xcc:
    case 0xd0: return skipBytes(at, end, 1);
    case 0xcd:
    case 0xd1: return skipBytes(at, end, 2);
    case 0xca:
    case 0xce:
    case 0xd2: return skipBytes(at, end, 4);
    case 0xcb:
    case 0xcf:
    case 0xd3: return skipBytes(at, end, 8);
    case 0xdc: return end - at < 2 ? TRUNCATED : skipItems(at + 2, end, bigEndian(at, 2), depth);
    case 0xdd: return end - at < 4 ? TRUNCATED : skipItems(at + 4, end, bigEndian(at, 4), depth);
    case 0xde: return end - at < 2 ? TRUNCATED : skipItems(at + 2, end, bigEndian(at, 2) * 2, depth);
    case 0xdf: return end - at < 4 ? TRUNCATED : skipItems(at + 4, end, bigEndian(at, 4) * 2, depth);
    // fixext 1, 2, 4, 8 and 16, with a byte for the type
    default: return skipBytes(at, end, 1 + (1 << (tag - 0xd4)));
  }
}

function bigEndian(at: usize, size: i32): u64 {
  return size === 1 ? load<u8>(at) : size === 2 ? bswap(load<u16>(at)) : bswap(load<u32>(at));
}

function skipBytes(at: usize, end: usize, size: u64): usize {
  return size > <u64>(end - at) ? TRUNCATED : at + <usize>size;
}

function skipSized(at: usize, end: usize, lengthBytes: i32, extra: u64): usize {
  if (end - at < <usize>lengthBytes) return TRUNCATED;
  return skipBytes(at + lengthBytes, end, bigEndian(at, lengthBytes) + extra);
}

function skipItems(at: usize, end: usize, count: u64, depth: i32): usize {
  if (depth >= NESTING_DEPTH_MAX) return TOO_DEEP;
  if (count > <u64>(end - at)) return TRUNCATED;
  for (let i: u64 = 0; i < count && at > <usize>Problem.TrailingBytes; i++) at = skipValue(at, end, depth + 1);
  return at;
}

/** Unicode 16, table 3-7. Eight bytes at a time while they are ASCII. */
function isUtf8(at: usize, end: usize): bool {
  while (at < end) {
    if (end - at >= 8 && (load<u64>(at) & 0x8080808080808080) === 0) {
      at += 8;
      continue;
    }
    const first: u32 = load<u8>(at);
    if (first < 0x80) {
      at++;
      continue;
    }
    if (first < 0xc2 || first > 0xf4) return false;
    const size: usize = first < 0xe0 ? 2 : first < 0xf0 ? 3 : 4;
    if (size > end - at) return false;
    const second: u32 = load<u8>(at + 1);
    const least: u32 = first === 0xe0 ? 0xa0 : first === 0xf0 ? 0x90 : 0x80;
    const most: u32 = first === 0xed ? 0x9f : first === 0xf4 ? 0x8f : 0xbf;
    if (second < least || second > most) return false;
    for (let i: usize = 2; i < size; i++) if ((load<u8>(at + i) & 0xc0) !== 0x80) return false;
    at += size;
  }
  return true;
}
