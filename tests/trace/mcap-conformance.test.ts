/**
 * The container's own conformance cases: for each combination of features the records as JSON, and size and hash of the file. What we write of
 * these records must be that file, and what we read of it these records. The cases are those of github.com/foxglove/mcap, tests/conformance/data, one on
 * each line; mcap-conformance/LICENSE is theirs.
 */
import { createHash } from 'node:crypto';
import { readFileSync } from 'node:fs';
import { gunzipSync } from 'node:zlib';
import { describe, expect, test } from 'vitest';
import { ByteWriter } from '../../trace/mcap/bytes.js';
import { crc32 } from '../../trace/mcap/crc32.js';
import { endOf, McapReader } from '../../trace/mcap/reader.js';
import { MAGIC, type McapRecord, type Records, type RecordType, readRecords, writeRecord } from '../../trace/mcap/records.js';
import { McapWriter } from '../../trace/mcap/writer.js';
import { MemoryFile } from '../../trace/memory-file.js';

const PADDING = Uint8Array.of(0x01, 0xff, 0xff);
const UNPADDED: readonly RecordType[] = ['message', 'chunk', 'dataEnd', 'footer'];
const IN_CHUNK: readonly string[] = ['schema', 'channel', 'message'];

interface Case {
  readonly name: string;
  readonly features: readonly string[];
  readonly records: readonly McapRecord[];
  readonly sha256: string;
  readonly size: number;
}

/** Names in the JSON that are not those of our fields in snake case. */
const RENAMED: Readonly<Record<string, string>> = { chunkStartOffset: 'chunkStart', summaryOffsetStart: 'summaryOffsetStart' };
const TIMES = /Time$/;

function fieldOf(type: string, key: string, value: unknown): readonly [string, unknown] {
  const camel = key.replace(/_(.)/g, (_, letter: string) => letter.toUpperCase());
  const name = RENAMED[camel] ?? camel;
  if (TIMES.test(name)) return [name, BigInt(value as string)];
  if (Array.isArray(value)) return [name, Uint8Array.from(value.map(Number))];
  if (typeof value === 'object' && (name === 'channelMessageCounts' || name === 'messageIndexOffsets'))
    return [name, new Map(Object.entries(value!).map((pair) => pair.map(Number) as [number, number]))];
  const isNumber = typeof value === 'string' && /^\d+$/.test(value) && !(type === 'schema' && name === 'name');
  return [name, isNumber ? Number(value) : value];
}

/** A case as it lies in the file. */
type Stored = Omit<Case, 'records'> & {
  readonly records: readonly { readonly type: string; readonly fields: readonly [string, unknown][] }[];
};

const CASES = gunzipSync(readFileSync(new URL('./mcap-conformance/cases.ndjson.gz', import.meta.url)))
  .toString()
  .split('\n')
  .map((line): Case => {
    const { records, ...rest } = JSON.parse(line) as Stored;
    const ours = records.map(({ type: itsType, fields }) => {
      const type = itsType[0].toLowerCase() + itsType.slice(1);
      return { type, ...Object.fromEntries(fields.map(([key, value]) => fieldOf(type, key, value))) } as unknown as McapRecord;
    });
    return { ...rest, records: ours };
  });

/** Writes a case record by record, with our encoders. */
class CaseFile {
  readonly bytes = new ByteWriter();
  private readonly padded: boolean;

  constructor(private readonly one: Case) {
    this.padded = one.features.includes('pad');
    this.bytes.raw(MAGIC);
    const end = one.records.findIndex(({ type }) => type === 'dataEnd');
    const data = one.records.slice(0, end);
    const isChunked = one.features.includes('ch');
    for (const record of data) if (!isChunked || !IN_CHUNK.includes(record.type)) this.put(this.bytes, record);
    if (isChunked) this.chunk(data.filter(({ type }) => IN_CHUNK.includes(type)));
    this.put(this.bytes, { type: 'dataEnd', dataSectionCrc: crc32(this.written()) });
    const summaryStart = this.bytes.length;
    for (const record of one.records.slice(end + 1)) {
      if (record.type !== 'footer') this.put(this.bytes, record);
      else this.footer(record, summaryStart);
    }
    this.bytes.raw(MAGIC);
  }

  written(): Uint8Array {
    return this.bytes.toBytes();
  }

  private put(to: ByteWriter, { type, ...content }: McapRecord): void {
    const length = writeRecord(to, type, content as never);
    if (!this.padded || UNPADDED.includes(type)) return;
    to.raw(PADDING);
    to.view.setUint32(to.length - PADDING.length - length + 1, length - 9 + PADDING.length, true);
  }

  private chunk(records: readonly McapRecord[]): void {
    if (records.length === 0) return;
    const chunk = new ByteWriter();
    const entries: [bigint, number][] = [];
    for (const record of records) {
      if (record.type === 'message') entries.push([record.logTime, chunk.length]);
      const { type, ...content } = record;
      writeRecord(chunk, type, content as never);
    }
    const content = chunk.toBytes();
    const [messageStartTime, messageEndTime] = [entries[0][0], entries.at(-1)![0]];
    const facts = { messageStartTime, messageEndTime, uncompressedSize: content.length, uncompressedCrc: crc32(content) };
    this.put(this.bytes, { type: 'chunk', ...facts, compression: '', records: content });
    if (this.one.features.includes('mx')) this.put(this.bytes, { type: 'messageIndex', channelId: 1, entries });
  }

  private footer(record: Records['footer'], summaryStart: number): void {
    const start = record.summaryStart === 0 ? this.bytes.length : summaryStart;
    const at = this.bytes.length;
    this.put(this.bytes, { type: 'footer', ...record });
    const checked = at + 25;
    this.bytes.view.setUint32(checked, crc32(this.bytes.bytes.subarray(start, checked)), true);
  }
}

async function read(bytes: Uint8Array): Promise<McapRecord[]> {
  const reader = new McapReader(new MemoryFile(bytes));
  await reader.checkMagic();
  expect(await reader.isComplete()).toBe(true);
  const records: McapRecord[] = [];
  for (let at = MAGIC.length; ; ) {
    const head = (await reader.head(at))!;
    const record = { type: head.type!, ...(await reader.record(head.type!, head, 1 << 20)) } as McapRecord;
    if (record.type === 'chunk') records.push(...readRecords(record.records, 0));
    else if (record.type !== 'messageIndex') records.push(record);
    if (record.type === 'footer') return records;
    at = endOf(head);
  }
}

const comparable = (records: readonly McapRecord[]): unknown[] =>
  records.map((record) =>
    JSON.parse(
      JSON.stringify(record, (_, value) => (typeof value === 'bigint' ? String(value) : value instanceof Map ? [...value] : value)),
    ),
  );

describe('what we write is the file, and what we read of it the records', () => {
  for (const what of ['NoData', 'OneAttachment', 'OneMessage', 'OneMetadata', 'OneSchemalessMessage', 'TenMessages']) {
    test(what, async () => {
      const some = CASES.filter(({ name }) => name.split('-')[0] === what);
      expect(some.length).toBeGreaterThan(0);
      for (const one of some) {
        const bytes = new CaseFile(one).written();
        const sha256 = createHash('sha256').update(bytes).digest('hex');
        expect([one.name, bytes.length, sha256]).toEqual([one.name, one.size, one.sha256]);
        expect([one.name, comparable(await read(bytes))]).toEqual([one.name, comparable(one.records)]);
      }
    });
  }
});

/** The features that the writer has. */
const FEATURES = ['ch', 'mx', 'st', 'rsh', 'rch', 'ax', 'mdx', 'chx', 'sum'];

test('the writer gives the files of its own features', () => {
  const largest = new Map<string, Case>();
  for (const one of CASES) {
    const what = one.name.split('-')[0];
    if (!one.features.every((feature) => FEATURES.includes(feature))) continue;
    if ((largest.get(what)?.features.length ?? -1) < one.features.length) largest.set(what, one);
  }
  expect(largest.size).toBe(6);
  for (const { name, records, sha256 } of largest.values()) {
    const file = new MemoryFile();
    const writer = new McapWriter((bytes) => file.write(bytes), { profile: '', library: '' });
    for (const record of records.slice(
      0,
      records.findIndex(({ type }) => type === 'dataEnd'),
    )) {
      if (record.type === 'schema') writer.addSchema(record);
      else if (record.type === 'channel') writer.addChannel(record);
      else if (record.type === 'message')
        writer.addMessage(record.channelId, record.sequence, record.logTime, record.publishTime, record.data);
      else if (record.type === 'attachment') writer.addAttachment(record);
      else if (record.type === 'metadata') writer.addMetadata(record);
    }
    writer.close();
    if (name.startsWith('NoData')) continue; // The writer has statistics also of nothing.
    expect([name, createHash('sha256').update(file.bytes).digest('hex')]).toEqual([name, sha256]);
  }
});
