/**
 * Reads MessagePack for generated decoders. Every length is checked against the bytes that are left before anything
 * is allocated, and decoded values do not refer to the buffer, which may be shared memory or reused.
 * Any integer encoding of a value is accepted; a float is not an integer.
 */
import { DecodeError, type DecodeProblem } from './errors.js';
import type { Fields } from './fields.js';
import { readU16, readU32 } from './frame.js';
import { locateField } from './locate.js';
import { SKIP_TOO_DEEP, SKIP_TRUNCATED, skipValue } from './skip.js';
import { decodeUtf8 } from './utf8.js';

/** Little-endian on every platform that has WebAssembly: word 1 is the high one. */
const float64 = new Float64Array(1);
const float64Words = new Uint32Array(float64.buffer);
const float32 = new Float32Array(1);
const float32Word = new Uint32Array(float32.buffer);

/** What is decoded, so that an error can name its field. */
export interface NamedBody {
  readonly name: string;
  readonly kind: number;
  readonly fields: Fields;
}

export class Reader {
  bytes: Uint8Array = new Uint8Array(0);
  /** Start of the body: offsets of errors count from here. */
  start = 0;
  at = 0;
  end = 0;
  /** Leading fields of the body decoded last: `request` of a request or reply, `version` and `fresh` of a publication. */
  request = 0;
  version = 0;
  fresh = false;
  /** What is being decoded, from here on; null when nobody has said it. */
  private body: NamedBody | null = null;
  private bodyAt = 0;

  reset(bytes: Uint8Array, at = 0, end = bytes.length): this {
    this.bytes = bytes;
    this.start = at;
    this.at = at;
    this.end = end;
    this.body = null;
    return this;
  }

  /** Decodes a body whose errors name its kind and field. A reader that has failed is of no use until its `reset`. */
  within<T>(body: NamedBody, decode: (reader: this) => T): T {
    const { body: outer, bodyAt } = this;
    this.body = body;
    this.bodyAt = this.at;
    const value = decode(this);
    this.body = outer;
    this.bodyAt = bodyAt;
    return value;
  }

  u8(): number {
    const value = this.at < this.end ? this.bytes[this.at] : 0xff;
    if (value > 0x7f) return this.unsigned(value, 0xff);
    this.at++;
    return value;
  }

  u16(): number {
    const value = this.at < this.end ? this.bytes[this.at] : 0xff;
    if (value > 0x7f) return this.unsigned(value, 0xffff);
    this.at++;
    return value;
  }

  u32(): number {
    const value = this.at < this.end ? this.bytes[this.at] : 0xff;
    if (value > 0x7f) return this.unsigned(value, 0xffff_ffff);
    this.at++;
    return value;
  }

  u53(): number {
    const value = this.at < this.end ? this.bytes[this.at] : 0xff;
    if (value > 0x7f) return this.unsigned(value, Number.MAX_SAFE_INTEGER);
    this.at++;
    return value;
  }

  i8(): number {
    return this.integer(-0x80, 0x7f);
  }

  i16(): number {
    return this.integer(-0x8000, 0x7fff);
  }

  i32(): number {
    const value = this.at < this.end ? this.bytes[this.at] : 0xff;
    if (value > 0x7f) return this.integer(-0x8000_0000, 0x7fff_ffff);
    this.at++;
    return value;
  }

  /** An integer that JavaScript holds exactly. */
  i53(): number {
    return this.integer(Number.MIN_SAFE_INTEGER, Number.MAX_SAFE_INTEGER);
  }

  /** Accepts an integer, too, if JavaScript holds it exactly. */
  f64(): number {
    const { at, bytes } = this;
    const tag = at < this.end ? bytes[at] : 0xff;
    if (tag < 0x80) {
      this.at++;
      return tag;
    }
    if (tag === 0xcb) {
      this.need(9);
      float64Words[1] = (bytes[at + 1] << 24) | (bytes[at + 2] << 16) | (bytes[at + 3] << 8) | bytes[at + 4];
      float64Words[0] = (bytes[at + 5] << 24) | (bytes[at + 6] << 16) | (bytes[at + 7] << 8) | bytes[at + 8];
      this.at = at + 9;
      return float64[0];
    }
    if (tag === 0xca) {
      this.need(5);
      float32Word[0] = readU32(bytes, at + 1);
      this.at = at + 5;
      return float32[0];
    }
    if (tag === 0xcd && this.end - at >= 3) {
      this.at = at + 3;
      return (bytes[at + 1] << 8) | bytes[at + 2];
    }
    return this.i53();
  }

  bool(): boolean {
    const tag = this.tag();
    if (tag !== 0xc2 && tag !== 0xc3) this.fail('type');
    this.at++;
    return tag === 0xc3;
  }

  /** Skips a nil if there is one. */
  nil(): boolean {
    if (this.tag() !== 0xc0) return false;
    this.at++;
    return true;
  }

  /** The index of an option, below `count`. */
  choice(count: number): number {
    return this.integer(0, count - 1);
  }

  /** @param max longest in bytes */
  str(max: number): string {
    const tagAt = this.at;
    const tag = this.tag();
    let head = 1;
    let length = tag & 0x1f;
    if ((tag & 0xe0) !== 0xa0) {
      head = tag === 0xd9 ? 2 : tag === 0xda ? 3 : tag === 0xdb ? 5 : this.fail('type');
      length = this.sizeAfterTag(head);
    }
    const at = this.content(head, length, max);
    const text = decodeUtf8(this.bytes, at, at + length);
    if (text === null) {
      this.at = tagAt;
      this.fail('utf-8');
    }
    return text;
  }

  /** @param max longest in bytes @returns a copy */
  bin(max: number): Uint8Array {
    const tag = this.tag();
    const head = tag === 0xc4 ? 2 : tag === 0xc5 ? 3 : tag === 0xc6 ? 5 : this.fail('type');
    const length = this.sizeAfterTag(head);
    const at = this.content(head, length, max);
    return this.copy(at, at + length);
  }

  /** The length of a list, checked against the bytes that are left: at least one per item. */
  listLength(max: number): number {
    const tag = this.tag();
    if ((tag & 0xf0) === 0x90) return this.count(1, tag & 0x0f, max, 1);
    const head = tag === 0xdc ? 3 : tag === 0xdd ? 5 : this.fail('type');
    return this.count(head, this.sizeAfterTag(head), max, 1);
  }

  /** The number of entries of a map, checked against the bytes that are left: at least two per entry. */
  mapLength(max: number): number {
    const tag = this.tag();
    if ((tag & 0xf0) === 0x80) return this.count(1, tag & 0x0f, max, 2);
    const head = tag === 0xde ? 3 : tag === 0xdf ? 5 : this.fail('type');
    return this.count(head, this.sizeAfterTag(head), max, 2);
  }

  /** Number of fields present in a structure. */
  structure(): number {
    const tag = this.at < this.end ? this.bytes[this.at] : 0;
    if ((tag & 0xf0) === 0x90 && (tag & 0x0f) < this.end - this.at) {
      this.at++;
      return tag & 0x0f;
    }
    return this.listLength(Number.POSITIVE_INFINITY);
  }

  /** Skips the fields of a newer schema. */
  skipFields(present: number, known: number): void {
    for (let i = known; i < present; i++) this.skip();
  }

  /** One value of any shape, as a copy of its bytes. */
  dynamic(): Uint8Array {
    const at = this.at;
    this.skip();
    return this.copy(at, this.at);
  }

  skip(): void {
    const end = skipValue(this.bytes, this.at, this.end);
    if (end < 0) this.fail(end === SKIP_TRUNCATED ? 'truncated' : end === SKIP_TOO_DEEP ? 'too deep' : 'type');
    this.at = end;
  }

  /** Ends a body: no bytes may be left. */
  finish(): void {
    if (this.at !== this.end) this.fail('trailing bytes');
  }

  /** @throws DecodeError at the current position, with kind and field where they are known */
  fail(problem: DecodeProblem): never {
    const { body, at, start } = this;
    if (!body) throw new DecodeError(problem, at - start);
    const field = locateField(body.name, body.fields, this.bytes, this.bodyAt, this.end, at);
    throw new DecodeError(problem, at - start, field, body.kind);
  }

  private tag(): number {
    if (this.at >= this.end) this.fail('truncated');
    return this.bytes[this.at];
  }

  private need(size: number): void {
    if (size > this.end - this.at) this.fail('truncated');
  }

  /** Reads the common forms of an unsigned integer. Leaves all others, and all errors, to `integer`. */
  private unsigned(tag: number, max: number): number {
    const { bytes, at } = this;
    const left = this.end - at;
    let value = 0;
    let size = 0;
    if (tag === 0xcd && left >= 3) {
      value = (bytes[at + 1] << 8) | bytes[at + 2];
      size = 3;
    } else if (tag === 0xce && left >= 5) {
      value = ((bytes[at + 1] << 24) | (bytes[at + 2] << 16) | (bytes[at + 3] << 8) | bytes[at + 4]) >>> 0;
      size = 5;
    } else if (tag === 0xcc && left >= 2) {
      value = bytes[at + 1];
      size = 2;
    }
    if (size === 0 || value > max) return this.integer(0, max);
    this.at = at + size;
    return value;
  }

  private integer(min: number, max: number): number {
    const { bytes, at } = this;
    const tag = this.tag();
    let size = 1;
    let value = tag;
    if (tag >= 0xe0) {
      value = tag - 0x100;
    } else if (tag >= 0x80) {
      if (tag < 0xcc || tag > 0xd3) this.fail('type');
      size = 1 + (1 << (tag & 3));
      this.need(size);
      if (tag === 0xcc) value = bytes[at + 1];
      else if (tag === 0xcd) value = readU16(bytes, at + 1);
      else if (tag === 0xce) value = readU32(bytes, at + 1);
      else if (tag === 0xd0) value = (bytes[at + 1] << 24) >> 24;
      else if (tag === 0xd1) value = (readU16(bytes, at + 1) << 16) >> 16;
      else if (tag === 0xd2) value = readU32(bytes, at + 1) | 0;
      else value = (tag === 0xcf ? readU32(bytes, at + 1) : readU32(bytes, at + 1) | 0) * 0x1_0000_0000 + readU32(bytes, at + 5);
    }
    if (value < min || value > max) this.fail('range');
    this.at = at + size;
    return value;
  }

  /** The big-endian length that follows a tag; both together have `head` bytes. */
  private sizeAfterTag(head: number): number {
    this.need(head);
    const at = this.at + 1;
    return head === 2 ? this.bytes[at] : head === 3 ? readU16(this.bytes, at) : readU32(this.bytes, at);
  }

  /** Skips head and content of a string or binary. @returns the start of the content */
  private content(head: number, length: number, max: number): number {
    if (length > max) this.fail('too long');
    if (length > this.end - this.at - head) this.fail('truncated');
    const at = this.at + head;
    this.at = at + length;
    return at;
  }

  private count(head: number, count: number, max: number, itemBytesMin: number): number {
    if (count > max) this.fail('too long');
    if (count * itemBytesMin > this.end - this.at - head) this.fail('truncated');
    this.at += head;
    return count;
  }

  private copy(at: number, end: number): Uint8Array {
    const copy = new Uint8Array(end - at);
    copy.set(this.bytes.subarray(at, end));
    return copy;
  }
}
