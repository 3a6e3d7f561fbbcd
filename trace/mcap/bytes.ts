/** Little-endian bytes as MCAP has them: a writer that grows, and a reader that checks each length against what is left. */
import { decodeUtf8, encodeUtf8 } from '../../protocol/utf8.js';
import { RecordingError } from '../recording.js';

const INITIAL_BYTES = 1024;
/** The most that one UTF-16 unit becomes. */
const UTF8_BYTES_MAX = 3;
const WORD = 0x1_0000_0000;

export class ByteWriter {
  bytes = new Uint8Array(INITIAL_BYTES);
  view = new DataView(this.bytes.buffer);
  length = 0;

  reserve(count: number): void {
    const needed = this.length + count;
    if (needed <= this.bytes.length) return;
    const grown = new Uint8Array(Math.max(needed, 2 * this.bytes.length));
    grown.set(this.bytes.subarray(0, this.length));
    this.bytes = grown;
    this.view = new DataView(grown.buffer);
  }

  clear(): void {
    this.length = 0;
  }

  /** A copy of what was written. */
  toBytes(): Uint8Array {
    return this.bytes.slice(0, this.length);
  }

  u8(value: number): void {
    this.reserve(1);
    this.bytes[this.length++] = value;
  }

  u16(value: number): void {
    this.reserve(2);
    this.view.setUint16(this.length, value, true);
    this.length += 2;
  }

  u32(value: number): void {
    this.reserve(4);
    this.view.setUint32(this.length, value, true);
    this.length += 4;
  }

  /** A size or offset: a safe integer. */
  u53(value: number): void {
    this.reserve(8);
    this.view.setUint32(this.length, value >>> 0, true);
    this.view.setUint32(this.length + 4, Math.floor(value / WORD), true);
    this.length += 8;
  }

  /** A time in nanoseconds. */
  u64(value: bigint): void {
    this.reserve(8);
    this.view.setBigUint64(this.length, value, true);
    this.length += 8;
  }

  raw(bytes: Uint8Array): void {
    this.reserve(bytes.length);
    this.bytes.set(bytes, this.length);
    this.length += bytes.length;
  }

  /** Its length in bytes, and the text. */
  text(text: string): void {
    this.reserve(4 + UTF8_BYTES_MAX * text.length);
    const at = this.length + 4;
    const end = encodeUtf8(text, this.bytes, at);
    this.view.setUint32(this.length, end - at, true);
    this.length = end;
  }

  texts(entries: Readonly<Record<string, string>>): void {
    this.sized(() => {
      for (const [key, value] of Object.entries(entries)) {
        this.text(key);
        this.text(value);
      }
    });
  }

  /** What `write` writes, after its length in bytes. */
  sized(write: () => void): void {
    const at = this.length;
    this.u32(0);
    write();
    this.view.setUint32(at, this.length - at - 4, true);
  }
}

export class ByteReader {
  private readonly view: DataView;
  private at = 0;

  /** @param offset of the first byte in the file: errors name it */
  constructor(
    private readonly bytes: Uint8Array,
    private readonly offset: number,
    private end = bytes.length,
  ) {
    this.view = new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength);
  }

  get position(): number {
    return this.at;
  }

  get left(): number {
    return this.end - this.at;
  }

  fail(detail: string): never {
    throw new RecordingError('damaged', this.offset + this.at, detail);
  }

  /** Skips `count` bytes. @returns where they begin */
  private take(count: number, what: string): number {
    if (count > this.left) this.fail(`${what} of ${count} bytes, where ${this.left} are left`);
    const at = this.at;
    this.at += count;
    return at;
  }

  u8(): number {
    return this.bytes[this.take(1, 'a number')];
  }

  u16(): number {
    return this.view.getUint16(this.take(2, 'a number'), true);
  }

  u32(): number {
    return this.view.getUint32(this.take(4, 'a number'), true);
  }

  u53(): number {
    const at = this.take(8, 'a number');
    const value = this.view.getUint32(at + 4, true) * WORD + this.view.getUint32(at, true);
    if (!Number.isSafeInteger(value)) this.fail(`the number ${value}, which is beyond every file`);
    return value;
  }

  u64(): bigint {
    return this.view.getBigUint64(this.take(8, 'a number'), true);
  }

  /** A view, valid as long as the bytes given. */
  raw(count: number, what = 'a field'): Uint8Array {
    const at = this.take(count, what);
    return this.bytes.subarray(at, at + count);
  }

  /** What was read so far. */
  before(): Uint8Array {
    return this.bytes.subarray(0, this.at);
  }

  text(): string {
    const length = this.u32();
    const at = this.take(length, 'a text');
    return decodeUtf8(this.bytes, at, at + length) ?? this.fail('a text that is not UTF-8');
  }

  texts(): Record<string, string> {
    const entries: Record<string, string> = Object.create(null);
    this.sized(() => {
      const key = this.text();
      entries[key] = this.text();
    });
    return entries;
  }

  /** Calls `read` until the bytes that the length in front counts are read. */
  sized(read: () => void): void {
    const length = this.u32();
    const { end, at } = this;
    this.take(length, 'a list');
    this.at = at;
    this.end = at + length;
    while (this.left > 0) read();
    this.end = end;
  }
}

/** @returns the text as UTF-8 */
export function utf8Of(text: string): Uint8Array {
  const bytes = new Uint8Array(UTF8_BYTES_MAX * text.length);
  return bytes.slice(0, encodeUtf8(text, bytes, 0));
}
