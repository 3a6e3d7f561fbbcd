/** Actors that are stopped and started again: earlier messages arrive, requesters are told, and followers get fresh versions. */
import { expect, test } from 'vitest';
import { arriveTogether, type BankWorld, bank, openBank, watcher } from './bank.js';

const deposit = (world: BankWorld, amount = 1) => world.teller.send(bank.receives.deposit, { account: 0, amount });
const report = async (world: BankWorld) => world.until(world.teller.request(watcher.receives.report, {}));
const oneDeposit = [bank.receives.deposit, { account: 0, amount: 1 }] as const;
const amounts = (world: BankWorld) => world.receipts.map(({ amount }) => amount);

test('what an actor sent between a crash and a stop still arrives after it was started again', async () => {
  const world = await openBank();
  await world.system.crash('bank');
  deposit(world);
  await world.pass(50);
  arriveTogether(world, oneDeposit, oneDeposit);
  await world.pass(0);
  await world.system.stopActor('bank');
  await world.system.startActor('bank');
  arriveTogether(world, oneDeposit);
  await world.pass(50);
  expect(amounts(world)).toEqual([1, 2, 3, 4]);
  expect((await world.counters()).fenced).toBe(0);
});

test('counters do not go back when an actor is stopped', async () => {
  const world = await openBank();
  await world.system.crash('bank');
  deposit(world);
  for (let i = 0; i < 3; i++) arriveTogether(world, [bank.receives.note, { account: 0, text: '' }]);
  await world.pass(50);
  const before = await world.counters();
  expect(before).toMatchObject({ traps: 1, conflated: 2 });
  await world.system.stopActor('bank');
  const { traps, conflated, replayed } = await world.counters();
  expect({ traps, conflated, replayed }).toEqual({ traps: 1, conflated: 2, replayed: before.replayed });
});

test('a request whose deadline passes while its requester is stopped fails when it is started again', async () => {
  const world = await openBank();
  world.teller.send(watcher.receives.hang, {});
  await world.pass(50);
  await world.system.stopActor('watcher');
  await world.pass(1000);
  await world.system.startActor('watcher');
  await world.pass(1000);
  expect((await report(world)).answers).toEqual(['deadline']);
});

test('a follower that awaits a fresh publication gets it from an owner that was started again', async () => {
  const world = await openBank({ placement: 'bank=js,watcher=wasm' });
  deposit(world);
  await world.pass(20);
  await world.system.stopActor('watcher');
  for (let i = 0; i < 3; i++) deposit(world);
  await world.pass(20);
  await world.system.startActor('watcher');
  deposit(world);
  while (!(await world.counters()).sent['watcher>bank']) await world.pass(0.1);
  await world.system.stopActor('bank');
  await world.pass(20);
  await world.system.startActor('bank');
  deposit(world);
  await world.pass(20);
  expect((await report(world)).totals.at(-1)).toBe(6);
});

test('an owner that starts afresh is followed at once, by actors and ports', async () => {
  const world = await openBank();
  for (let i = 0; i < 5; i++) deposit(world);
  await world.pass(50);
  await world.system.finishActor('bank');
  await world.pass(50);
  expect(world.totals.at(-1)).toBe(0);
  deposit(world);
  await world.pass(50);
  expect(world.totals.at(-1)).toBe(1);
  expect((await report(world)).totals.at(-1)).toBe(1);
});

test('a follower whose replica awaits a fresh one when it traps gets it once it has restarted', async () => {
  const world = await openBank();
  deposit(world);
  await world.pass(20);
  await world.system.stopActor('watcher');
  for (let i = 0; i < 3; i++) deposit(world);
  await world.pass(20);
  await world.system.startActor('watcher');
  await world.system.crash('watcher');
  deposit(world);
  await world.pass(50);
  expect((await report(world)).totals.at(-1)).toBe(5);
  expect(await world.counters()).toMatchObject({ traps: 1, divergent: 0 });
});

test('output that found no room leaves also after its actor was stopped', async () => {
  const world = await openBank({ faults: { refuseRate: 0.2 } });
  arriveTogether(world, ...Array.from({ length: 100 }, () => [bank.receives.deposit, { account: 0, amount: 1 }] as const));
  await world.pass(0);
  await world.system.stopActor('bank');
  await world.pass(500);
  expect(amounts(world)).toEqual(Array.from({ length: 100 }, (_, i) => i + 1));
  const { sent, handled } = await world.counters();
  expect(handled['bank>teller']).toBe(sent['bank>teller']);
});

test('a late command to restart an incarnation that has ended is refused', async () => {
  const world = await openBank();
  await world.system.stopActor('bank');
  await world.system.startActor('bank');
  await expect(world.host.vmOf('js').restart('bank', 1)).rejects.toThrow(/epoch/);
  deposit(world);
  await world.pass(20);
  expect(amounts(world)).toEqual([1]);
});

test('stop and start in the middle of a restart leave one incarnation that works', async () => {
  for (let turns = 0; turns < 12; turns++) {
    const world = await openBank();
    deposit(world);
    await world.pass(20);
    await world.system.crash('bank');
    arriveTogether(world, oneDeposit);
    const passing = world.pass(20);
    for (let i = 0; i < turns; i++) await new Promise((resolve) => setImmediate(resolve));
    await world.system.stopActor('bank').catch(() => {});
    await passing;
    await world.system.startActor('bank');
    arriveTogether(world, oneDeposit);
    await world.pass(50);
    expect(amounts(world).at(-1), `after ${turns} turns`).toBeGreaterThan(1);
    expect(world.system.actors.find(({ actor }) => actor === 'bank')?.state).toBe('running');
  }
});

test('requests during hundreds of crashes are answered once each', async () => {
  const world = await openBank();
  const answers: Promise<unknown>[] = [];
  for (let i = 0; i < 100; i++) {
    await world.system.crash('bank');
    arriveTogether(world, oneDeposit);
    answers.push(world.teller.request(bank.receives.balance, { account: 0 }, { deadlineMs: 60_000 }));
    await world.pass(5);
  }
  await world.until(Promise.all(answers));
  expect(world.receipts).toHaveLength(100);
});

test('a start that is cancelled at once leaves nothing behind', async () => {
  const world = await openBank();
  await world.system.stopActor('bank');
  for (let turns = 0; turns < 6; turns++) {
    const starting = world.system.startActor('bank').catch((error: Error) => error.message);
    for (let i = 0; i < turns; i++) await Promise.resolve();
    await world.until(world.system.stopActor('bank').catch(() => {}));
    await starting;
    await world.pass(10);
    const there = (await world.host.vmOf('js').health()).map(({ actor }) => actor);
    expect(there, `after ${turns} turns`).not.toContain('bank');
  }
  await world.system.startActor('bank');
  deposit(world);
  await world.pass(20);
  expect(amounts(world)).toEqual([1]);
});
