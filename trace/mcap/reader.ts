/**
 * Reads an MCAP file record by record, forwards: the content of one record is in memory at a time. What comes after the last whole record of a
 * file that ends before its end is left out.
 */
import { RecordingError, type RecordingSource } from '../recording.js';
import { ByteReader } from './bytes.js';
import { MAGIC, OPCODES, RECORD_HEAD_BYTES, type RecordType, readContent, typeOf } from './records.js';

/** Bytes that are read at once: a page of small records. */
const WINDOW_BYTES = 64 << 10;
/** Content of a footer: two offsets and a checksum. */
const FOOTER_BYTES = 20;

/** Where a record lies. */
export interface RecordHead {
  /** Undefined for one of a later version of the format, or a private one. */
  readonly type: RecordType | undefined;
  /** Where its opcode is in the file. */
  readonly offset: number;
  /** Length of its content, in bytes. */
  readonly length: number;
}

export class McapReader {
  private window: Uint8Array = new Uint8Array(0);
  private windowAt = 0;

  constructor(readonly source: RecordingSource) {}

  /** @throws RecordingError `foreign` */
  async checkMagic(): Promise<void> {
    const bytes = await this.read(0, MAGIC.length);
    if (!equal(bytes, MAGIC)) throw new RecordingError('foreign', 0, 'it does not begin like an MCAP file');
  }

  /** Whether the file ends as it should: a footer and the magic. */
  async isComplete(): Promise<boolean> {
    const { size } = this.source;
    const tail = RECORD_HEAD_BYTES + FOOTER_BYTES + MAGIC.length;
    if (size < tail + MAGIC.length) return false;
    const bytes = await this.read(size - tail, tail);
    return bytes.length === tail && bytes[0] === OPCODES.footer && equal(bytes.subarray(tail - MAGIC.length), MAGIC);
  }

  /** @returns the record at `at`; null where the file ends, or is cut off before the record's end @throws RecordingError `damaged` */
  async head(at: number): Promise<RecordHead | null> {
    const bytes = await this.read(at, RECORD_HEAD_BYTES);
    if (bytes.length < RECORD_HEAD_BYTES) return null;
    if (bytes[0] === 0) throw new RecordingError('damaged', at, 'a record without a type');
    const from = new ByteReader(bytes, at);
    const type = typeOf(from.u8());
    const length = from.u53();
    return at + RECORD_HEAD_BYTES + length > this.source.size ? null : { type, offset: at, length };
  }

  /** @param bytesMax beyond which it is not read @throws RecordingError `damaged` */
  async content({ type, offset, length }: RecordHead, bytesMax: number): Promise<Uint8Array> {
    if (length > bytesMax) throw new RecordingError('damaged', offset, `a ${type} of ${length} bytes, where ${bytesMax} are possible`);
    const content = await this.read(offset + RECORD_HEAD_BYTES, length);
    if (content.length < length) throw new RecordingError('damaged', offset, 'the file became shorter while it was read');
    return content;
  }

  /** @returns the content of a record that is known to be of this type @throws RecordingError `damaged` */
  async record<T extends RecordType>(type: T, head: RecordHead, bytesMax: number) {
    return readContent(type, await this.content(head, bytesMax), head.offset + RECORD_HEAD_BYTES);
  }

  /** @returns a view, valid until the next call; shorter at the end of the file */
  private async read(at: number, length: number): Promise<Uint8Array> {
    const { source } = this;
    const end = Math.min(at + length, source.size);
    if (end <= at) return new Uint8Array(0);
    if (length > WINDOW_BYTES) return source.read(at, end - at);
    if (at < this.windowAt || end > this.windowAt + this.window.length) {
      this.window = await source.read(at, Math.min(WINDOW_BYTES, source.size - at));
      this.windowAt = at;
    }
    return this.window.subarray(at - this.windowAt, end - this.windowAt);
  }
}

const equal = (left: Uint8Array, right: Uint8Array): boolean =>
  left.length === right.length && left.every((byte, index) => byte === right[index]);

/** Where the record after this one begins. */
export const endOf = ({ offset, length }: RecordHead): number => offset + RECORD_HEAD_BYTES + length;
