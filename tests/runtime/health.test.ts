/** The health of each actor and port in one word, and its reason: how state and history give it, and that faults show correctly. */
import { describe, expect, test } from 'vitest';
import type { ActorState, PortState } from '../../actors/contract/states.js';
import { type Condition, type CrashHistory, conditionOf } from '../../actors/contract/states.js';
import { CRASH_REPORTS_MAX } from '../../actors/supervisor/change-feed.js';
import type { MessageOf } from '../../protocol/fields.js';
import { type BankWorld, bank, counterdesk, openBank } from './bank.js';

const CALM: CrashHistory = { lastCrash: null, poisoned: null };
const POISONED: CrashHistory = { lastCrash: null, poisoned: { messages: 1, at: 1 } };

describe('a state is one word', () => {
  const words: Record<ActorState | PortState, [calm: Condition, poisoned: Condition]> = {
    running: ['running', 'poisoned'],
    starting: ['restarting', 'restarting'],
    restarting: ['restarting', 'restarting'],
    recovering: ['restarting', 'restarting'],
    moving: ['restarting', 'restarting'],
    idle: ['stopped', 'stopped'],
    stopping: ['stopped', 'stopped'],
    stopped: ['stopped', 'stopped'],
    exhausted: ['stopped', 'stopped'],
    failed: ['stopped', 'stopped'],
    lost: ['stopped', 'stopped'],
    removed: ['stopped', 'stopped'],
  };
  test.each(Object.entries(words))('%s', (state, [calm, poisoned]) => {
    expect(conditionOf(state as ActorState, CALM, null)).toBe(calm);
    expect(conditionOf(state as ActorState, POISONED, null)).toBe(poisoned);
  });

  test('shows its circuit, as long as it runs', () => {
    for (const history of [CALM, POISONED]) {
      expect(conditionOf('running', history, 'open')).toBe('failed over');
      expect(conditionOf('stopped', history, 'open')).toBe('stopped');
      expect(conditionOf('restarting', history, 'open')).toBe('restarting');
    }
    expect(conditionOf('running', CALM, 'half-open')).toBe('running');
    expect(conditionOf('running', POISONED, 'closed')).toBe('poisoned');
  });
});

const TOGETHER = { supervisor: 'root', strategy: 'one_for_all', intensity: 9, children: ['bank', 'watcher'] } as const;

/** The condition of every actor, by name. */
const conditions = ({ system }: BankWorld) => Object.fromEntries(system.actors.map(({ actor, condition }) => [actor, condition]));
const bankOf = ({ system }: BankWorld) => system.actors.find(({ actor }) => actor === 'bank');

async function crashBank(world: BankWorld): Promise<void> {
  await world.until(world.system.crash('bank'));
  world.teller.send(bank.receives.deposit, { account: 0, amount: 1 });
  await world.pass(100);
}

test('a crash is restarting, then running, and is remembered', async () => {
  // With a sibling to restart it has no permit: otherwise nobody would see it down.
  const world = await openBank({ supervision: TOGETHER });
  const seen: (Condition | undefined)[] = [];
  world.system.onChange(() => seen.push(bankOf(world)?.condition));
  expect(bankOf(world)).toMatchObject({ condition: 'running', lastCrash: null, poisoned: null });
  await crashBank(world);
  expect(seen).toContain('restarting');
  expect(bankOf(world)).toMatchObject({
    condition: 'running',
    lastCrash: { kindName: 'bank.deposit', attempt: 1, reason: expect.stringMatching(/./), at: expect.any(Number) },
    poisoned: null,
  });
  expect(world.system.actors.find(({ actor }) => actor === 'watcher')).toMatchObject({ condition: 'running', lastCrash: null });
});

test('actors that are restarted with their group are restarting together', async () => {
  const world = await openBank({ supervision: TOGETHER });
  const seen = new Set<string>();
  world.system.onChange(() => seen.add(JSON.stringify(conditions(world))));
  await crashBank(world);
  expect([...seen]).toContain(JSON.stringify({ bank: 'restarting', watcher: 'restarting' }));
  expect(conditions(world)).toEqual({ bank: 'running', watcher: 'running' });
});

test('a poison message makes its actor poisoned, with number and time, and the actor works on', async () => {
  const world = await openBank();
  for (const account of [0, 1]) {
    world.teller.send(bank.receives.explode, { account });
    await world.pass(100);
  }
  const reports = (await world.system.deadLetters()).map(({ report }) => report!);
  expect(bankOf(world)).toMatchObject({
    condition: 'poisoned',
    lastCrash: { kindName: 'bank.explode', attempt: 2, reason: 'the vault is on fire' },
    poisoned: { messages: 2, at: reports[1].at },
  });
  expect(conditions(world).watcher).toBe('running');
  const { actors } = await world.until(world.system.health());
  expect(actors[0]).toMatchObject({ condition: 'poisoned', load: { state: 'running', mailboxFrames: 0 } });
});

test('an actor that is stopped by a command, or has spent its budget, is stopped, and poisoned again once it runs', async () => {
  const world = await openBank({ intensity: 1 });
  await world.until(world.system.stopActor('watcher'));
  world.teller.send(bank.receives.explode, { account: 0 });
  await world.pass(100);
  expect(conditions(world)).toEqual({ bank: 'stopped', watcher: 'stopped' });
  await world.until(world.system.startActor('bank'));
  expect(conditions(world)).toEqual({ bank: 'poisoned', watcher: 'stopped' });
});

test('the last crash is known when others have pushed its report out of the list', async () => {
  const world = await openBank();
  await world.until(world.system.crash('watcher'));
  world.teller.send(bank.receives.deposit, { account: 0, amount: 1 });
  await world.pass(100);
  for (let i = 0; i < CRASH_REPORTS_MAX; i++) await crashBank(world);
  expect(world.system.crashReports.some(({ party }) => party === 'watcher')).toBe(false);
  expect(world.system.actors.find(({ actor }) => actor === 'watcher')?.lastCrash).toMatchObject({ kindName: 'bank.total', attempt: 1 });
});

test('a port is poisoned and restarting like an actor', async () => {
  const onCall = ({ text }: MessageOf<typeof counterdesk, 'call'>) => {
    throw new Error(`no answer to ${text}`);
  };
  const world = await openBank({
    ports: (vm) => void vm.openSupervisedPort(counterdesk, () => ({ onCall, onAsk() {}, onBankTotal() {} })),
  });
  const desk = () => world.system.ports.find(({ port }) => port === 'counterdesk');
  expect(desk()).toMatchObject({ condition: 'running', lastCrash: null, poisoned: null });
  world.teller.send(counterdesk.receives.call, { text: 'hello' });
  await world.pass(100);
  expect(desk()).toMatchObject({
    condition: 'poisoned',
    lastCrash: { kindName: 'counterdesk.call', reason: 'no answer to hello', attempt: 2 },
    poisoned: { messages: 1 },
  });
  const seen = new Set<unknown>();
  world.system.onChange(() => seen.add(desk()?.condition));
  world.host.lose('js', 'killed');
  await world.pass(100);
  expect(seen).toContain('restarting');
  expect((await world.until(world.system.health())).ports).toContainEqual(desk());
  expect(desk()).toMatchObject({ condition: 'poisoned', poisoned: { messages: 1 } });
});
