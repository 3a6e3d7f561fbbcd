/** The journal against a model, and what another thread finds in it when its writer is gone. */
import { Worker } from 'node:worker_threads';
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { Journal } from '../../bus/journal.js';
import { DecodeError } from '../../protocol/errors.js';
import { expectEqual } from '../equal.js';
import { frameNumber, numberedFrame } from './frames.js';

const SEED = 20_261;
const HEADER_BYTES = 64;

interface Entry {
  readonly actor: number;
  readonly number: number;
  readonly position: number;
  readonly poisoned: boolean;
}

function entriesOf(journal: Journal, from = 0): Entry[] {
  const entries: Entry[] = [];
  journal.read(from, (actor, bytes, at, length, position, poisoned) =>
    entries.push({ actor, number: frameNumber(bytes, at, length), position, poisoned }),
  );
  return entries;
}

function batchOf(numbers: readonly number[], bytesOf: (number: number) => number): Uint8Array {
  const frames = numbers.map((number) => numberedFrame(number, bytesOf(number)));
  const batch = new Uint8Array(frames.reduce((sum, frame) => sum + frame.length, 0));
  let at = 0;
  for (const frame of frames) {
    batch.set(frame, at);
    at += frame.length;
  }
  return batch;
}

const append = (journal: Journal, actor: number, number: number, bytes: number): boolean =>
  journal.append(actor, numberedFrame(number, bytes), 0, bytes);

describe.each([
  ['shared', true],
  ['private', false],
])('journal in %s memory', (_name, shared) => {
  const open = (bytes: number): Journal => new Journal(Journal.allocate(bytes, shared));

  it('reads deliveries back in delivery order, from any position', () => {
    const journal = open(4096);
    const positions = [10, 33, 64, 9].map((bytes, number) => {
      const { position } = journal;
      expect(append(journal, number + 1, number, bytes)).toBe(true);
      return position;
    });
    const all = entriesOf(journal);
    expect(all.map(({ actor, number }) => [actor, number])).toEqual([
      [1, 0],
      [2, 1],
      [3, 2],
      [4, 3],
    ]);
    for (const [i, { position }] of all.entries()) {
      expect(entriesOf(journal, position)).toEqual(all.slice(i));
      expect(entriesOf(journal, positions[i])).toEqual(all.slice(i));
    }
    expect(entriesOf(journal, journal.position)).toEqual([]);
  });

  it('gives each frame of a batch a position of its own', () => {
    const journal = open(4096);
    const batch = batchOf([0, 1, 2, 3], (number) => 20 + number);
    const buffer = new Uint8Array(batch.length + 7);
    buffer.set(batch, 7);
    expect(journal.append(5, buffer, 7, batch.length)).toBe(true);
    append(journal, 6, 4, 30);
    const all = entriesOf(journal);
    expect(all.map(({ actor, number }) => [actor, number])).toEqual([
      [5, 0],
      [5, 1],
      [5, 2],
      [5, 3],
      [6, 4],
    ]);
    expect(entriesOf(journal, all[2].position)).toEqual(all.slice(2));
    journal.truncate(all[2].position);
    expect(entriesOf(journal)).toEqual(all.slice(2));
    const used = journal.usedBytes;
    journal.truncate(all[4].position);
    expect(entriesOf(journal)).toEqual(all.slice(4));
    expect(journal.usedBytes).toBeLessThan(used);
  });

  it('takes all of a batch or nothing when it is full, and goes on after a truncation', () => {
    const journal = open(256);
    let number = 0;
    while (append(journal, 1, number, 40)) number++;
    expect(number).toBe(Math.floor(256 / 48));
    expect([append(journal, 1, number, 8), journal.usedBytes]).toEqual([true, 256]);
    const { position, usedBytes } = journal;
    expect(
      journal.append(
        1,
        batchOf([7, 8], () => 20),
        0,
        40,
      ),
    ).toBe(false);
    expect([journal.position, journal.usedBytes]).toEqual([position, usedBytes]);
    journal.truncate(position);
    expect([journal.usedBytes, entriesOf(journal)]).toEqual([0, []]);
    expect(append(journal, 1, 9, 40)).toBe(true);
    expect(entriesOf(journal, position).map((entry) => entry.number)).toEqual([9]);
    expect(() => append(journal, 1, 9, 300)).toThrow(RangeError);
  });

  it('marks a frame as poison even without room for anything more, and for as long as the frame is there', () => {
    const journal = open(128);
    const batch = batchOf([0, 1, 2], () => 40);
    journal.append(1, batch, 0, batch.length);
    expect(journal.usedBytes).toBe(journal.capacity);
    const [, second, third] = entriesOf(journal);
    journal.poison(second.position);
    journal.poison(second.position);
    expect(entriesOf(journal).map(({ number, poisoned }) => [number, poisoned])).toEqual([
      [0, false],
      [1, true],
      [2, false],
    ]);
    journal.truncate(journal.position);
    append(journal, 1, 3, 120);
    journal.poison(third.position);
    expect(entriesOf(journal).map(({ number, poisoned }) => [number, poisoned])).toEqual([[3, false]]);
  });

  it('does not go back: a truncation to an older position changes nothing, one beyond the end empties it', () => {
    const journal = open(256);
    for (let number = 0; number < 3; number++) append(journal, 1, number, 40);
    const [, second] = entriesOf(journal);
    journal.truncate(second.position);
    journal.truncate(0);
    expect(entriesOf(journal).map(({ number }) => number)).toEqual([1, 2]);
    journal.truncate(1e9);
    expect([entriesOf(journal), journal.usedBytes]).toEqual([[], 0]);
    append(journal, 1, 3, 40);
    expect(entriesOf(journal).map(({ number }) => number)).toEqual([3]);
  });

  it('does what a list does, round and round, and looks the same to whoever attaches', () => {
    let wraps = 0;
    let poisoned = 0;
    const steps = fc.array(
      fc.oneof(
        {
          weight: 4,
          arbitrary: fc.record({ actor: fc.nat(70), bytes: fc.array(fc.integer({ min: 8, max: 120 }), { minLength: 1, maxLength: 6 }) }),
        },
        { weight: 2, arbitrary: fc.record({ keep: fc.nat(6) }) },
        { weight: 1, arbitrary: fc.record({ poison: fc.nat(20) }) },
      ),
      { minLength: 20, maxLength: 120, size: 'max' },
    );
    fc.assert(
      fc.property(steps, (sequence) => {
        const memory = Journal.allocate(1024, shared);
        let journal = new Journal(memory);
        let model: Entry[] = [];
        let number = 0;
        for (const step of sequence) {
          if ('keep' in step) {
            model = step.keep === 0 ? [] : model.slice(-step.keep);
            journal.truncate(model[0]?.position ?? journal.position);
          } else if ('poison' in step) {
            const entry = model[step.poison];
            if (!entry) continue;
            model[step.poison] = { ...entry, poisoned: true };
            journal.poison(entry.position);
            poisoned++;
          } else {
            const numbers = step.bytes.map((_, i) => number + i);
            const batch = batchOf(numbers, (one) => step.bytes[one - number]);
            const start = journal.position;
            if (!journal.append(step.actor, batch, 0, batch.length)) continue;
            let at = start + 8;
            numbers.forEach((one, i) => {
              model.push({ actor: step.actor, number: one, position: at, poisoned: false });
              at += step.bytes[i];
            });
            number += numbers.length;
            wraps = Math.max(wraps, Math.floor(journal.position / 1024));
          }
          expectEqual(entriesOf(journal), model);
          const attached = new Journal(memory);
          expectEqual(entriesOf(attached), model);
          expectEqual([attached.position, attached.usedBytes], [journal.position, journal.usedBytes]);
          journal = attached;
        }
      }),
      { seed: SEED, numRuns: 200 },
    );
    expect(wraps).toBeGreaterThan(3);
    expect(poisoned).toBeGreaterThan(100);
  });

  it('throws a typed error for memory that no journal wrote', () => {
    const memory = Journal.allocate(256, shared);
    const journal = new Journal(memory);
    append(journal, 1, 0, 40);
    append(journal, 1, 1, 40);
    const { position } = journal;
    for (const length of [0xffff_0000, 0xffff_ffff, 1000]) {
      new DataView(memory).setUint32(HEADER_BYTES + 4, length, true);
      expect(() => entriesOf(journal)).toThrow(DecodeError);
      expect(() => new Journal(memory).truncate(position)).toThrow(DecodeError);
    }
    new DataView(memory).setUint32(HEADER_BYTES + 4, 40, true);
    new DataView(memory).setUint32(HEADER_BYTES + 8, 90, true);
    expect(() => entriesOf(journal)).toThrow(DecodeError);
  });
});

describe('journal and its memory', () => {
  it('is a multiple of 8 bytes', () => {
    for (const bytes of [0, -8, 12]) expect(() => Journal.allocate(bytes, true)).toThrow(RangeError);
  });

  it('counts positions beyond 32 bits', () => {
    const memory = Journal.allocate(1024, true);
    const start = 2 ** 32 * 5 - 64;
    const cells = new Uint32Array(memory, 8, 12);
    for (const cell of [0, 2, 4]) {
      cells[cell] = start;
      cells[cell + 1] = Math.floor(start / 2 ** 32);
    }
    const journal = new Journal(memory);
    expect(journal.position).toBe(start);
    for (let number = 0; number < 4; number++) append(journal, 1, number, 40);
    expect(entriesOf(new Journal(memory)).map(({ number, position }) => [number, position])).toEqual(
      [0, 1, 2, 3].map((number) => [number, start + number * 48 + 8]),
    );
  });

  it('shows no entry whose writing was cut off: nothing beyond the published end is read', () => {
    const memory = Journal.allocate(1024, true);
    const journal = new Journal(memory);
    append(journal, 1, 0, 40);
    const published = new Uint8Array(memory.slice(0, HEADER_BYTES));
    append(journal, 1, 1, 40);
    const version = new Uint8Array(memory, 0, 4);
    // The memory just before the version was incremented: the second entry and the other bounds are written already.
    version.set(published.subarray(0, 4));
    expect(entriesOf(new Journal(memory)).map(({ number }) => number)).toEqual([0]);
  });

  it('outlives its writer: a thread that is terminated while it writes leaves whole entries, in order', async () => {
    for (let round = 0; round < 4; round++) {
      const memory = Journal.allocate(1 << 16, true);
      const worker = new Worker(new URL('./journal.node-worker.mjs', import.meta.url), { workerData: { memory } });
      await new Promise((resolve, reject) => {
        worker.once('message', resolve);
        worker.once('error', reject);
      });
      await worker.terminate();
      const journal = new Journal(memory);
      const entries = entriesOf(journal);
      expect(entries.length).toBeGreaterThan(10);
      expect(journal.position).toBeGreaterThan(1 << 16);
      for (const [i, { number }] of entries.entries()) expect(number).toBe(entries[0].number + i);
      const { position } = journal;
      journal.truncate(entries[1].position);
      expect(append(journal, 9, entries[0].number + entries.length, 40)).toBe(true);
      expect(entriesOf(journal, position)).toMatchObject([{ actor: 9, number: entries[0].number + entries.length }]);
    }
  });
});
