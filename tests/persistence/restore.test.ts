/** Persistent actors on the simulation: each life begins with the state that the last one has left. */
import { expect, test } from 'vitest';
import { encodeRecord } from '../../actors/application/persistence/record.js';
import { decodeSnapshot } from '../../actors/contract/snapshot.js';
import { StorageError, unavailableStorage } from '../../actors/contract/storage.js';
import type { SystemChange } from '../../actors/index.js';
import { openStorage, type StorageFault, type StorageMemory } from '../../host-shim/sim/ports/storage.js';
import { fingerprintOf } from '../../protocol/fingerprint.js';
import { PERSIST_DELAY_MS } from '../../protocol/limits.js';
import { Bank, type BankOptions, type BankWorld, bank, openBank, watcher } from '../runtime/bank.js';

interface Life extends BankWorld {
  readonly changes: readonly SystemChange[];
  readonly puts: readonly string[];
}

/** One life of the application on the storage of the former ones. A life just ends, unless the test stops it in order. */
async function live(memory: StorageMemory, fault: () => StorageFault | null = () => null, more: BankOptions = {}): Promise<Life> {
  const puts: string[] = [];
  const storage = await openStorage(memory, {
    fault: (key) => {
      puts.push(key);
      return fault();
    },
  });
  const changes: SystemChange[] = [];
  const world = await openBank({ storage, onChange: (change) => changes.push(change), ...more });
  return { ...world, changes, puts };
}

const deposit = ({ teller }: BankWorld, amount: number) => teller.send(bank.receives.deposit, { account: 0, amount });
const balance = async ({ teller, until }: BankWorld) => (await until(teller.request(bank.receives.balance, { account: 0 }))).amount;
const told = ({ changes }: Life) => changes.flatMap((change) => (change.type === 'storage' ? [change] : []));
const failures = (life: Life) => told(life).filter(({ event }) => event === 'failed');

test('after a life that just ends, the next one continues with all but the changes of the last delay', async () => {
  const memory: StorageMemory = new Map();
  const first = await live(memory);
  deposit(first, 5);
  await first.pass(PERSIST_DELAY_MS + 10);
  deposit(first, 7);
  await first.pass(PERSIST_DELAY_MS / 2);
  expect(await balance(first)).toBe(12);

  const second = await live(memory);
  expect(await balance(second)).toBe(5);
  deposit(second, 1);
  expect(await balance(second)).toBe(6);
  expect((await second.system.health()).persistent).toEqual([
    { actor: 'bank', generation: 1, failure: null },
    { actor: 'watcher', generation: 1, failure: null },
  ]);
});

test('a life that is stopped in order or told to persist leaves its last state', async () => {
  const memory: StorageMemory = new Map();
  const first = await live(memory);
  deposit(first, 5);
  await first.pass(5);
  await first.until(first.system.stop());
  const second = await live(memory);
  deposit(second, 7);
  await second.pass(5);
  await second.until(second.system.persist());
  const third = await live(memory);
  expect(await balance(third)).toBe(12);
  await third.until(third.system.stopActor('bank'));
  expect(third.puts).toEqual([]);
});

test('a restored actor publishes its state as a whole, and its own replicas are refreshed', async () => {
  const memory: StorageMemory = new Map();
  const first = await live(memory);
  for (const amount of [1, 2, 3]) deposit(first, amount);
  await first.pass(20);
  await first.until(first.system.stop());
  const second = await live(memory);
  await second.pass(20);
  expect(new Set(second.totals)).toEqual(new Set([6]));
  deposit(second, 4);
  await second.pass(20);
  expect(second.totals.at(-1)).toBe(10);
  const { totals } = decodeSnapshot(watcher, await second.state('watcher')).state;
  expect(totals.slice(-2)).toEqual([6, 10]);
  expect(await second.counters()).toMatchObject({ refused: 0, deadLetters: 0 });
});

test('an idle application writes nothing; changes are written at most once per delay, and equal states are not written', async () => {
  const memory: StorageMemory = new Map();
  const life = await live(memory);
  await life.pass(20 * PERSIST_DELAY_MS);
  expect(life.puts).toEqual([]);
  for (let i = 0; i < 100; i++) {
    deposit(life, 1);
    await life.pass(PERSIST_DELAY_MS / 10);
  }
  await life.pass(2 * PERSIST_DELAY_MS);
  const puts = life.puts.filter((key) => key.startsWith('bank')).length;
  expect(puts).toBeGreaterThanOrEqual(9);
  expect(puts).toBeLessThanOrEqual(11);
  await balance(life); // a handled message that changes nothing
  await life.pass(2 * PERSIST_DELAY_MS);
  expect(life.puts.filter((key) => key.startsWith('bank')).length).toBe(puts);
});

test('a request token of a former life answers nobody', async () => {
  const memory: StorageMemory = new Map();
  const first = await live(memory);
  first.teller.request(bank.receives.wait, {}).catch(() => {});
  await first.pass(20);
  await first.until(first.system.stop());
  const second = await live(memory);
  // It has the number of the wait, and the bank has it in hand when the wait is settled.
  second.teller.send(bank.receives.settle, {});
  const answer = second.teller.request(bank.receives.balance, { account: 0 });
  expect(await second.until(answer)).toEqual({ amount: 0 });
  await second.pass(20);
  expect((await second.system.deadLetters()).map(({ code, detail }) => `${code}: ${detail}`)).toEqual([
    'refused: answer to a request that is not in hand',
  ]);
});

test('a failed write is reported, disturbs nobody, and the next change makes up for it', async () => {
  const memory: StorageMemory = new Map();
  let fault: StorageFault | null = { kind: 'failed' };
  const life = await live(memory, () => fault);
  deposit(life, 5);
  await life.pass(2 * PERSIST_DELAY_MS);
  expect(failures(life)).toMatchObject([{ actor: 'bank', error: { name: 'StorageError', code: 'failed' } }, { actor: 'watcher' }]);
  expect((await life.system.health()).persistent[0]).toMatchObject({ actor: 'bank', generation: 0, failure: { code: 'failed' } });
  expect(await balance(life)).toBe(5);
  fault = null;
  deposit(life, 1);
  await life.pass(2 * PERSIST_DELAY_MS);
  expect((await life.system.health()).persistent[0]).toEqual({ actor: 'bank', generation: 1, failure: null });
  expect(await balance(await live(memory))).toBe(6);
});

test('a storage that hangs makes nobody wait for ever, and its writes do not overlap', async () => {
  const memory: StorageMemory = new Map();
  const inner = await openStorage(memory);
  let release = () => {};
  let underway = 0;
  let most = 0;
  const hanging = {
    get: () => new Promise<null>(() => {}),
    put: inner.put.bind(inner),
    close() {},
  };
  const late = {
    ...hanging,
    get: inner.get.bind(inner),
    async put(key: string, bytes: Uint8Array) {
      if (!key.startsWith('bank')) return inner.put(key, bytes);
      most = Math.max(most, ++underway);
      await new Promise<void>((resolve) => {
        release = resolve;
      });
      underway--;
      return inner.put(key, bytes);
    },
  };
  const unread = await openBankTimed(hanging);
  expect(await balance(unread)).toBe(0);

  const life = await live(new Map(), undefined, { storage: late });
  deposit(life, 1);
  await life.pass(PERSIST_DELAY_MS + 10);
  deposit(life, 2);
  await life.pass(PERSIST_DELAY_MS + 10);
  expect(most).toBe(1);
  await life.until(life.system.stop());
  expect(failures(life)).toMatchObject(Array(3).fill({ actor: 'bank', error: { code: 'late' } })); // two changes, and the stop
  release();
  await life.pass(0);
  release();
  await life.pass(0);
  expect(await balance(await live(memory))).toBe(3);
  expect(most).toBe(1);
});

/** Lets virtual time pass while the system starts, because it reads storage then. */
async function openBankTimed(storage: NonNullable<BankOptions['storage']>): Promise<BankWorld> {
  let passing: Promise<unknown> = Promise.resolve();
  const world = await openBank({
    storage,
    hostOf: (host) => {
      passing = host.pass(10_000);
      return host;
    },
  });
  await passing;
  return world;
}

const FINGERPRINT = fingerprintOf(bank.state);
const recordOf = (accounts: number[], generation: number, fingerprint = FINGERPRINT) =>
  encodeRecord({
    fingerprint,
    generation,
    snapshot: Uint8Array.from([0x94, 0x90, 0x90, 1, 0x92, 0x90 + accounts.length, ...accounts, 0x90]),
  });

test.each([
  {
    what: 'a damaged record: the one before',
    records: { 'bank/0': recordOf([1, 0, 0, 0], 1), 'bank/1': recordOf([2, 0, 0, 0], 2).subarray(0, 40) },
    balance: 1,
    told: ['discarded damaged', 'restored'],
  },
  {
    what: 'two damaged records: a fresh start',
    records: { 'bank/0': Uint8Array.of(1), 'bank/1': Uint8Array.of(2) },
    balance: 0,
    told: ['discarded damaged', 'discarded damaged', 'fresh'],
  },
  {
    what: 'a record of another version: a fresh start',
    records: { 'bank/0': recordOf([1, 0, 0, 0], 1, '0123456789abcdef') },
    balance: 0,
    told: ['discarded version', 'fresh'],
  },
  {
    what: 'a state that is malformed: the one before',
    records: {
      'bank/0': recordOf([1, 0, 0, 0], 1),
      'bank/1': encodeRecord({ fingerprint: FINGERPRINT, generation: 2, snapshot: Uint8Array.of(0x94, 0x90, 0x90, 1, 0xc1) }),
    },
    balance: 1,
    told: ['discarded refused', 'restored'],
  },
])('$what', async ({ records, balance: expected, told: events }) => {
  const memory: StorageMemory = new Map(Object.entries(records));
  const life = await live(memory);
  expect(await balance(life)).toBe(expected);
  const ofBank = told(life).filter(({ actor }) => actor === 'bank');
  expect(ofBank.map((change) => (change.event === 'discarded' ? `${change.event} ${change.reason}` : change.event))).toEqual(events);
});

class Dainty extends Bank {
  override restore(state: Parameters<Bank['restore']>[0]): void {
    if (state.accounts[0] >= 2) throw new Error('so much money');
    super.restore(state);
  }
}

test('a state at which its actor traps is skipped: the one before it is used, then none', async () => {
  const memory: StorageMemory = new Map(Object.entries({ 'bank/0': recordOf([1, 0, 0, 0], 1), 'bank/1': recordOf([2, 0, 0, 0], 2) }));
  expect(await balance(await live(memory, undefined, { makeBank: () => new Dainty() }))).toBe(1);
  memory.set('bank/0', recordOf([3, 0, 0, 0], 3));
  const life = await live(memory, undefined, { makeBank: () => new Dainty() });
  expect(await balance(life)).toBe(0);
  deposit(life, 1);
  await life.pass(20);
  await life.until(life.system.stop());
  expect(await balance(await live(memory, undefined, { makeBank: () => new Dainty() }))).toBe(1);
});

test('without an available storage the application runs, reports that once for each actor, and each status says so', async () => {
  const error = new StorageError('newer', 'open the place');
  const life = await live(new Map(), undefined, { storage: unavailableStorage(error) });
  for (let i = 0; i < 3; i++) {
    deposit(life, 1);
    await life.pass(2 * PERSIST_DELAY_MS);
  }
  await life.until(life.system.persist());
  expect(await balance(life)).toBe(3);
  expect(life.system.state).toBe('running');
  expect(told(life).map(({ event, actor }) => `${actor} ${event}`)).toEqual(
    expect.arrayContaining(['bank failed', 'bank fresh', 'watcher failed', 'watcher fresh']),
  );
  expect(told(life).length).toBe(4);
  expect((await life.system.health()).persistent).toEqual([
    { actor: 'bank', generation: 0, failure: error },
    { actor: 'watcher', generation: 0, failure: error },
  ]);
  await life.until(life.system.stop());
  expect(told(life).length).toBe(4);
});

test('when stored data disappears while the application runs, that is reported, and every state is written again', async () => {
  const memory: StorageMemory = new Map();
  const storage = await openStorage(memory);
  const life = await live(memory, undefined, { storage });
  deposit(life, 5);
  await life.pass(2 * PERSIST_DELAY_MS);
  memory.clear();
  storage.onLost?.('somebody has cleared it');
  await life.pass(2 * PERSIST_DELAY_MS);
  expect(told(life)).toContainEqual({ type: 'storage', event: 'lost', actor: 'bank', detail: 'somebody has cleared it' });
  expect(failures(life)).toEqual([]);
  expect((await life.system.health()).persistent[0]).toEqual({ actor: 'bank', generation: 1, failure: null });
  const next = await live(memory);
  expect(await balance(next)).toBe(5);
});
