/** Actors with a defect: each defect ends the incarnation, never the VM, with a report that says what was wrong. */
import { describe, expect, test } from 'vitest';
import type { Handlers } from '../../actors/model/actor.js';
import { checkSnapshot } from '../../actors/vm/cell/snapshots.js';
import type { MessageOf, StateOf } from '../../protocol/fields.js';
import { system } from '../../protocol/generated/system.js';
import { BATCH_OUTPUT_BYTES_MAX, REPLAY_FRAMES_MAX, SNAPSHOT_BYTES_MAX } from '../../protocol/limits.js';
import { trap } from '../guest/protocol/generated/index.js';
import { openTrapStage } from '../guest/trap-stage.js';
import { arriveTogether, Bank, type BankOptions, type BankWorld, bank, openBank, teller, watcher } from './bank.js';

const deposit = (world: BankWorld, amount = 1) => world.teller.send(bank.receives.deposit, { account: 0, amount });
const note = (world: BankWorld, text: string) => world.teller.send(bank.receives.note, { account: 0, text });
const oneDeposit = [bank.receives.deposit, { account: 0, amount: 1 }] as const;
const bankOf = (world: BankWorld) => world.system.actors.find(({ actor }) => actor === 'bank')!;
const reasons = (world: BankWorld) => [...new Set(world.system.crashReports.map(({ reason }) => reason))];

/** One whose defect shows when a note says so. */
class DefectiveBank extends Bank {
  override onNote({ text }: MessageOf<typeof bank, 'note'>): void {
    this.misbehave(text);
  }
  misbehave(_text: string): void {}
}

test.each<[string, unknown, RegExp]>([
  ['nothing', undefined, /undefined/],
  ['an object that has no text', Object.create(null), /object/i],
  ['an error whose message is no text', Object.assign(new Error(), { message: { toString: null, valueOf: null } }), /./],
])('a handler that throws %s ends at its own frame', async (_name, thrown, reason) => {
  const world = await openBank({
    makeBank: () =>
      new (class extends DefectiveBank {
        override misbehave(): void {
          throw thrown;
        }
      })(),
  });
  arriveTogether(world, oneDeposit, [bank.receives.note, { account: 0, text: '' }], oneDeposit);
  await world.pass(50);
  expect(world.receipts.map(({ amount }) => amount)).toEqual([1, 2]);
  expect(world.system.crashReports[0].message.kindName).toBe('bank.note');
  expect(reasons(world)[0]).toMatch(reason);
  expect(bankOf(world).state).toBe('running');
});

test.each([
  ['a frame that is too large', 1, 1 << 20, /1048\d+ bytes is over the limit|longer than/],
  ['too much in one handler', 5, 1_000_000, /emitted more than/],
])('%s ends the incarnation with a clear reason', async (_name, frames, bytes, reason) => {
  const world = await openBank({
    makeBank: () =>
      new (class extends DefectiveBank {
        override misbehave(): void {
          for (let i = 0; i < frames; i++) this.send(large as never, { account: 0, amount: bytes } as never);
        }
      })(),
  });
  note(world, '');
  deposit(world);
  await world.pass(50);
  expect(world.receipts).toEqual([{ account: 0, amount: 1 }]);
  expect(reasons(world)).toEqual([expect.stringMatching(reason)]);
  expect(bankOf(world).state).toBe('running');
});

/** A receipt with `amount` bytes of padding in place of the amount. */
const large = {
  ...teller.receives.receipt,
  encode(
    writer: { structure(n: number): void; reserve(n: number): void; bin(bytes: Uint8Array, max: number, field: string): void },
    fields: { amount: number },
  ) {
    writer.reserve(1);
    writer.structure(1);
    writer.bin(new Uint8Array(fields.amount), 1 << 24, 'padding');
  },
};

test('the bound on output counts for one handler, not for its batch', async () => {
  const world = await openBank({
    makeBank: () =>
      new (class extends DefectiveBank {
        override misbehave(): void {
          this.send(large as never, { account: 0, amount: 1_000_000 } as never);
        }
      })(),
  });
  arriveTogether(world, ...Array.from({ length: 8 }, (_, account) => [bank.receives.note, { account, text: '' }] as const));
  await world.pass(50);
  expect((await world.counters()).traps).toBe(0);
  expect((await world.counters()).handled['bank>teller']).toBe(8);
});

test('a batch with large output ends early and goes on as that leaves: nothing is lost or doubled, not even by traps and losses', async () => {
  const sizes: number[] = [];
  const amounts = () => world.receipts.map(({ amount }) => amount);
  const world = await openBank({
    faults: { refuseRate: 0.3, refuseMicrosMax: 3_000 },
    makeBank: () =>
      new (class extends DefectiveBank {
        override misbehave(): void {
          for (let i = 0; i < 4; i++) this.send(large as never, { account: 0, amount: 1_000_000 } as never);
          sizes.push(this.internals.outbox.length);
        }
      })(),
  });
  const heavy = [bank.receives.note, { account: 0, text: '' }] as const;
  const batch = Array.from({ length: 12 }, (_, account) => [[bank.receives.note, { account, text: '' }] as const, oneDeposit]).flat();
  arriveTogether(world, ...batch);
  await world.pass(1);
  await world.system.crash('bank').catch(() => {});
  await world.pass(20);
  arriveTogether(
    world,
    heavy,
    oneDeposit,
    [bank.receives.note, { account: 1, text: '' }],
    [bank.receives.explode, { account: 0 }],
    oneDeposit,
  );
  await world.pass(20);
  arriveTogether(world, ...batch);
  // Long enough for its first output to leave, but not for all.
  for (let i = 0; i < 500 && world.receipts.length < 16; i++) await world.pass(1);
  world.host.lose('js', 'the thread ended');
  await world.pass(500);
  expect(Math.max(...sizes)).toBeLessThan(2 * BATCH_OUTPUT_BYTES_MAX);
  expect(amounts()).toEqual(Array.from({ length: 26 }, (_, i) => i + 1));
  expect(await world.counters()).toMatchObject({ divergent: 0, waiting: 0 });
  expect((await world.system.deadLetters()).filter(({ code }) => code !== 'undecodable').map(({ code }) => code)).toEqual(['poisoned']);
});

test('a batch of a guest ends early, too: it needs no memory for all of its output', async () => {
  const { host, system, port, sums } = await openTrapStage(100);
  const rounds = 50;
  for (let i = 0; i < rounds; i++) {
    port.send(trap.receives.flood, { frames: 3 });
    port.send(trap.receives.add, { number: 1 });
  }
  await host.pass(500);
  expect(sums).toEqual(Array.from({ length: rounds }, (_, i) => i + 1));
  expect(await system.counters()).toMatchObject({ divergent: 0, traps: 0, waiting: 0 });
  expect(await system.deadLetters()).toEqual([]);
  await host.until(system.stop());
});

test('snapshot() that throws once is an end like any other: nothing is lost', async () => {
  let failures = 1;
  const world = await openBank({
    makeBank: () =>
      new (class extends DefectiveBank {
        override snapshot(): StateOf<typeof bank> {
          const state = super.snapshot();
          if (state.accounts[0] > 3 && failures-- > 0) throw new Error('no ink');
          return state;
        }
      })(),
  });
  for (let i = 0; i < 5; i++) deposit(world);
  await world.pass(20);
  await expect(world.system.snapshot('bank')).rejects.toThrow(/waits for its restart/);
  await world.pass(20);
  for (let i = 0; i < 5; i++) deposit(world);
  await world.pass(20);
  expect(world.receipts.map(({ amount }) => amount)).toEqual([1, 2, 3, 4, 5, 6, 7, 8, 9, 10]);
  expect(reasons(world)).toEqual([expect.stringMatching(/no ink/)]);
  expect(await world.counters()).toMatchObject({ traps: 1, divergent: 0, waiting: 0 });
});

/** Its state can no longer be written once it has seen a note. */
const makeUnwritable = () =>
  new (class extends DefectiveBank {
    private seen = false;
    override misbehave(): void {
      this.seen = true;
    }
    override snapshot(): StateOf<typeof bank> {
      if (this.seen) throw new Error('no ink');
      return super.snapshot();
    }
  })();

test('a message that causes a state which cannot be written is poison; the actor goes on from the state before it', async () => {
  const world = await openBank({ makeBank: makeUnwritable, intensity: 5 });
  deposit(world);
  await world.pass(20);
  note(world, '');
  for (let i = 0; i <= REPLAY_FRAMES_MAX; i++) deposit(world);
  await world.pass(500);
  deposit(world);
  await world.pass(20);
  expect(bankOf(world)).toMatchObject({ state: 'running' });
  expect(reasons(world)).toEqual(['no ink']);
  for (const { position } of world.system.crashReports) expect(position).toMatch(/runtime\/defects\.test\.ts:\d+:\d+$/);
  expect((await world.system.deadLetters()).map(({ code, kind }) => [code, kind])).toEqual([['poisoned', bank.receives.note.kind]]);
  expect(world.receipts.map(({ amount }) => amount)).toEqual(Array.from({ length: REPLAY_FRAMES_MAX + 3 }, (_, i) => i + 1));
  expect(await world.counters()).toMatchObject({ divergent: 0, waiting: 0 });
  expect(world.system.actors.find(({ actor }) => actor === 'watcher')).toMatchObject({ state: 'running', epoch: 1 });
});

/** One that says of itself what cannot be written, once it has been told so by a note. */
const makeWrong = (wrong: () => StateOf<typeof bank>) => () =>
  new (class extends DefectiveBank {
    private told = false;
    override misbehave(): void {
      this.told = true;
    }
    override snapshot(): StateOf<typeof bank> {
      return this.told ? wrong() : super.snapshot();
    }
  })();

describe.each<[string, () => unknown, string]>([
  ['a list one over its limit', () => ({ accounts: new Array(65_537).fill(0), waiting: [] }), 'snapshot.state.accounts: '],
  ['NaN in an integer', () => ({ accounts: [Number.NaN], waiting: [] }), 'snapshot.state.accounts: '],
  ['a wrong type', () => ({ accounts: ['much'], waiting: [] }), 'snapshot.state.accounts: '],
  ['a field that is missing', () => ({ accounts: [1] }), 'snapshot.state.waiting: what it was given is of another shape'],
  ['a number that is none of the schema', () => ({ accounts: [-1], waiting: [] }), 'snapshot.state.accounts: '],
  ['nothing', () => undefined, 'snapshot.state.accounts: what it was given is of another shape'],
])('a state that is %s', (_name, wrong, field) => {
  const open = (options: BankOptions = {}) => openBank({ makeBank: makeWrong(wrong as () => StateOf<typeof bank>), ...options });

  test('is found when it is saved, with the message that has caused it and no other', async () => {
    const world = await open();
    const balance = () => world.until(world.teller.request(bank.receives.balance, { account: 0 }));
    deposit(world, 5);
    await world.pass(20);
    await world.system.snapshot('bank');
    arriveTogether(world, oneDeposit, [bank.receives.note, { account: 0, text: '' }], oneDeposit);
    expect(await balance()).toEqual({ amount: 7 });
    await expect(world.system.snapshot('bank')).rejects.toThrow(/waits for its restart/);
    await world.pass(20);
    expect(await balance()).toEqual({ amount: 7 });
    const letters = await world.system.deadLetters();
    expect(letters.map(({ code, kind }) => [code, kind])).toEqual([['poisoned', bank.receives.note.kind]]);
    expect(world.system.crashReports.map(({ party, message }) => [party, message.kindName])).toEqual([
      ['bank', ''],
      ['bank', 'bank.note'],
    ]);
    for (const { reason } of world.system.crashReports) expect(reason.slice(0, field.length)).toBe(field);
    await world.system.snapshot('bank');
    expect(await world.counters()).toMatchObject({ divergent: 0, waiting: 0 });
  });

  test('costs nobody anything when its VM is lost', async () => {
    const world = await open();
    deposit(world, 5);
    await world.pass(20);
    note(world, '');
    await world.pass(20);
    world.host.lose('js', 'the thread ended');
    await world.pass(50);
    expect(await world.until(world.teller.request(bank.receives.balance, { account: 0 }))).toEqual({ amount: 5 });
    expect((await world.system.deadLetters()).map(({ code, kind }) => [code, kind])).toEqual([['poisoned', bank.receives.note.kind]]);
    expect(world.system.vms.every(({ state }) => state === 'running')).toBe(true);
  });
});

test('a snapshot above SNAPSHOT_BYTES_MAX is refused when it is taken', () => {
  expect(() => checkSnapshot(bank, new Uint8Array(SNAPSHOT_BYTES_MAX + 1))).toThrow(/has 16777217 bytes, more than SNAPSHOT_BYTES_MAX/);
});

test('an actor whose state cannot be written can be stopped, and started again from its last snapshot', async () => {
  const world = await openBank({ makeBank: makeUnwritable });
  deposit(world, 7);
  await world.pass(20);
  await world.system.snapshot('bank');
  note(world, '');
  await world.pass(20);
  await world.system.stopActor('bank');
  expect(bankOf(world).state).toBe('stopped');
  await world.system.startActor('bank');
  expect(await world.until(world.teller.request(bank.receives.balance, { account: 0 }))).toEqual({ amount: 7 });
});

test('an actor that cannot restore its state after a loss of the VM ends alone: the others recover', async () => {
  let lost = false;
  const world = await openBank({
    intensity: 3,
    makeBank: () =>
      new (class extends DefectiveBank {
        override restore(state: StateOf<typeof bank>): void {
          if (lost) throw new Error('cannot read my own writing');
          super.restore(state);
        }
      })(),
  });
  deposit(world);
  world.teller.send(watcher.receives.look, { account: 0 });
  await world.pass(20);
  lost = true;
  world.host.lose('js', 'the thread ended');
  await world.pass(100);
  expect(world.system.vms.find(({ vm }) => vm === 'js')?.state).toBe('running');
  expect(bankOf(world)).toMatchObject({ state: 'exhausted', reason: expect.stringMatching(/cannot read my own writing/) });
  expect(new Set(world.system.crashReports.map(({ party, reason }) => `${party} ${reason}`))).toEqual(
    new Set(['bank cannot read my own writing']),
  );
  expect(await world.until(world.teller.request(watcher.receives.report, {}))).toMatchObject({ answers: ['balance 1'] });
  expect(world.system.actors.find(({ actor }) => actor === 'watcher')).toMatchObject({ state: 'running', epoch: 2 });
});

test('an actor that cannot be made again after a loss of the VM ends alone, too, before it has run', async () => {
  let made = 0;
  const world = await openBank({
    intensity: 3,
    makeBank: () => {
      if (made++ > 0) throw new Error('not again');
      return new Bank();
    },
  });
  deposit(world);
  await world.pass(20);
  world.host.lose('js', 'the thread ended');
  await world.pass(100);
  expect(bankOf(world)).toMatchObject({ state: 'exhausted', reason: expect.stringMatching(/not again/) });
  expect(await world.until(world.teller.request(watcher.receives.report, {}))).toMatchObject({ answers: [] });
});

test('restore() that throws uses up the budget; the actor ends with the reason, and its requests with it', async () => {
  let started = 0;
  const world = await openBank({
    intensity: 3,
    makeBank: () =>
      new (class extends DefectiveBank {
        override restore(): void {
          started++;
          throw new Error('cannot read my own writing');
        }
      })(),
  });
  const held = world.teller.request(bank.receives.wait, {}, { deadlineMs: 60_000 });
  world.teller.send(bank.receives.explode, { account: 0 });
  await expect(world.until(held)).rejects.toMatchObject({ code: 'ended' });
  await world.pass(20);
  expect(started).toBe(3 + 1); // the last for its saved state
  expect(bankOf(world)).toMatchObject({ state: 'exhausted', reason: expect.stringMatching(/cannot read my own writing/) });
});

test('a constructor that throws at a restart uses up the budget', async () => {
  let incarnations = 0;
  const world = await openBank({
    intensity: 3,
    makeBank: () => {
      if (incarnations++ > 0) throw new Error('not again');
      return new Bank();
    },
  });
  world.teller.send(bank.receives.explode, { account: 0 });
  await world.pass(100);
  expect(bankOf(world)).toMatchObject({ state: 'exhausted', reason: expect.stringMatching(/not again/) });
});

test('a trap during replay is an end like any other: the actor goes on, and nothing is sent twice', async () => {
  let incarnations = 0;
  const world = await openBank({
    makeBank: () => {
      const incarnation = ++incarnations;
      return new (class extends DefectiveBank {
        override misbehave(): void {
          if (incarnation === 2) throw new Error('only while replaying');
        }
      })();
    },
  });
  deposit(world);
  note(world, '');
  deposit(world);
  await world.pass(20);
  await world.system.crash('bank');
  deposit(world);
  deposit(world);
  await world.pass(50);
  expect(world.receipts.map(({ amount }) => amount)).toEqual([1, 2, 3, 4]);
  expect(bankOf(world)).toMatchObject({ state: 'running', epoch: 3 });
  expect(await world.counters()).toMatchObject({ traps: 2, divergent: 0, deadLetters: 0, waiting: 0 });
});

test('an actor stopped while it waits for its restart keeps its handled messages; the others become dead letters', async () => {
  const world = await openBank({ intensity: 0 });
  arriveTogether(
    world,
    oneDeposit,
    oneDeposit,
    [bank.receives.explode, { account: 0 }],
    [bank.receives.deposit, { account: 1, amount: 50 }],
  );
  await world.pass(20);
  expect(bankOf(world).state).toBe('exhausted');
  expect((await world.system.deadLetters()).map(({ code, kind }) => [code, kind])).toEqual([
    ['ended', bank.receives.explode.kind],
    ['ended', bank.receives.deposit.kind],
  ]);
  await world.system.startActor('bank');
  arriveTogether(world, oneDeposit);
  await world.pass(20);
  expect(world.receipts.map(({ amount }) => amount)).toEqual([1, 2, 3]);
});

test('the compiler refuses a handler that returns a promise', () => {
  type OnNote = Handlers<typeof bank>['onNote'];
  const taken: OnNote = () => {};
  // @ts-expect-error: messages sent after an await would have no sender
  const refused: OnNote = async () => {};
  class Refused extends Bank {
    // @ts-expect-error: the same
    override async onTimer(): Promise<void> {}
  }
  expect([taken, refused, Refused]).toHaveLength(3);
});

test.each<[string, string, () => Partial<Record<keyof Bank, unknown>>]>([
  ['a handler that awaits', 'onNote', () => ({ onNote: async () => void (await null) })],
  [
    'a handler that rejects',
    'onNote',
    () => ({
      async onNote() {
        await null;
        throw new Error('nobody hears this');
      },
    }),
  ],
  ['a handler that returns a thenable', 'onNote', () => ({ onNote: () => Object.fromEntries([['then', () => {}]]) })],
  ['a topic', 'onRefresh', () => ({ onRefresh: async () => Promise.reject(new Error('no')) })],
  ['a generator', 'onNote', () => ({ *onNote() {} })],
  ['a generator that awaits', 'onNote', () => ({ async *onNote() {} })],
])('%s that is done later ends the actor, and says so', async (_name, handler, makeDefect) => {
  const world = await openBank({ makeBank: () => Object.assign(new Bank(), makeDefect()) as Bank });
  if (handler === 'onNote') note(world, '');
  else
    arriveTogether(world, [
      { ...system.receives.refresh, owner: bank.address },
      { topic: bank.publishes.total.kind, follower: teller.address },
    ]);
  deposit(world);
  await world.pass(50);
  expect(reasons(world)).toEqual([expect.stringMatching(new RegExp(`^${handler} of actor bank returned a (promise|generator): `))]);
  expect(new Set(world.system.crashReports.map(({ position }) => position))).toEqual(new Set(['']));
  expect(world.receipts).toEqual([{ account: 0, amount: 1 }]);
  expect(world.system.vms.map(({ state }) => state)).toEqual(['running', 'running']);
});

test('a snapshot that is a promise ends the actor, and says so', async () => {
  let late = 1;
  const makeBank = () =>
    new (class extends Bank {
      override snapshot(): StateOf<typeof bank> {
        const state = super.snapshot();
        return state.accounts[0] > 0 && late-- > 0 ? (Promise.reject(new Error('no')) as never) : state;
      }
    })();
  const world = await openBank({ makeBank });
  deposit(world);
  await world.pass(20);
  await expect(world.system.snapshot('bank')).rejects.toThrow(/waits for its restart/);
  await world.pass(20);
  expect(reasons(world)).toEqual([expect.stringContaining('snapshot of actor bank returned a promise')]);
  expect(bankOf(world).state).toBe('running');
});
