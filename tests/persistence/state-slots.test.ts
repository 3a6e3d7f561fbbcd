/** The two slots of a state: whatever happens to a write, the newest state or the one before is read. */
import { expect, test } from 'vitest';
import { type Found, StateSlots } from '../../actors/application/persistence/persistent-state.js';
import { Random } from '../../bus/random.js';
import { openStorage, type StorageFault, type StorageMemory } from '../../host-shim/sim/ports/storage.js';

const SEED = Number(process.env.TANDEM_SEED ?? 1);
const RUNS = 12;
const MINE = '0000000000000007';
const OTHERS = '0000000000000008';

async function openSlots(memory: StorageMemory, fault: () => StorageFault | null = () => null, fingerprint = MINE) {
  return new StateSlots(await openStorage(memory, { fault }), 'history', fingerprint);
}

const read = async (memory: StorageMemory, fingerprint = MINE): Promise<Found> => (await openSlots(memory, undefined, fingerprint)).read();
const newest = async (memory: StorageMemory, fingerprint = MINE) => (await read(memory, fingerprint)).states[0]?.snapshot;
const copyOf = (memory: StorageMemory): StorageMemory => new Map(memory);

test('the last write is read, and the one before it is there as well', async () => {
  const memory: StorageMemory = new Map();
  const slots = await openSlots(memory);
  expect(await slots.read()).toEqual({ states: [], discarded: [] });
  for (let i = 1; i <= 5; i++) {
    await slots.write(Uint8Array.of(i));
    expect(slots.newest).toEqual((await read(memory)).states);
    expect(slots.newest.map(({ generation }) => generation)).toEqual(i === 1 ? [1] : [i, i - 1]);
    expect(await newest(memory)).toEqual(Uint8Array.of(i));
  }
  expect([...memory.keys()].sort()).toEqual(['history/0', 'history/1']);
});

test(`a crash at every byte of a write: the newest or the one before is read (seed ${SEED}, TANDEM_SEED to change)`, async () => {
  let crashes = 0;
  for (let run = 0; run < RUNS; run++) {
    const seed = SEED * 1000 + run;
    const random = new Random(seed);
    const memory: StorageMemory = new Map();
    const state = () => Uint8Array.from({ length: random.integer(12) }, () => random.integer(256));
    let last: Uint8Array | undefined;
    for (let step = 0; step < 4; step++) {
      const next = state();
      const size = 32 + next.length;
      for (const rest of ['old', 'nothing'] as const) {
        for (let bytes = 0; bytes <= size; bytes++) {
          const struck = copyOf(memory);
          await (await openSlots(struck, () => ({ kind: 'torn', bytes, rest }))).write(next).catch(() => {});
          expect([last, next], `seed ${seed}, ${bytes} bytes, ${rest}`).toContainEqual(await newest(struck));
          // The next life overwrites what the crash has left, and not the last good state.
          const after = state();
          await (await openSlots(struck, () => (random.chance(0.5) ? { kind: 'torn', bytes: random.integer(size), rest } : null)))
            .write(after)
            .catch(() => {});
          expect([last, next, after], `seed ${seed}, ${bytes} bytes, ${rest}, then on`).toContainEqual(await newest(struck));
          crashes++;
        }
      }
      await (await openSlots(memory)).write(next);
      last = next;
    }
  }
  expect(crashes).toBeGreaterThan(RUNS * 4 * 32);
});

test(`within one life: writes that fail or tear, one after another, never cost the last good state (seed ${SEED})`, async () => {
  let failures = 0;
  for (let run = 0; run < RUNS; run++) {
    const seed = SEED * 1000 + run;
    const random = new Random(seed);
    const memory: StorageMemory = new Map();
    const faults: (() => StorageFault | null)[] = [
      () => null,
      () => ({ kind: 'failed' }),
      () => ({ kind: 'torn', bytes: random.integer(40), rest: random.chance(0.5) ? 'old' : 'nothing' }),
    ];
    let slots = await openSlots(memory, () => faults[random.integer(faults.length)]());
    /** The last confirmed state, and later ones: a write that was torn at its very end is there although it was not confirmed. */
    let possible: (Uint8Array | undefined)[] = [undefined];
    for (let step = 0; step < 30; step++) {
      const next = Uint8Array.of(run, step);
      const written = await slots.write(next).then(
        () => true,
        () => false,
      );
      if (!written) failures++;
      possible = written ? [next] : [...possible, next];
      expect(possible, `seed ${seed}, step ${step}`).toContainEqual(await newest(memory));
      if (random.chance(0.1)) slots = await openSlots(memory, () => faults[random.integer(faults.length)]());
    }
  }
  expect(failures).toBeGreaterThan(RUNS);
});

test('a silently lost write costs only that write', async () => {
  const memory: StorageMemory = new Map();
  let fault: StorageFault | null = null;
  const slots = await openSlots(memory, () => fault);
  await slots.write(Uint8Array.of(1));
  fault = { kind: 'lost' };
  await slots.write(Uint8Array.of(2));
  fault = null;
  expect(await newest(memory)).toEqual(Uint8Array.of(1));
  await slots.write(Uint8Array.of(3));
  expect(await newest(memory)).toEqual(Uint8Array.of(3));
});

test('a slot without a valid record is reported, and is overwritten next', async () => {
  const memory: StorageMemory = new Map();
  const slots = await openSlots(memory);
  await slots.write(Uint8Array.of(1));
  await slots.write(Uint8Array.of(2));
  memory.get('history/1')![20] ^= 1;
  const found = await read(memory);
  expect(found.states).toEqual([{ generation: 1, snapshot: Uint8Array.of(1) }]);
  expect(found.discarded).toEqual([{ reason: 'damaged', detail: 'slot 1: its checksum is wrong' }]);
  memory.set('history/0', new TextEncoder().encode('not of this kind, but long enough'));
  expect(await read(memory)).toEqual({
    states: [],
    discarded: [
      { reason: 'damaged', detail: 'slot 0: it does not begin as a record does' },
      { reason: 'damaged', detail: 'slot 1: its checksum is wrong' },
    ],
  });
  await (await openSlots(memory)).write(Uint8Array.of(4));
  expect(await newest(memory)).toEqual(Uint8Array.of(4));
});

test('a record of another schema version is reported, never read, and kept for the version that understands it', async () => {
  const memory: StorageMemory = new Map();
  for (const state of [1, 2]) await (await openSlots(memory)).write(Uint8Array.of(state));
  const updated = await openSlots(memory, undefined, OTHERS);
  expect(await updated.read()).toEqual({
    states: [],
    discarded: [{ reason: 'version', detail: 'generation 2 is of another version of the schema' }],
  });
  for (const state of [11, 12, 13]) await updated.write(Uint8Array.of(state));
  expect((await read(memory, OTHERS)).discarded).toEqual([]);

  expect(await newest(memory)).toEqual(Uint8Array.of(2)); // rolled back
  await (await openSlots(memory)).write(Uint8Array.of(3));
  expect(await newest(memory)).toEqual(Uint8Array.of(3));
  expect(await newest(memory, OTHERS)).toEqual(Uint8Array.of(13)); // and updated again
});

test('a crash at any byte of any write during an update or a rollback costs neither version its last state', async () => {
  for (const rest of ['old', 'nothing'] as const) {
    for (let put = 0; put < 3; put++) {
      for (let bytes = 0; bytes <= 40; bytes++) {
        const memory: StorageMemory = new Map();
        for (const state of [1, 2]) await (await openSlots(memory)).write(Uint8Array.of(state));
        let puts = 0;
        const slots = await openSlots(memory, () => (puts++ === put ? { kind: 'torn', bytes, rest } : null), OTHERS);
        const written = [];
        try {
          for (const state of [11, 12]) {
            await slots.write(Uint8Array.of(state));
            written.push(state);
          }
        } catch {}
        const where = `put ${put}, ${bytes} bytes, ${rest}`;
        expect(await newest(memory), where).toEqual(Uint8Array.of(2));
        const [state] = (await newest(memory, OTHERS)) ?? [];
        expect([written.at(-1), [11, 12][written.length]], where).toContain(state);
      }
    }
  }
});

test.each([[['0', '1']], [['0']], [['1']], [['other']]])(
  'slots %j that cannot be read for a while are not damaged, and nothing is written over them',
  async (unread) => {
    const memory: StorageMemory = new Map();
    const slots = await openSlots(memory);
    for (let i = 1; i <= 57; i++) await slots.write(Uint8Array.of(i));
    let readable = false;
    const unreadable = (key: string) => !readable && unread.some((slot) => key.endsWith(slot));
    const next = new StateSlots(await openStorage(memory, { unreadable }), 'history', MINE);
    const before = copyOf(memory);
    await expect(next.read()).rejects.toThrow('unreadable');
    await expect(next.write(Uint8Array.of(100))).rejects.toThrow('unreadable');
    expect(memory).toEqual(before);
    readable = true;
    await next.write(Uint8Array.of(101));
    expect((await read(memory)).states).toEqual([
      { generation: 58, snapshot: Uint8Array.of(101) },
      { generation: 57, snapshot: Uint8Array.of(57) },
    ]);
  },
);

test('a failed read is repeated', async () => {
  const memory: StorageMemory = new Map();
  await (await openSlots(memory)).write(Uint8Array.of(1));
  const failed = new Set<string>();
  const unreadable = (key: string) => failed.size < failed.add(key).size;
  const slots = new StateSlots(await openStorage(memory, { unreadable }), 'history', MINE);
  expect((await slots.read()).states).toEqual([{ generation: 1, snapshot: Uint8Array.of(1) }]);
  expect([...failed].sort()).toEqual(['history/0', 'history/1', 'history/other']);
});

test(`lives with torn writes and unreadable slots: nothing older than the last good state is ever read (seed ${SEED})`, async () => {
  let [refusals, restarts] = [0, 0];
  for (let run = 0; run < 8 * RUNS; run++) {
    const seed = SEED * 1000 + run;
    const random = new Random(seed);
    const memory: StorageMemory = new Map();
    const torn = (): StorageFault => ({ kind: 'torn', bytes: random.integer(40), rest: random.chance(0.5) ? 'old' : 'nothing' });
    const options = { fault: () => (random.chance(0.2) ? torn() : null), unreadable: () => random.chance(0.4) };
    const open = async () => new StateSlots(await openStorage(memory, options), 'history', MINE);
    let slots = await open();
    /** Possible states, as in the test above. */
    let possible: (Uint8Array | undefined)[] = [undefined];
    for (let step = 0; step < 20; step++) {
      const where = `seed ${seed}, step ${step}`;
      if (random.chance(0.5)) {
        slots = await open();
        const found = await slots.read().catch(() => null);
        if (found) expect(possible, where).toContainEqual(found.states[0]?.snapshot);
        if (found) restarts++;
        else refusals++;
      }
      const next = Uint8Array.of(run, step);
      const written = await slots.write(next).then(
        () => true,
        () => false,
      );
      possible = written ? [next] : [...possible, next];
      expect(possible, where).toContainEqual(await newest(memory));
    }
  }
  expect(refusals).toBeGreaterThan(RUNS);
  expect(restarts).toBeGreaterThan(RUNS);
});
