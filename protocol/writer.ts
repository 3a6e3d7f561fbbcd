/**
 * Writes MessagePack for generated encoders, in the shortest forms, like @msgpack/msgpack.
 * The catch: numbers, booleans and nil do not check for room. Generated code reserves once for a run of them. The methods for
 * text, bytes and lengths reserve for themselves. Its errors have no field: whoever called the encoder finds it by where writing has ended
 * (`locateField`).
 */
import { EncodeError, shown } from './errors.js';
import { writeU16, writeU32 } from './frame.js';
import { skipValue } from './skip.js';
import { encodeUtf8 } from './utf8.js';

const INITIAL_BYTES = 4096;
/** A tag and four bytes of length. */
const HEAD_BYTES_MAX = 5;
const float64 = new Float64Array(1);
const float64Words = new Uint32Array(float64.buffer);

export class Writer {
  /** Replaced by a larger array when it is full, so do not keep it across a write. */
  bytes: Uint8Array = new Uint8Array(INITIAL_BYTES);
  /** Number of bytes written, and so the place of the next one. */
  length = 0;

  /** Drops everything from `at` on. */
  reset(at = 0): this {
    this.length = 0;
    this.reserve(at);
    this.length = at;
    return this;
  }

  /** A copy of what was written. */
  toBytes(): Uint8Array {
    return this.bytes.slice(0, this.length);
  }

  /** Makes room for `size` more bytes. */
  reserve(size: number): void {
    if (this.length + size > this.bytes.length) this.grow(size);
  }

  u8(value: number): void {
    if ((value & 0x7f) === value) this.bytes[this.length++] = value;
    else this.unsigned(value, 0xff);
  }

  u16(value: number): void {
    if ((value & 0x7f) === value) this.bytes[this.length++] = value;
    else this.unsigned(value, 0xffff);
  }

  u32(value: number): void {
    if ((value & 0x7f) === value) this.bytes[this.length++] = value;
    else this.unsigned(value, 0xffff_ffff);
  }

  u53(value: number): void {
    if ((value & 0x7f) === value) this.bytes[this.length++] = value;
    else this.unsigned(value, Number.MAX_SAFE_INTEGER);
  }

  i8(value: number): void {
    if ((value & 0x7f) === value) this.bytes[this.length++] = value;
    else this.signed(value, -0x80, 0x7f);
  }

  i16(value: number): void {
    if ((value & 0x7f) === value) this.bytes[this.length++] = value;
    else this.signed(value, -0x8000, 0x7fff);
  }

  i32(value: number): void {
    if ((value & 0x7f) === value) this.bytes[this.length++] = value;
    else this.signed(value, -0x8000_0000, 0x7fff_ffff);
  }

  f64(value: number): void {
    if ((value & 0x7f) === value) {
      this.bytes[this.length++] = value;
    } else if (Number.isSafeInteger(value)) {
      if (value < 0) this.negative(value);
      else this.positive(value);
    } else if (typeof value === 'number') {
      this.float(value);
    } else {
      throw new EncodeError('', refused(value, 'is not a number'));
    }
  }

  bool(value: boolean): void {
    if (value === true) this.bytes[this.length++] = 0xc3;
    else if (value === false) this.bytes[this.length++] = 0xc2;
    else throw new EncodeError('', refused(value, 'is not a boolean'));
  }

  nil(): void {
    this.bytes[this.length++] = 0xc0;
  }

  /** @param index of the option, or -1 for one that is not in the schema */
  choice(index: number): void {
    if (index < 0) throw new EncodeError('', 'not one of its options');
    this.positive(index);
  }

  /** @param max longest in bytes of UTF-8 */
  str(value: string, max: number): void {
    if (typeof value !== 'string') throw new EncodeError('', refused(value, 'is not a string'));
    const { length } = value;
    if (length > max) throw new EncodeError('', `${shown(value)} is longer than ${max} bytes`);
    this.reserve(HEAD_BYTES_MAX + 3 * length);
    const { bytes } = this;
    const start = this.length;
    let at = this.strHead(start, length);
    for (let i = 0; i < length; i++) {
      const unit = value.charCodeAt(i);
      if (unit > 0x7f) {
        this.wideStr(value, start, max);
        return;
      }
      bytes[at++] = unit;
    }
    this.length = at;
  }

  /** @param max longest in bytes */
  bin(value: Uint8Array, max: number): void {
    if (!(value instanceof Uint8Array)) throw new EncodeError('', refused(value, 'is not a Uint8Array'));
    const { length } = value;
    if (length > max) throw new EncodeError('', `longer than ${max} bytes`);
    this.reserve(HEAD_BYTES_MAX + length);
    if (length < 0x100) this.head8(0xc4, length);
    else if (length < 0x1_0000) this.head16(0xc5, length);
    else this.head32(0xc6, length);
    this.bytes.set(value, this.length);
    this.length += length;
  }

  /** @param value the bytes of one MessagePack value */
  dynamic(value: Uint8Array): void {
    if (!(value instanceof Uint8Array) || skipValue(value, 0, value.length) !== value.length) {
      throw new EncodeError('', 'not the bytes of one MessagePack value');
    }
    this.reserve(value.length);
    this.bytes.set(value, this.length);
    this.length += value.length;
  }

  /** Head of a list, whose items the caller writes next. */
  listLength(length: number, max: number): void {
    if (!(length <= max)) throw new EncodeError('', `more than ${max} entries`);
    this.reserve(HEAD_BYTES_MAX);
    if (length < 0x10) this.bytes[this.length++] = 0x90 | length;
    else if (length < 0x1_0000) this.head16(0xdc, length);
    else this.head32(0xdd, length);
  }

  /** Head of a map, whose keys and values the caller writes next, keys in ascending order. */
  mapLength(length: number, max: number): void {
    if (!(length <= max)) throw new EncodeError('', `more than ${max} entries`);
    this.reserve(HEAD_BYTES_MAX);
    if (length < 0x10) this.bytes[this.length++] = 0x80 | length;
    else if (length < 0x1_0000) this.head16(0xde, length);
    else this.head32(0xdf, length);
  }

  /** Head of a structure of so many fields. Generated code has reserved 3 bytes. */
  structure(fields: number): void {
    if (fields < 0x10) this.bytes[this.length++] = 0x90 | fields;
    else this.head16(0xdc, fields);
  }

  private unsigned(value: number, max: number): void {
    if (!(Number.isInteger(value) && value >= 0 && value <= max)) throw new EncodeError('', refused(value, 'is out of range'));
    this.positive(value);
  }

  private signed(value: number, min: number, max: number): void {
    if (!(Number.isInteger(value) && value >= min && value <= max)) throw new EncodeError('', refused(value, 'is out of range'));
    if (value < 0) this.negative(value);
    else this.positive(value);
  }

  private positive(value: number): void {
    if (value < 0x80) this.bytes[this.length++] = value;
    else if (value < 0x100) this.head8(0xcc, value);
    else if (value < 0x1_0000) this.head16(0xcd, value);
    else if (value < 0x1_0000_0000) this.head32(0xce, value);
    else this.head64(0xcf, value);
  }

  private negative(value: number): void {
    if (value >= -0x20) this.bytes[this.length++] = value;
    else if (value >= -0x80) this.head8(0xd0, value);
    else if (value >= -0x8000) this.head16(0xd1, value);
    else if (value >= -0x8000_0000) this.head32(0xd2, value);
    else this.head64(0xd3, value);
  }

  private float(value: number): void {
    const { bytes, length } = this;
    float64[0] = value;
    bytes[length] = 0xcb;
    // One NaN only, so that equal states have equal bytes.
    writeU32(bytes, length + 1, Number.isNaN(value) ? 0x7ff8_0000 : float64Words[1]);
    writeU32(bytes, length + 5, Number.isNaN(value) ? 0 : float64Words[0]);
    this.length = length + 9;
  }

  private strHead(at: number, length: number): number {
    const { bytes } = this;
    if (length < 0x20) {
      bytes[at] = 0xa0 | length;
      return at + 1;
    }
    if (length < 0x100) {
      bytes[at] = 0xd9;
      bytes[at + 1] = length;
      return at + 2;
    }
    if (length < 0x1_0000) {
      bytes[at] = 0xda;
      writeU16(bytes, at + 1, length);
      return at + 3;
    }
    bytes[at] = 0xdb;
    writeU32(bytes, at + 1, length);
    return at + 5;
  }

  /** Writes a string that is not ASCII: once the size of its head is known, the content is moved there. */
  private wideStr(value: string, start: number, max: number): void {
    const { bytes } = this;
    const content = start + HEAD_BYTES_MAX;
    const length = encodeUtf8(value, bytes, content) - content;
    if (length > max) throw new EncodeError('', `${shown(value)} is longer than ${max} bytes`);
    const at = this.strHead(start, length);
    bytes.copyWithin(at, content, content + length);
    this.length = at + length;
  }

  private head8(tag: number, value: number): void {
    this.bytes[this.length] = tag;
    this.bytes[this.length + 1] = value;
    this.length += 2;
  }

  private head16(tag: number, value: number): void {
    this.bytes[this.length] = tag;
    writeU16(this.bytes, this.length + 1, value);
    this.length += 3;
  }

  private head32(tag: number, value: number): void {
    this.bytes[this.length] = tag;
    writeU32(this.bytes, this.length + 1, value);
    this.length += 5;
  }

  private head64(tag: number, value: number): void {
    this.bytes[this.length] = tag;
    const high = Math.floor(value / 0x1_0000_0000);
    writeU32(this.bytes, this.length + 1, high);
    writeU32(this.bytes, this.length + 5, value - high * 0x1_0000_0000);
    this.length += 9;
  }

  private grow(size: number): void {
    const grown = new Uint8Array(Math.max(this.bytes.length * 2, this.length + size));
    grown.set(this.bytes);
    this.bytes = grown;
  }
}

/** A field that is not there at all is the commonest mistake. */
const refused = (value: unknown, problem: string): string => (value === undefined ? 'is missing' : `${shown(value)} ${problem}`);
