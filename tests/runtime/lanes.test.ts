/** Idle frames wait while something animates, but for a bounded time, and never in the way of the others. */
import { expect, test } from 'vitest';
import { IDLE_DELAY_MAX_MS, MAILBOX_FRAMES_MAX } from '../../protocol/limits.js';
import { arriveTogether, type BankWorld, bank, openBank } from './bank.js';

const rumour = [bank.receives.rumour, { text: 'x' }] as const;
const oneDeposit = [bank.receives.deposit, { account: 0, amount: 1 }] as const;
const waiting = async (world: BankWorld) => (await world.counters()).waiting;

async function animating(): Promise<BankWorld> {
  const world = await openBank();
  await world.system.setAnimating(true);
  return world;
}

test('they wait, and are handled when the animation ends', async () => {
  const world = await animating();
  arriveTogether(world, rumour, oneDeposit);
  await world.pass(100);
  expect(world.receipts).toHaveLength(1);
  expect(await waiting(world)).toBe(1);
  await world.system.setAnimating(false);
  await world.pass(1);
  expect(await waiting(world)).toBe(0);
});

test('they are handled in time although nothing else wakes the VM', async () => {
  const world = await animating();
  await world.pass(10 * IDLE_DELAY_MAX_MS);
  arriveTogether(world, rumour);
  await world.pass(IDLE_DELAY_MAX_MS - 1);
  expect(await waiting(world)).toBe(1);
  await world.pass(2);
  expect(await waiting(world)).toBe(0);
});

test('then all waiting frames are handled, not just one batch', async () => {
  const world = await animating();
  arriveTogether(world, ...Array.from({ length: 1500 }, () => rumour));
  await world.pass(IDLE_DELAY_MAX_MS + 1);
  expect(await waiting(world)).toBe(0);
  arriveTogether(world, rumour);
  await world.pass(IDLE_DELAY_MAX_MS - 100);
  expect(await waiting(world)).toBe(1);
});

test('a backlog of them does not shut the others out', async () => {
  const world = await animating();
  for (let i = 0; i < MAILBOX_FRAMES_MAX / 128; i++) {
    arriveTogether(world, ...Array.from({ length: 128 }, () => rumour));
    await world.pass(1);
  }
  arriveTogether(world, oneDeposit);
  await world.pass(10);
  expect(world.receipts).toHaveLength(1);
  expect((await world.counters()).dropped).toBe(0);
});
