/**
 * Whole numbers in as few bytes as they need: seven bits to a byte, low ones first, the highest bit set on all but the last. A signed number
 * has its sign in the lowest bit of the first byte. Both reach to 2^53 - 1.
 */
import { RecordingError } from './recording.js';

const INITIAL_BYTES = 4096;
/** Longest number. */
const NUMBER_BYTES_MAX = 8;

export class VarintWriter {
  private bytes = new Uint8Array(INITIAL_BYTES);
  length = 0;

  private reserve(count: number): void {
    if (this.length + count <= this.bytes.length) return;
    const grown = new Uint8Array(Math.max(this.length + count, 2 * this.bytes.length));
    grown.set(this.bytes.subarray(0, this.length));
    this.bytes = grown;
  }

  clear(): void {
    this.length = 0;
  }

  /** A view of what was written. */
  written(): Uint8Array {
    return this.bytes.subarray(0, this.length);
  }

  byte(value: number): void {
    this.reserve(1);
    this.bytes[this.length++] = value;
  }

  unsigned(value: number): void {
    this.reserve(NUMBER_BYTES_MAX);
    while (value > 0x7f) {
      this.bytes[this.length++] = (value & 0x7f) | 0x80;
      value = value > 0x7fff_ffff ? Math.floor(value / 0x80) : value >>> 7;
    }
    this.bytes[this.length++] = value;
  }

  signed(value: number): void {
    this.reserve(1 + NUMBER_BYTES_MAX);
    const size = value < 0 ? -value : value;
    const first = ((size & 0x3f) << 1) | (value < 0 ? 1 : 0);
    if (size < 0x40) {
      this.bytes[this.length++] = first;
      return;
    }
    this.bytes[this.length++] = first | 0x80;
    this.unsigned(Math.floor(size / 0x40));
  }

  /** The bits of a 32-bit integer. */
  word(value: number): void {
    for (let shift = 0; shift < 32; shift += 8) this.byte(value >>> shift);
  }

  raw(bytes: Uint8Array): void {
    this.reserve(bytes.length);
    this.bytes.set(bytes, this.length);
    this.length += bytes.length;
  }
}

export class VarintReader {
  private at = 0;

  /** @param offset of the bytes in the file, or of what they are part of: errors name it */
  constructor(
    private readonly bytes: Uint8Array,
    private readonly offset: number,
  ) {}

  get left(): number {
    return this.bytes.length - this.at;
  }

  fail(detail: string): never {
    throw new RecordingError('damaged', this.offset, `${detail}, at byte ${this.at} of its rows`);
  }

  byte(): number {
    return this.at < this.bytes.length ? this.bytes[this.at++] : this.fail('a row that ends too early');
  }

  unsigned(max = Number.MAX_SAFE_INTEGER): number {
    let value = 0;
    let scale = 1;
    for (let count = 0; count < NUMBER_BYTES_MAX; count++) {
      const byte = this.byte();
      value += (byte & 0x7f) * scale;
      if (byte < 0x80) return value <= max ? value : this.fail(`the number ${value}, where at most ${max} is possible`);
      scale *= 0x80;
    }
    return this.fail('a number without an end');
  }

  signed(): number {
    const first = this.byte();
    let size = (first >> 1) & 0x3f;
    if (first & 0x80) size += this.unsigned(Number.MAX_SAFE_INTEGER / 0x40) * 0x40;
    return first & 1 ? -size : size;
  }

  word(): number {
    return this.byte() | (this.byte() << 8) | (this.byte() << 16) | (this.byte() << 24);
  }

  /** A copy. */
  raw(length: number): Uint8Array {
    if (length > this.left) this.fail(`${length} bytes, where ${this.left} are left`);
    this.at += length;
    return this.bytes.slice(this.at - length, this.at);
  }
}
