/**
 * Writes an MCAP file as it comes: a chunk is handed on once it is closed, and whoever loses the process loses what is in the open one.
 * Each chunk has the channels of its messages, so that it can be read where those before it are lost, and message indexes after it. The
 * schemas are where they are used first. The summary has all of them again.
 */
import { ByteWriter } from './bytes.js';
import { crc32 } from './crc32.js';
import { MAGIC, OPCODES, RECORD_HEAD_BYTES, type Records, type RecordType, writeRecord } from './records.js';

/** Content of a message before its data: channel, sequence, two times. */
const MESSAGE_HEAD_BYTES = 22;
/** Content of a chunk beside its records and the name of its compression, which is none. */
const CHUNK_HEAD_BYTES = 40;
/** The part of the footer before its checksum. */
const FOOTER_BYTES_BEFORE_CRC = RECORD_HEAD_BYTES + 16;

/** Where the messages of one channel lie in the open chunk. */
interface Places {
  readonly times: bigint[];
  readonly offsets: number[];
}

export class McapWriter {
  private readonly record = new ByteWriter();
  private readonly chunk = new ByteWriter();
  private readonly places = new Map<number, Places>();
  private chunkStart = 0n;
  private chunkEnd = 0n;
  private written = 0;
  private dataCrc = 0;

  private readonly schemas: Records['schema'][] = [];
  private readonly channels: Records['channel'][] = [];
  private readonly chunkIndexes: Records['chunkIndex'][] = [];
  private readonly attachmentIndexes: Records['attachmentIndex'][] = [];
  private readonly metadataIndexes: Records['metadataIndex'][] = [];
  private readonly counts = new Map<number, number>();
  private start: bigint | null = null;
  private end = 0n;

  /** @param write takes bytes that are its own: each call has whole records, and follows the one before */
  constructor(
    private readonly write: (bytes: Uint8Array) => void,
    header: Records['header'],
  ) {
    this.record.raw(MAGIC);
    this.put('header', header);
  }

  /** Bytes of the open chunk. */
  get chunkBytes(): number {
    return this.chunk.length;
  }

  /** @returns its number */
  addSchema(schema: Omit<Records['schema'], 'id'>): number {
    const id = this.schemas.length + 1;
    const whole = { id, ...schema };
    this.schemas.push(whole);
    writeRecord(this.chunk, 'schema', whole);
    return id;
  }

  /** @param channel its `schemaId` is what `addSchema` gave, or 0 for none @returns its number */
  addChannel(channel: Omit<Records['channel'], 'id'>): number {
    const id = this.channels.length + 1;
    const whole = { id, ...channel };
    this.channels.push(whole);
    this.counts.set(id, 0);
    return id;
  }

  /** @param data is copied from `from` on */
  addMessage(channelId: number, sequence: number, logTime: bigint, publishTime: bigint, data: Uint8Array, from = 0): void {
    const { chunk } = this;
    this.place(channelId, logTime);
    const length = data.length - from;
    chunk.reserve(RECORD_HEAD_BYTES + MESSAGE_HEAD_BYTES + length);
    chunk.u8(OPCODES.message);
    chunk.u53(MESSAGE_HEAD_BYTES + length);
    chunk.u16(channelId);
    chunk.u32(sequence);
    chunk.u64(logTime);
    chunk.u64(publishTime);
    chunk.bytes.set(from ? data.subarray(from) : data, chunk.length);
    chunk.length += length;
  }

  private place(channelId: number, logTime: bigint): void {
    let places = this.places.get(channelId);
    if (!places) {
      this.places.set(channelId, (places = { times: [], offsets: [] }));
      writeRecord(this.chunk, 'channel', this.channels[channelId - 1]);
    }
    const first = this.places.size === 1 && places.times.length === 0;
    places.times.push(logTime);
    places.offsets.push(this.chunk.length);
    if (first || logTime < this.chunkStart) this.chunkStart = logTime;
    if (first || logTime > this.chunkEnd) this.chunkEnd = logTime;
  }

  /** Hands on the open chunk with its message indexes. */
  closeChunk(): void {
    const { chunk, record } = this;
    if (chunk.length === 0) return;
    const chunkStart = this.written;
    const times = { messageStartTime: this.chunkStart, messageEndTime: this.chunkEnd };
    const sizes = { compression: '', compressedSize: chunk.length, uncompressedSize: chunk.length };
    record.u8(OPCODES.chunk);
    record.u53(CHUNK_HEAD_BYTES + chunk.length);
    record.u64(times.messageStartTime);
    record.u64(times.messageEndTime);
    record.u53(chunk.length);
    record.u32(crc32(chunk.bytes.subarray(0, chunk.length)));
    record.text('');
    record.u53(chunk.length);
    record.raw(chunk.bytes.subarray(0, chunk.length));
    const chunkLength = record.length;
    const messageIndexOffsets = this.writeMessageIndexes(chunkStart);
    this.chunkIndexes.push({
      ...times,
      chunkStart,
      chunkLength,
      messageIndexOffsets,
      messageIndexLength: record.length - chunkLength,
      ...sizes,
    });
    this.hand();
    this.count();
    chunk.clear();
    this.places.clear();
    this.chunkStart = 0n;
    this.chunkEnd = 0n;
  }

  private writeMessageIndexes(chunkStart: number): Map<number, number> {
    const offsets = new Map<number, number>();
    for (const [channelId, { times, offsets: inChunk }] of this.places) {
      offsets.set(channelId, chunkStart + this.record.length);
      writeRecord(this.record, 'messageIndex', { channelId, entries: times.map((time, index) => [time, inChunk[index]]) });
    }
    return offsets;
  }

  private count(): void {
    if (this.places.size === 0) return;
    for (const [id, { times }] of this.places) this.counts.set(id, this.counts.get(id)! + times.length);
    if (this.start === null || this.chunkStart < this.start) this.start = this.chunkStart;
    if (this.chunkEnd > this.end) this.end = this.chunkEnd;
  }

  addAttachment(attachment: Records['attachment']): void {
    this.closeChunk();
    const offset = this.written;
    const { data, ...facts } = attachment;
    const length = this.put('attachment', attachment);
    this.attachmentIndexes.push({ offset, length, ...facts, dataSize: data.length });
  }

  addMetadata(metadata: Records['metadata']): void {
    this.closeChunk();
    const offset = this.written;
    const length = this.put('metadata', metadata);
    this.metadataIndexes.push({ offset, length, name: metadata.name });
  }

  /** Writes a record of its own. @returns its length in bytes */
  private put<T extends RecordType>(type: T, content: Records[T]): number {
    const length = writeRecord(this.record, type, content);
    this.hand();
    return length;
  }

  private hand(): void {
    const bytes = this.record.toBytes();
    this.record.clear();
    this.dataCrc = crc32(bytes, this.dataCrc);
    this.written += bytes.length;
    this.write(bytes);
  }

  /** Writes the summary. Nothing may follow. */
  close(): void {
    this.closeChunk();
    this.put('dataEnd', { dataSectionCrc: this.dataCrc });
    const { record } = this;
    const summaryStart = this.written;
    const offsets = this.writeSummary(summaryStart);
    const summaryOffsetStart = offsets.length ? summaryStart + record.length : 0;
    for (const offset of offsets) writeRecord(record, 'summaryOffset', offset);
    const footer = record.length;
    writeRecord(record, 'footer', { summaryStart, summaryOffsetStart, summaryCrc: 0 });
    const checked = footer + FOOTER_BYTES_BEFORE_CRC;
    record.view.setUint32(checked, crc32(record.bytes.subarray(0, checked)), true);
    record.raw(MAGIC);
    this.hand();
  }

  private writeSummary(summaryStart: number): Records['summaryOffset'][] {
    const offsets: Records['summaryOffset'][] = [];
    const group = <T extends RecordType>(type: T, records: readonly Records[T][]): void => {
      const start = this.record.length;
      for (const each of records) writeRecord(this.record, type, each);
      if (records.length)
        offsets.push({ groupOpcode: OPCODES[type], groupStart: summaryStart + start, groupLength: this.record.length - start });
    };
    group('schema', this.schemas);
    group('channel', this.channels);
    group('statistics', [this.statistics()]);
    group('metadataIndex', this.metadataIndexes);
    group('attachmentIndex', this.attachmentIndexes);
    group('chunkIndex', this.chunkIndexes);
    return offsets;
  }

  private statistics(): Records['statistics'] {
    const channelMessageCounts = new Map([...this.counts].filter(([, count]) => count > 0));
    let messageCount = 0;
    for (const count of channelMessageCounts.values()) messageCount += count;
    return {
      messageCount,
      schemaCount: this.schemas.length,
      channelCount: this.channels.length,
      attachmentCount: this.attachmentIndexes.length,
      metadataCount: this.metadataIndexes.length,
      chunkCount: this.chunkIndexes.length,
      messageStartTime: this.start ?? 0n,
      messageEndTime: this.end,
      channelMessageCounts,
    };
  }
}
