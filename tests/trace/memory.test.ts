/** The trace memory: what is written is read, or counted as missing, whatever the reader's pace; in each way in which a host sees it. */
import { expect, test } from 'vitest';
import type { VmEvent } from '../../actors/contract/events.js';
import { TraceTeller } from '../../actors/vm/trace/trace-teller.js';
import { Random } from '../../bus/random.js';
import { TraceMemories, type TraceMemoryName, type TraceSight, type TraceStore } from '../../trace/memories.js';
import { allocateTrace, type TraceBuffer, TraceReader, TraceWriter, TYPE_BYTE } from '../../trace/memory.js';

const SEED = Number(process.env.SEED ?? 1);
const BYTES = 16 << 10;

/** Writes a record with a number and so many bytes. */
function write(writer: TraceWriter, number: number, size: number): void {
  const length = (24 + size + 7) & ~7;
  const at = writer.begin(length);
  writer.words[2 * at + 1] = 1;
  writer.words[2 * at + 3] = number;
  writer.words[2 * at + 4] = size;
  writer.bytes.fill(number & 0xff, 8 * at + 24, 8 * at + 24 + size);
  writer.end();
}

/** @returns the numbers read, and how many were missed. @throws when a record is not whole */
function readAll(reader: TraceReader): { readonly numbers: readonly number[]; readonly missed: number } {
  const numbers: number[] = [];
  let missed = 0;
  reader.read(
    (bytes, at, length) => {
      const view = new DataView(bytes.buffer, bytes.byteOffset + at, length);
      const [number, size] = [view.getUint32(12, true), view.getUint32(16, true)];
      const isWhole = view.getUint8(TYPE_BYTE) === 1 && bytes.subarray(at + 24, at + 24 + size).every((byte) => byte === (number & 0xff));
      if (!isWhole) throw new Error(`record ${number} is not whole`);
      numbers.push(number);
    },
    (records) => {
      missed += records;
    },
  );
  return { numbers, missed };
}

/** A VM that traces, and its host. */
function worldOf(sight: TraceSight) {
  const memories = new TraceMemories(sight, BYTES);
  const store = memories.flight('js') as TraceStore;
  const told = typeof store.space === 'number';
  const start = (name: TraceMemoryName = 'flight') => {
    const { space } = name === 'flight' ? store : memories.session('js');
    const memory: TraceBuffer = typeof space === 'number' ? allocateTrace(space, false) : space;
    const report = async (event: VmEvent) => {
      if (event.type === 'trace') memories.take('js', event.memory, event.records);
    };
    const teller = new TraceTeller({ report, crashOf: async () => null }, name, memory, told);
    return { writer: new TraceWriter(memory), tell: () => void teller.tell() };
  };
  const sessionReader = () => new TraceReader(memories.session('js').memory);
  return { start, reader: () => new TraceReader(store.memory), sessionReader };
}

for (const sight of ['shared', 'here', 'told'] as const) {
  test(`${sight}: everything is read in order when the reader keeps up`, () => {
    const world = worldOf(sight);
    const { writer, tell } = world.start();
    const reader = world.reader();
    const read: number[] = [];
    for (let number = 0; number < 2_000; number++) {
      write(writer, number, (number * 7) % 300);
      tell();
      if (number % 5 === 0) read.push(...readAll(reader).numbers);
    }
    read.push(...readAll(reader).numbers);
    expect(read).toEqual(Array.from({ length: 2_000 }, (_, number) => number));
  });

  test(`${sight}: what was overwritten is counted, and the newest is there`, () => {
    const world = worldOf(sight);
    const { writer, tell } = world.start();
    const reader = world.reader();
    for (let number = 0; number < 1_000; number++) write(writer, number, 100);
    tell();
    const { numbers, missed } = readAll(reader);
    expect(missed + numbers.length).toBe(1_000);
    expect(numbers.at(-1)).toBe(999);
    // What is freed at once is a quarter of so small a memory.
    expect(numbers.length * 128).toBeGreaterThan(BYTES * 0.7);
  });

  test(`${sight}: the next incarnation goes on after the last record`, () => {
    const world = worldOf(sight);
    const first = world.start();
    const reader = world.reader();
    for (let number = 0; number < 10; number++) write(first.writer, number, 50);
    first.tell();
    const second = world.start();
    for (let number = 10; number < 20; number++) write(second.writer, number, 50);
    second.tell();
    expect(readAll(reader)).toEqual({ numbers: Array.from({ length: 20 }, (_, number) => number), missed: 0 });
  });

  test(`${sight}: what the flight recorder tells late is not in the session, and leaves no gap there`, () => {
    const world = worldOf(sight);
    const flight = world.start();
    for (let number = 0; number < 3; number++) write(flight.writer, number, 50);
    flight.tell();
    const session = world.start('session');
    const reader = world.sessionReader();
    write(flight.writer, 3, 50);
    flight.tell();
    for (let number = 10; number < 20; number++) write(session.writer, number, 50);
    session.tell();
    expect(readAll(reader)).toEqual({ numbers: Array.from({ length: 10 }, (_, number) => 10 + number), missed: 0 });
    expect(readAll(world.reader()).numbers).toEqual([0, 1, 2, 3]);
  });

  test(`${sight}: any pace of writer and reader, seed ${SEED}`, () => {
    const random = new Random(SEED);
    for (let run = 0; run < 60; run++) {
      const world = worldOf(sight);
      const { writer, tell } = world.start();
      const reader = world.reader();
      let written = 0;
      let seen = 0;
      let missed = 0;
      let last = -1;
      for (let turn = 0; turn < 40; turn++) {
        const many = random.integer(random.integer(4) === 0 ? 200 : 20);
        for (let i = 0; i < many; i++) write(writer, written++, random.integer(10) === 0 ? random.integer(6_000) : random.integer(200));
        tell();
        if (random.integer(3) > 0) continue;
        const read = readAll(reader);
        for (const number of read.numbers) {
          if (number <= last) throw new Error(`${number} came after ${last}`);
          last = number;
        }
        seen += read.numbers.length;
        missed += read.missed;
      }
      const rest = readAll(reader);
      expect(seen + missed + rest.numbers.length + rest.missed).toBe(written);
    }
  });
}

test('a reader that copies while the writer overwrites takes nothing that is not whole', () => {
  // The reader's copy is made between two moments of the writer: both orders of what can happen in between.
  const memory = allocateTrace(BYTES, true);
  const writer = new TraceWriter(memory);
  for (let number = 0; number < 100; number++) write(writer, number, 64);
  const reader = new TraceReader(memory);
  const set = Uint8Array.prototype.set;
  let number = 100;
  Uint8Array.prototype.set = function (...input) {
    Uint8Array.prototype.set = set;
    set.apply(this, input);
    for (let i = 0; i < 150; i++) write(writer, number++, 64);
  };
  const first = readAll(reader);
  const rest = readAll(reader);
  const numbers = [...first.numbers, ...rest.numbers];
  expect(numbers).toEqual([...numbers].sort((a, b) => a - b));
  expect(new Set(numbers).size).toBe(numbers.length);
  expect(numbers.at(-1)).toBe(number - 1);
});

test('sizes that make no ring are refused', () => {
  expect(() => allocateTrace(1000, false)).toThrow(RangeError);
  expect(() => allocateTrace(48 << 10, false)).toThrow(RangeError);
});
