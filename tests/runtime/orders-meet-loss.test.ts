/** Commands to end an actor that cross the loss of its VM, at every moment of its recovery, are carried out and leave nothing behind. */
import { expect, test } from 'vitest';
import { type SystemOptions, startSystem } from '../../actors/application/system.js';
import type { Host } from '../../actors/contract/host.js';
import { SMALL_MEMORIES } from '../small-memories.js';
import { type BankWorld, bank, openBank } from './bank.js';

const OFTEN = { intensity: 1000, periodMs: 10_000 };
/** Moments among the promise jobs that a recovery takes. */
const MOMENTS = Array.from({ length: 14 }, (_, i) => i * 4);

async function jobs(count: number): Promise<void> {
  for (let i = 0; i < count; i++) await null;
}

/** Gives a command this many promise jobs after the VM has begun to recover. */
function duringRecovery(world: BankWorld, moment: number, order: () => Promise<unknown>): Promise<unknown> {
  return new Promise((resolve, reject) => {
    let once = true;
    world.system.onChange((change) => {
      if (!once || change.type !== 'vm' || change.state !== 'recovering') return;
      once = false;
      jobs(moment).then(order).then(resolve, reject);
    });
  });
}

const statesOf = ({ system }: BankWorld) => system.actors.map(({ actor, state }) => `${actor} ${state}`);
const cellsOf = async ({ host }: BankWorld) => (await host.vmOf('js').health()).map(({ actor }) => actor);

test.each(MOMENTS)(
  'stopped %i jobs into the recovery of its VM, an actor is down there, and starts again with its state',
  async (moment) => {
    const world = await openBank({ ...SMALL_MEMORIES, vmIntensity: OFTEN });
    const stopped = duringRecovery(world, moment, () => world.system.stopActor('bank'));
    world.teller.send(bank.receives.deposit, { account: 0, amount: 5 });
    await world.pass(20);
    world.host.lose('js', 'gone');
    await world.until(stopped);
    await world.pass(20);
    expect(statesOf(world)).toEqual(['bank stopped', 'watcher running']);
    expect(await cellsOf(world)).toEqual(['watcher']);
    await world.until(world.system.startActor('bank'));
    world.teller.send(bank.receives.deposit, { account: 0, amount: 2 });
    await world.pass(20);
    expect(world.receipts.map(({ amount }) => amount)).toEqual([5, 7]);
  },
);

test('stopped while its VM hangs, an actor is down when the VM has recovered, and keeps its state', async () => {
  const world = await openBank({ ...SMALL_MEMORIES, vmIntensity: OFTEN, hangMs: 8 });
  world.teller.send(bank.receives.deposit, { account: 0, amount: 5 });
  await world.pass(20);
  void world.system.hang('bank').catch(() => {});
  world.teller.send(bank.receives.deposit, { account: 0, amount: 3 });
  await world.pass(2);
  await world.until(world.system.stopActor('bank'));
  await world.pass(20);
  expect(statesOf(world)).toEqual(['bank stopped', 'watcher running']);
  expect(world.system.actors[0].reason).toBe('stopped by order');
  expect(await cellsOf(world)).toEqual(['watcher']);
  await world.until(world.system.startActor('bank'));
  world.teller.send(bank.receives.deposit, { account: 0, amount: 2 });
  await world.pass(20);
  expect(world.receipts.map(({ amount }) => amount)).toEqual([5, 8, 10]);
});

test('its budget exhausted as its VM is lost, an actor is down, with its state', async () => {
  const world = await openBank({ ...SMALL_MEMORIES, vmIntensity: OFTEN, intensity: 0 });
  let once = true;
  world.system.onChange((change) => {
    if (!once || change.type !== 'actor' || change.state !== 'restarting') return;
    once = false;
    world.host.lose('js', 'gone');
  });
  world.teller.send(bank.receives.deposit, { account: 0, amount: 5 });
  await world.pass(20);
  void world.system.crash('bank').catch(() => {});
  world.teller.send(bank.receives.note, { account: 0, text: 'at which it traps' });
  await world.pass(50);
  expect(statesOf(world)).toEqual(['bank exhausted', 'watcher running']);
  expect(await cellsOf(world)).toEqual(['watcher']);
  await world.until(world.system.startActor('bank'));
  world.teller.send(bank.receives.deposit, { account: 0, amount: 2 });
  await world.pass(20);
  expect(world.receipts.map(({ amount }) => amount)).toEqual([5, 7]);
});

test('everything is stopped while a VM recovers, and ends', async () => {
  const world = await openBank({ ...SMALL_MEMORIES, vmIntensity: OFTEN });
  const report = duringRecovery(world, 4, () => world.system.stop());
  world.host.lose('js', 'gone');
  expect(await world.until(report)).toEqual([
    { actor: 'watcher', outcome: 'stopped' },
    { actor: 'bank', outcome: 'stopped' },
  ]);
});

test.each(MOMENTS)('finished as its VM is lost, %i jobs after, a permanent actor runs again, fresh', async (moment) => {
  const world = await openBank({ ...SMALL_MEMORIES, vmIntensity: OFTEN });
  world.teller.send(bank.receives.deposit, { account: 0, amount: 5 });
  await world.pass(20);
  const finished = world.system.finishActor('bank');
  await jobs(moment);
  world.host.lose('js', 'gone');
  await world.until(finished);
  await world.pass(50);
  expect(statesOf(world)).toEqual(['bank running', 'watcher running']);
  expect(world.system.state).toBe('running');
  world.teller.send(bank.receives.deposit, { account: 0, amount: 2 });
  await world.pass(20);
  expect(world.receipts.map(({ amount }) => amount)).toEqual([5, 2]);
});

/** More jobs than a stop takes. */
const STEPS_MAX = 2_000;

test.each([
  ['js', 0],
  ['js', 100],
  ['wasm', 0],
  ['wasm', 100],
] as const)('VM %s is lost, and %i ms later everything is stopped: then nothing happens any more', async (lost, delayMs) => {
  const world = await openBank({ ...SMALL_MEMORIES, vmIntensity: OFTEN, placement: 'bank=js,watcher=wasm' });
  world.teller.send(bank.receives.deposit, { account: 0, amount: 1 });
  await world.pass(20);
  world.host.lose(lost, 'gone');
  await world.pass(delayMs);
  world.teller.send(bank.receives.deposit, { account: 0, amount: 1 });
  const stopped = world.system.stop();
  let steps = 0;
  expect(await world.host.kernel.run(() => steps++ > STEPS_MAX)).toBe(false);
  expect(await stopped).toHaveLength(2);
});

test.each([true, false])(
  'stopped as its VM is lost, at every moment, an actor starts again with its state (shared memory: %s)',
  async (sharedMemory) => {
    for (let moment = 0; moment < 40; moment++) {
      const world = await openBank({ ...SMALL_MEMORIES, vmIntensity: OFTEN, capabilities: { wasm: true, workers: true, sharedMemory } });
      for (let i = 0; i < 3; i++) world.teller.send(bank.receives.deposit, { account: 0, amount: 1 });
      await world.pass(20);
      const stopped = world.system.stopActor('bank');
      await jobs(moment);
      world.host.lose('js', 'gone');
      await world.until(stopped);
      await world.pass(50);
      expect(statesOf(world), `moment ${moment}`).toEqual(['bank stopped', 'watcher running']);
      await world.until(world.system.startActor('bank'));
      world.teller.send(bank.receives.deposit, { account: 0, amount: 1 });
      await world.pass(20);
      expect(
        world.receipts.map(({ amount }) => amount),
        `moment ${moment}`,
      ).toEqual([1, 2, 3, 4]);
    }
  },
);

test.each(MOMENTS)('a VM that recovers is not lost with another one, %i jobs into its recovery', async (moment) => {
  const world = await openBank({ ...SMALL_MEMORIES, vmIntensity: OFTEN, placement: 'bank=js,watcher=wasm' });
  const lost = duringRecovery(world, moment, async () => world.host.lose('wasm', 'gone'));
  world.host.lose('js', 'gone');
  await world.until(lost);
  await world.pass(20);
  expect(world.system.actors.map(({ actor, state, epoch }) => `${actor} ${state} ${epoch}`)).toEqual([
    'bank running 2',
    'watcher running 2',
  ]);
  world.teller.send(bank.receives.deposit, { account: 0, amount: 5 });
  await world.pass(20);
  expect(world.receipts.map(({ amount }) => amount)).toEqual([5]);
});

const withBank = (restart: 'transient' | 'temporary') => (host: Host, options: SystemOptions) =>
  startSystem(host, { ...options, actors: options.actors.map((order) => (order.schema.name === 'bank' ? { ...order, restart } : order)) });

test.each(['transient', 'temporary'] as const)('%s: finished as its VM is lost, it is down', async (restart) => {
  for (let moment = 0; moment < 12; moment++) {
    const world = await openBank({ ...SMALL_MEMORIES, vmIntensity: OFTEN, start: withBank(restart) });
    world.teller.send(bank.receives.deposit, { account: 0, amount: 5 });
    await world.pass(20);
    const finished = world.system.finishActor('bank').catch(() => {});
    await jobs(moment);
    world.host.lose('js', 'gone');
    await world.until(finished);
    await world.pass(50);
    const cells = (await world.host.vmOf('js').health()).map(({ actor }) => actor);
    expect(cells, `moment ${moment}`).toEqual(['watcher']);
  }
});
