/** A start that fails because the actor is stopped or its VM lost before it runs: nothing is lost, and nothing is half started. */
import { expect, test } from 'vitest';
import type { SimHost } from '../../host-shim/sim/index.js';
import { SMALL_MEMORIES } from '../small-memories.js';
import { type BankWorld, bank, openBank, watcher } from './bank.js';

const OFTEN = { intensity: 1000, periodMs: 10_000 };

async function jobs(count: number): Promise<void> {
  for (let i = 0; i < count; i++) await null;
}

/** Waits until no checkpoint has the actor any more. */
async function forget({ host, pass }: BankWorld): Promise<void> {
  host.lose('js', 'gone');
  await pass(50);
}

async function openStopped(sharedMemory = true): Promise<BankWorld> {
  const world = await openBank({ ...SMALL_MEMORIES, vmIntensity: OFTEN, capabilities: { wasm: true, workers: true, sharedMemory } });
  for (let i = 0; i < 3; i++) world.teller.send(bank.receives.deposit, { account: 0, amount: 1 });
  await world.pass(20);
  await world.until(world.system.stopActor('bank'));
  await forget(world);
  return world;
}

async function receiptsAfter(world: BankWorld): Promise<number[]> {
  await world.pass(50);
  world.teller.send(bank.receives.deposit, { account: 0, amount: 1 });
  await world.pass(20);
  return world.receipts.map(({ amount }) => amount);
}

test('stopped again before it runs, an actor starts with its state', async () => {
  for (let moment = 0; moment < 24; moment++) {
    const world = await openStopped();
    const started = world.system.startActor('bank').catch(() => {});
    await jobs(moment);
    const stopped = world.system.stopActor('bank').catch(() => {});
    await world.until(Promise.all([started, stopped]));
    await world.until(world.system.startActor('bank'));
    expect(await receiptsAfter(world), `moment ${moment}`).toEqual([1, 2, 3, 4]);
  }
});

test.each([true, false])('its VM lost before it runs, an actor has its state (shared memory %s)', async (sharedMemory) => {
  for (let moment = 0; moment < 24; moment++) {
    const world = await openStopped(sharedMemory);
    const started = world.system.startActor('bank').catch(() => {});
    await jobs(moment);
    world.host.lose('js', 'gone');
    await world.until(started);
    await world.pass(50);
    if (world.system.actors[0].state !== 'running') await world.until(world.system.startActor('bank'));
    expect(await receiptsAfter(world), `moment ${moment}`).toEqual([1, 2, 3, 4]);
  }
});

test('its VM hangs before it runs, an actor has its state', async () => {
  for (let waitMs = 0; waitMs < 8; waitMs++) {
    const world = await openBank({ ...SMALL_MEMORIES, vmIntensity: OFTEN, hangMs: 8 });
    for (let i = 0; i < 3; i++) world.teller.send(bank.receives.deposit, { account: 0, amount: 1 });
    await world.pass(20);
    await world.until(world.system.stopActor('bank'));
    await forget(world);
    await world.until(world.system.hang('watcher'));
    world.teller.send(watcher.receives.look, { account: 0 });
    await world.pass(waitMs);
    await world.until(world.system.startActor('bank'));
    expect(await receiptsAfter(world), `after ${waitMs} ms`).toEqual([1, 2, 3, 4]);
  }
});

async function loseAfter(moment: number, host: SimHost): Promise<void> {
  await jobs(moment);
  try {
    host.lose('js', 'gone');
  } catch {
    // not there yet
  }
}

test('whenever a VM is lost during the start, either the start fails or everything runs', async () => {
  for (let moment = 60; moment < 130; moment++) {
    const hostOf = (host: SimHost) => {
      void loseAfter(moment, host);
      return host;
    };
    const world = await openBank({ ...SMALL_MEMORIES, vmIntensity: OFTEN, placement: 'bank=js,watcher=wasm', hostOf }).catch(() => null);
    await world?.pass(100);
    expect(world?.system.state ?? 'not started', `moment ${moment}`).not.toBe('degraded');
  }
});
