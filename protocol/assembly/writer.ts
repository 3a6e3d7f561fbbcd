/**
 * Writes MessagePack in the shortest forms for generated encoders: the twin of protocol/writer.ts.
 * The buffer is raw memory that grows by moving. A value that its schema does not allow traps here, and throws in TypeScript.
 * The catch: numbers, booleans and nil do not check for room. Generated code reserves once for a run of them. The methods for
 * text, bytes and lengths reserve for themselves.
 */
import { skipValue } from './reader';
import { Bytes, Dynamic, Text } from './values';

const INITIAL_BYTES: usize = 1024;
/** A tag and four bytes of length. */
const HEAD_BYTES_MAX: usize = 5;
const MAX_SAFE_INTEGER: f64 = 9007199254740991;

export class Writer {
  /** Address of the buffer. It moves as it grows, so do not keep the address across a write. */
  start: usize = heap.alloc(INITIAL_BYTES);
  /** Address of the next byte to write. */
  at: usize = this.start;
  private end: usize = this.start + INITIAL_BYTES;

  /** Bytes written. */
  get length(): i32 {
    return <i32>(this.at - this.start);
  }

  /** Drops everything after the first `length` bytes. */
  reset(length: i32 = 0): void {
    this.at = this.start;
    this.reserve(length);
    this.at = this.start + length;
  }

  /** Makes room for `size` more bytes. */
  // @ts-ignore: decorator
  @inline
  reserve(size: usize): void {
    if (this.at + size > this.end) this.grow(size);
  }

  u8(value: u8): void {
    this.positive(value);
  }

  u16(value: u16): void {
    this.positive(value);
  }

  u32(value: u32): void {
    this.positive(value);
  }

  u53(value: u64): void {
    if (value > <u64>MAX_SAFE_INTEGER) this.refuse(value.toString() + ' is out of range');
    this.positive(value);
  }

  i8(value: i8): void {
    this.integer(value);
  }

  i16(value: i16): void {
    this.integer(value);
  }

  i32(value: i32): void {
    this.integer(value);
  }

  f64(value: f64): void {
    if (abs(value) <= MAX_SAFE_INTEGER && trunc(value) === value) {
      this.integer(<i64>value);
      return;
    }
    // One NaN only, so that equal states have equal bytes.
    const bits = value === value ? reinterpret<u64>(value) : 0x7ff8000000000000;
    store<u8>(this.at, 0xcb);
    store<u64>(this.at + 1, bswap(bits));
    this.at += 9;
  }

  bool(value: bool): void {
    store<u8>(this.at++, value ? 0xc3 : 0xc2);
  }

  nil(): void {
    store<u8>(this.at++, 0xc0);
  }

  /** @param index of the option, below `count` */
  choice(index: i32, count: i32): void {
    if (<u32>index >= <u32>count) this.refuse(index.toString() + ' is not one of its ' + count.toString() + ' options');
    this.positive(index);
  }

  /** @param max longest in bytes of UTF-8 */
  text(value: Text, max: i32): void {
    if (value.isString) {
      this.str(value.text, max);
      return;
    }
    const size = value.byteLength;
    if (size > max) this.refuseLength('a string', size, max);
    this.reserve(HEAD_BYTES_MAX + size);
    this.at = this.stringHead(this.at, size);
    memory.copy(this.at, value.address, size);
    this.at += size;
  }

  /** @param max longest in bytes of UTF-8 */
  str(value: string, max: i32): void {
    const length = value.length;
    if (length > max) this.refuseLength('a string', length, max);
    this.reserve(HEAD_BYTES_MAX + 3 * length);
    const head = this.at;
    let at = this.stringHead(head, length);
    let from = changetype<usize>(value);
    for (const end = from + (<usize>length << 1); from < end; from += 2) {
      const unit = load<u16>(from);
      if (unit > 0x7f) {
        this.wideString(value, max);
        return;
      }
      store<u8>(at++, unit);
    }
    this.at = at;
  }

  /** @param max longest in bytes */
  bin(value: Bytes, max: i32): void {
    const size = value.length;
    if (size > max) this.refuseLength('a binary', size, max);
    this.reserve(HEAD_BYTES_MAX + size);
    if (size < 0x100) this.head8(0xc4, size);
    else if (size < 0x10000) this.head16(0xc5, size);
    else this.head32(0xc6, size);
    memory.copy(this.at, value.address, size);
    this.at += size;
  }

  dynamic(value: Dynamic): void {
    const size = value.length;
    this.reserve(size + 1);
    if (size === 0) {
      this.nil();
      return;
    }
    if (skipValue(value.address, value.address + size, 0) !== value.address + size) this.refuse('not the bytes of one MessagePack value');
    memory.copy(this.at, value.address, size);
    this.at += size;
  }

  /** Head of a list, whose items the caller writes next. */
  listLength(length: i32, max: i32): void {
    if (length > max) this.refuseEntries('a list', length, max);
    this.reserve(HEAD_BYTES_MAX);
    if (length < 0x10) store<u8>(this.at++, 0x90 | length);
    else if (length < 0x10000) this.head16(0xdc, length);
    else this.head32(0xdd, length);
  }

  /** Head of a map, whose keys and values the caller writes next, keys in ascending order. */
  mapLength(length: i32, max: i32): void {
    if (length > max) this.refuseEntries('a map', length, max);
    this.reserve(HEAD_BYTES_MAX);
    if (length < 0x10) store<u8>(this.at++, 0x80 | length);
    else if (length < 0x10000) this.head16(0xde, length);
    else this.head32(0xdf, length);
  }

  /** Head of a structure of so many fields. Generated code has reserved 3 bytes. */
  structure(fields: i32): void {
    if (fields < 0x10) store<u8>(this.at++, 0x90 | fields);
    else this.head16(0xdc, fields);
  }

  private refuseLength(what: string, size: i32, max: i32): void {
    this.refuse(what + ' of ' + size.toString() + ' is longer than ' + max.toString() + ' bytes');
  }

  private refuseEntries(what: string, length: i32, max: i32): void {
    this.refuse(what + ' of ' + length.toString() + ' has more than ' + max.toString() + ' entries');
  }

  /** Traps. The host has the schema, and finds the field from the bytes that were written before. */
  private refuse(problem: string): void {
    throw new RangeError(problem + ' (after ' + this.length.toString() + ' bytes at ' + this.start.toString() + ')');
  }

  private integer(value: i64): void {
    if (value >= 0) this.positive(value);
    else if (value >= -0x20) store<u8>(this.at++, <u8>value);
    else if (value >= -0x80) this.head8(0xd0, <u32>value);
    else if (value >= -0x8000) this.head16(0xd1, <u32>value);
    else if (value >= -0x80000000) this.head32(0xd2, <u32>value);
    else this.head64(0xd3, value);
  }

  private positive(value: u64): void {
    if (value < 0x80) store<u8>(this.at++, <u8>value);
    else if (value < 0x100) this.head8(0xcc, <u32>value);
    else if (value < 0x10000) this.head16(0xcd, <u32>value);
    else if (value < 0x100000000) this.head32(0xce, <u32>value);
    else this.head64(0xcf, value);
  }

  private stringHead(at: usize, size: i32): usize {
    if (size < 0x20) {
      store<u8>(at, 0xa0 | size);
      return at + 1;
    }
    if (size < 0x100) {
      store<u8>(at, 0xd9);
      store<u8>(at + 1, size);
      return at + 2;
    }
    if (size < 0x10000) {
      store<u8>(at, 0xda);
      store<u16>(at + 1, bswap<u16>(<u16>size));
      return at + 3;
    }
    store<u8>(at, 0xdb);
    store<u32>(at + 1, bswap<u32>(size));
    return at + 5;
  }

  /** Writes a string that is not ASCII: once the size of its head is known, the content is moved there. */
  private wideString(value: string, max: i32): void {
    const content = this.at + HEAD_BYTES_MAX;
    const size = <i32>(encodeUtf8(value, content) - content);
    if (size > max) this.refuseLength('a string', size, max);
    const at = this.stringHead(this.at, size);
    memory.copy(at, content, size);
    this.at = at + size;
  }

  private head8(tag: u8, value: u32): void {
    store<u8>(this.at, tag);
    store<u8>(this.at + 1, value);
    this.at += 2;
  }

  private head16(tag: u8, value: u32): void {
    store<u8>(this.at, tag);
    store<u16>(this.at + 1, bswap<u16>(<u16>value));
    this.at += 3;
  }

  private head32(tag: u8, value: u32): void {
    store<u8>(this.at, tag);
    store<u32>(this.at + 1, bswap<u32>(value));
    this.at += 5;
  }

  private head64(tag: u8, value: u64): void {
    store<u8>(this.at, tag);
    store<u64>(this.at + 1, bswap<u64>(value));
    this.at += 9;
  }

  protected grow(size: usize): void {
    const used = this.at - this.start;
    const capacity = max((this.end - this.start) << 1, used + size);
    this.start = heap.realloc(this.start, capacity);
    this.at = this.start + used;
    this.end = this.start + capacity;
  }
}

/** Lone surrogates become U+FFFD. @returns the end of the bytes */
function encodeUtf8(value: string, at: usize): usize {
  const length = value.length;
  for (let i = 0; i < length; i++) {
    let point: u32 = value.charCodeAt(i);
    if (point < 0x80) {
      store<u8>(at++, point);
    } else if (point < 0x800) {
      store<u8>(at, 0xc0 | (point >> 6));
      store<u8>(at + 1, 0x80 | (point & 0x3f));
      at += 2;
    } else {
      if ((point & 0xf800) === 0xd800) {
        const low: u32 = point < 0xdc00 && i + 1 < length ? value.charCodeAt(i + 1) : 0;
        if ((low & 0xfc00) === 0xdc00) {
          i++;
          at = storeFour(at, 0x10000 + ((point & 0x3ff) << 10) + (low & 0x3ff));
          continue;
        }
        point = 0xfffd;
      }
      store<u8>(at, 0xe0 | (point >> 12));
      store<u8>(at + 1, 0x80 | ((point >> 6) & 0x3f));
      store<u8>(at + 2, 0x80 | (point & 0x3f));
      at += 3;
    }
  }
  return at;
}

function storeFour(at: usize, point: u32): usize {
  store<u8>(at, 0xf0 | (point >> 18));
  store<u8>(at + 1, 0x80 | ((point >> 12) & 0x3f));
  store<u8>(at + 2, 0x80 | ((point >> 6) & 0x3f));
  store<u8>(at + 3, 0x80 | (point & 0x3f));
  return at + 4;
}
