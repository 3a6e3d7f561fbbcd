/** What we write is read by the container's own library, forwards and by its index. */
import { inflateRawSync } from 'node:zlib';
import { McapIndexedReader, McapStreamReader, type McapTypes } from '@mcap/core';
import { decode } from '@msgpack/msgpack';
import { expect, test } from 'vitest';
import { LENGTH_BYTES } from '../../protocol/frame.js';
import { focus } from '../../protocol/messages/focus.js';
import { MemoryFile } from '../../trace/memory-file.js';
import { Recorder } from '../../trace/recorder.js';
import type { Emitted, TraceStep } from '../../trace/step.js';
import { factsAt, RandomRun } from './random-steps.js';

async function recorded(steps: readonly TraceStep[]): Promise<MemoryFile> {
  const file = new MemoryFile();
  const recorder = new Recorder(file, factsAt('frames'));
  recorder.attach({ name: 'focus.wasm', mediaType: 'application/wasm', bytes: Uint8Array.of(1, 2, 3) });
  recorder.steps(steps);
  await recorder.close();
  return file;
}

const framesOf = (steps: readonly TraceStep[]): Emitted[] =>
  steps.filter((step): step is Emitted => step.type === 'emitted' && step.frame !== null);
const byKind = (records: readonly McapTypes.TypedMcapRecord[]): Map<string, Uint8Array[]> => {
  const topics = new Map(records.flatMap((record) => (record.type === 'Channel' ? [[record.id, record.topic] as const] : [])));
  const found = new Map<string, Uint8Array[]>();
  for (const record of records) {
    if (record.type !== 'Message') continue;
    const topic = topics.get(record.channelId)!;
    found.set(topic, [...(found.get(topic) ?? []), record.data]);
  }
  return found;
};

test('forwards: every record, its checksums, every frame in its channel, and rows that other languages unpack', async () => {
  const steps = new RandomRun(1).steps(5000);
  const reader = new McapStreamReader({ validateCrcs: true });
  reader.append((await recorded(steps)).bytes);
  const records: McapTypes.TypedMcapRecord[] = [];
  for (let record = reader.nextRecord(); record; record = reader.nextRecord()) records.push(record);
  expect(reader.done()).toBe(true);
  const expected = framesOf(steps).map(({ frame }) => frame!.subarray(LENGTH_BYTES));
  const frames = [...byKind(records)].flatMap(([topic, data]) => (topic.startsWith('/tandem/') ? [] : data));
  const rows = byKind(records)
    .get('/tandem/flow')!
    .map((data) => decode(data) as [number, number, Uint8Array]);
  expect(rows.reduce((sum, [count]) => sum + count, 0)).toBe(steps.length);
  for (const [, size, block] of rows) expect(inflateRawSync(block)).toHaveLength(size);
  const texts = (all: readonly Uint8Array[]): string[] => all.map((bytes) => Buffer.from(bytes).toString('hex')).sort();
  expect(texts(frames)).toEqual(texts(expected));
  for (const record of records)
    if (record.type === 'Schema')
      expect(JSON.parse(new TextDecoder().decode(record.data))).toMatchObject({ title: record.name, type: 'array' });
});

test('by its index: messages in the order of their times, statistics, and what is attached', async () => {
  const steps = new RandomRun(2).steps(5000);
  const file = await recorded(steps);
  const readable = {
    size: async () => BigInt(file.size),
    read: async (at: bigint, length: bigint) => file.bytes.slice(Number(at), Number(at + length)),
  };
  const reader = await McapIndexedReader.Initialize({ readable });
  const { kind } = focus.receives.key;
  const emitted = framesOf(steps).filter((step) => step.kind === kind);
  const found: (readonly [bigint, Uint8Array])[] = [];
  for await (const { logTime, data } of reader.readMessages({ topics: ['/focus.key'], validateCrcs: true }))
    found.push([logTime, data.slice()]);
  const expected = emitted.map(({ at, frame }) => [BigInt(at) * 1000n, frame!.slice(LENGTH_BYTES)] as const);
  expect(emitted.length).toBeGreaterThan(10);
  expect(found).toEqual(expected.sort(([left], [right]) => Number(left - right)));
  expect(decode(found[0][1])).toHaveLength(8);
  expect(reader.header).toMatchObject({ profile: 'tandem', library: 'tandem 0.1.0' });
  expect(reader.statistics?.chunkCount).toBe(reader.chunkIndexes.length);
  const attachments = [];
  for await (const { name, data } of reader.readAttachments({ validateCrcs: true })) attachments.push([name, [...data]]);
  expect(attachments).toEqual([['focus.wasm', [1, 2, 3]]]);
});
