/** What was sent before a system is stopped is handled before it stops, and what that sends in turn arrives. */
import { expect, test } from 'vitest';
import { STOP_QUIET_MS } from '../../protocol/limits.js';
import { type BankOptions, bank, openBank, watcher } from './bank.js';

const DEPOSITS = 40;

const worlds: readonly (readonly [string, BankOptions])[] = [
  ['in one VM', { placement: 'js' }],
  ['in two VMs', { placement: 'bank=wasm,watcher=js' }],
  ['without shared memory', { capabilities: { wasm: true, workers: true, sharedMemory: false } }],
  ['without workers', { capabilities: { wasm: true, workers: false, sharedMemory: false } }],
  ['over full links', { placement: 'bank=wasm,watcher=js', faults: { refuseRate: 0.3, refuseMicrosMax: 2_000 } }],
];

test.each(worlds)('%s: every deposit has its receipt when the system has stopped', async (_name, options) => {
  const world = await openBank(options);
  for (let i = 0; i < DEPOSITS; i++) world.teller.send(bank.receives.deposit, { account: 0, amount: 1 });
  // Also where the caller lets no time pass.
  await world.system.stop();
  expect(world.receipts.map(({ amount }) => amount)).toEqual(Array.from({ length: DEPOSITS }, (_, i) => i + 1));
  expect(world.totals.at(-1)).toBe(DEPOSITS);
});

test('an actor that crashes at one of them restarts, and handles the rest', async () => {
  const world = await openBank({ placement: 'bank=wasm,watcher=js' });
  await world.system.crash('bank');
  for (let i = 0; i < DEPOSITS; i++) world.teller.send(bank.receives.deposit, { account: 0, amount: 1 });
  await world.until(world.system.stop());
  expect(world.receipts).toHaveLength(DEPOSITS);
});

test('a request that waits for its answer does not hold the end up', async () => {
  const world = await openBank();
  world.teller.send(watcher.receives.hang, {});
  const before = world.host.clock.nowMicros();
  const report = await world.until(world.system.stop());
  expect(report.map(({ outcome }) => outcome)).toEqual(['stopped', 'stopped']);
  expect(world.host.clock.nowMicros() - before).toBeLessThan(STOP_QUIET_MS * 1000);
});

test('an actor that hangs holds the end up no longer than the bounds of its end', async () => {
  const world = await openBank({ hangMs: 60_000 });
  await world.system.hang('bank');
  world.teller.send(bank.receives.deposit, { account: 0, amount: 1 });
  const report = await world.until(world.system.stop());
  expect(report.find(({ actor }) => actor === 'bank')?.outcome).toBe('killed');
});
