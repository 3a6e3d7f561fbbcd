/** Files that somebody altered: they are read up to what makes no sense, and never crash or hang the reader. */
import { encode } from '@msgpack/msgpack';
import { expect, onTestFinished, test } from 'vitest';
import { Random } from '../../bus/random.js';
import { NESTING_DEPTH_MAX } from '../../protocol/limits.js';
import { compress } from '../../trace/deflate.js';
import { encodeFacts, TANDEM } from '../../trace/facts.js';
import { CHUNK_CONTENT_BYTES_MAX, CHUNK_ROWS_MAX, CHUNK_UNPACKED_BYTES_MAX, FLOW_TOPIC, SNAPSHOT_TOPIC } from '../../trace/layout.js';
import { McapWriter } from '../../trace/mcap/writer.js';
import { MemoryFile } from '../../trace/memory-file.js';
import { messagesOf } from '../../trace/messages.js';
import { openRecording } from '../../trace/open.js';
import { Recorder } from '../../trace/recorder.js';
import { RecordingError, type RecordingFacts, type RecordingSource } from '../../trace/recording.js';
import type { TraceStep } from '../../trace/step.js';
import { encodeStep } from '../../trace/step-codec.js';
import { factsAt, RandomRun } from './random-steps.js';

const SEED = 20_261_129;
const FILES = 100_000;
const SNAPSHOT_BYTES = 2_000_000;
/** So small that opening it costs microseconds. */
const small: RecordingFacts = { ...factsAt('frames'), parties: [], placement: {} };

async function recorded(steps: readonly TraceStep[], facts: RecordingFacts = small): Promise<MemoryFile> {
  const file = new MemoryFile();
  const recorder = new Recorder(file, facts);
  recorder.attach({ name: 'a', mediaType: 'b', bytes: Uint8Array.of(1, 2, 3) });
  recorder.steps(steps);
  await recorder.close();
  return file;
}

/** The bytes, with every checksum that would find what is altered taken out: 0 means that there is none. */
function unchecked(file: MemoryFile): Uint8Array {
  const bytes = file.bytes.slice();
  for (let at = 8; at + 9 < bytes.length; ) {
    const view = new DataView(bytes.buffer, at);
    const length = view.getUint32(1, true);
    if (bytes[at] === 6) view.setUint32(9 + 24, 0, true);
    if (bytes[at] === 2) break;
    at += 9 + length;
  }
  return bytes;
}

const NUMBERS = [0, 1, 0x7f, 0x80, 0xff, 0xc1, 0xdd, 0xdf, 0xc6, 0xdb, 0x90, 0x80];

function mutate(bytes: Uint8Array, random: Random): Uint8Array {
  const at = () => random.integer(bytes.length);
  let mutated = bytes.slice();
  for (let count = 1 + random.integer(4); count > 0; count--) {
    const place = at();
    switch (random.integer(7)) {
      case 0:
        mutated[place] ^= 1 << random.integer(8);
        break;
      case 1:
        mutated[place] = NUMBERS[random.integer(NUMBERS.length)];
        break;
      case 2: // a length
        mutated.fill(0xff, place, place + 1 + random.integer(8));
        break;
      case 3:
        mutated = mutated.slice(0, place);
        break;
      case 4: // something twice
        mutated.copyWithin(place, at(), at());
        break;
      case 5: // nesting
        mutated.fill(0x91, place, place + random.integer(200));
        break;
      default:
        for (let end = place + random.integer(16), i = place; i < end && i < mutated.length; i++) mutated[i] = random.integer(256);
    }
  }
  return mutated;
}

async function readAll(source: RecordingSource): Promise<number> {
  const recording = await openRecording(source);
  let count = 0;
  for await (const steps of recording.steps()) count += steps.length;
  for (const { bytes } of await recording.packed()) count += bytes.length > 0 ? 1 : 0;
  return count;
}

test(`${FILES} mutated files, seed ${SEED}`, async () => {
  const random = new Random(SEED);
  const bases = await Promise.all([1, 2, 3, 4].map(async (seed) => unchecked(await recorded(new RandomRun(seed).steps(10)))));
  const outcomes = { read: 0, refused: 0 };
  // Nobody looks at the stacks of so many refusals, which take longer than the rest.
  const { stackTraceLimit } = Error;
  Error.stackTraceLimit = 0;
  onTestFinished(() => {
    Error.stackTraceLimit = stackTraceLimit;
  });
  for (let number = 0; number < FILES; number++) {
    const mutated = mutate(bases[number % bases.length], random);
    try {
      await readAll(new MemoryFile(mutated));
      outcomes.read++;
    } catch (error) {
      if (!(error instanceof RecordingError)) throw new Error(`file ${number} of seed ${SEED}`, { cause: error });
      outcomes.refused++;
    }
  }
  // Both happen: the mutations are neither all found at once nor all without effect.
  expect(outcomes.read).toBeGreaterThan(FILES / 100);
  expect(outcomes.refused).toBeGreaterThan(FILES / 100);
});

test('facts that are well-formed JSON and make no sense', async () => {
  const nested = (depth: number): object => (depth === 0 ? { type: 'u8' } : { type: 'list', item: nested(depth - 1) });
  const party = { role: 'actor', name: 'a', address: 1, receives: {}, publishes: {}, follows: [], sendsTo: [], watches: [] };
  const receives = (fields: unknown) => ({ ...party, receives: { b: { kind: 1, lane: 'idle', overflow: 'drop', fields } } });
  const wrong: unknown[] = [
    receives({ deep: nested(NESTING_DEPTH_MAX + 1) }),
    receives({ odd: { type: 'toString' } }),
    receives({ odd: { type: 'list' } }),
    receives(7),
    { ...party, address: 70_000 },
    { ...party, follows: 'all' },
  ];
  const sound = await openRecording(await recorded([], { ...small, parties: [party] as never }));
  expect(sound.facts.parties).toHaveLength(1);
  for (const one of wrong) {
    const facts = { ...small, parties: [one] as never };
    let said: unknown;
    try {
      await openRecording(await recorded([], facts));
    } catch (error) {
      said = error;
    }
    expect(said, JSON.stringify(one)).toBeInstanceOf(RecordingError);
  }
});

test('a chunk may not expand to more than a reader can hold', async () => {
  const snapshot: TraceStep = { type: 'snapshot', vm: 'js', at: 1, party: 2, sequence: 1, snapshot: new Uint8Array(SNAPSHOT_BYTES) };
  const recording = await recorded(Array.from({ length: 12 }, () => snapshot));
  // What the recorder writes is read, however little it became.
  expect(await readAll(recording)).toBe(12 + 1);
  const parts: Uint8Array[] = [];
  const writer = new McapWriter((bytes) => parts.push(bytes.slice()), { profile: TANDEM, library: 'x' });
  writer.addMetadata({ name: TANDEM, metadata: encodeFacts(small) });
  const channel = (topic: string) => writer.addChannel({ schemaId: 0, topic, messageEncoding: 'msgpack', metadata: {} });
  const [snapshots, flow] = [channel(SNAPSHOT_TOPIC), channel(FLOW_TOPIC)];
  const step = encodeStep(snapshot);
  const count = Math.ceil(CHUNK_UNPACKED_BYTES_MAX / step.length) + 1;
  const block = encode([step.length, compress(step)]);
  for (let i = 0; i < count; i++) writer.addMessage(snapshots, 0, 0n, 0n, block);
  writer.addMessage(flow, 0, 0n, 0n, encode([0, 0, compress(new Uint8Array(0))]));
  writer.closeChunk();
  writer.close();
  const bomb = new MemoryFile(new Uint8Array(Buffer.concat(parts)));
  await expect(readAll(bomb)).rejects.toMatchObject({
    name: 'RecordingError',
    code: 'damaged',
    message: expect.stringContaining('too large'),
  });
});

test('steps that are missing may be of any VM', async () => {
  const file = new MemoryFile();
  const recorder = new Recorder(file, { ...small, placement: { a: 'js', b: 'wasm' } });
  recorder.lose(3);
  await recorder.close();
  const steps: TraceStep[] = [];
  for await (const some of (await openRecording(file)).steps()) steps.push(...some);
  expect(steps).toMatchObject([
    { type: 'level', vm: 'js', why: 'lost', missing: 3 },
    { type: 'level', vm: 'wasm', why: 'lost', missing: 0 },
  ]);
});

test('a million steps are never more in memory than a chunk', async () => {
  const file = new MemoryFile();
  const recorder = new Recorder(file, small);
  const id = { source: 1, target: 2, kind: 3 };
  const batch: TraceStep[] = [];
  for (let sequence = 1; sequence <= 1_000_000; sequence++) {
    batch.push({ type: 'arrived', vm: 'js', at: 1_790_000_000_000_000 + sequence, ...id, sequence });
    if (batch.length < 1000) continue;
    recorder.steps(batch.splice(0));
    if (sequence % 50_000 === 0) await recorder.settled();
  }
  await recorder.close();
  let [largestRead, largestChunk, count, open] = [0, 0, 0, 0];
  const source: RecordingSource = {
    size: file.size,
    read: async (at, length) => {
      largestRead = Math.max(largestRead, length);
      return file.read(at, length);
    },
  };
  const recording = await openRecording(source);
  for await (const steps of recording.steps()) {
    largestChunk = Math.max(largestChunk, steps.length);
    count += steps.length;
  }
  expect(count).toBe(1_000_000);
  expect(largestChunk).toBeLessThanOrEqual(CHUNK_ROWS_MAX);
  expect(largestRead).toBeLessThan(CHUNK_CONTENT_BYTES_MAX / 16);
  // Joined, none of them is ever handled: what is open is bounded, too.
  let joined = 0;
  let before = 0;
  for await (const messages of messagesOf({
    facts: small,
    steps: async function* () {
      for await (const steps of recording.steps()) {
        before += steps.length;
        open = Math.max(open, before - joined);
        yield steps;
        if (before >= 250_000) return;
      }
    },
  }))
    joined += messages.length;
  expect(joined).toBe(before);
  expect(open).toBeLessThanOrEqual(65_536 + 2 * CHUNK_ROWS_MAX);
});
