/**
 * The contents of a checkpoint. When it is made while an actor waits for its restart, requests that were answered since the snapshot stay
 * settled. When it is made just after a VM has recovered, it has no output that could have left.
 */
import { expect, test, vi } from 'vitest';
import type { Cell } from '../../actors/vm/cell/cell.js';
import { Durability } from '../../actors/vm/recovery/durability.js';
import type { Runtime } from '../../actors/vm/runtime.js';
import type { Vm } from '../../actors/vm/vm.js';
import { type BankWorld, bank, openBank, watcher } from './bank.js';

const OFTEN = { intensity: 1000, periodMs: 10_000 };
const DEADLINE_MS = 2_000;

const open = (sharedMemory: boolean): Promise<BankWorld> =>
  openBank({ vmIntensity: OFTEN, capabilities: { wasm: true, workers: true, sharedMemory } });

const runtimeOf = (vm: Vm): Runtime => (vm as unknown as { readonly runtime: Runtime }).runtime;

function checkpoint({ host, until }: BankWorld): Promise<void> {
  return until(runtimeOf(host.vmOf('js')).durability.make());
}

/** Takes the actor's snapshot before `act` and the checkpoint after it. Then its VM is lost. */
async function loseWhileDown(world: BankWorld, actor: string, act: () => unknown): Promise<void> {
  await checkpoint(world);
  await act();
  await world.pass(20);
  await world.until(world.host.vmOf('js').end(actor));
}

async function recover(world: BankWorld): Promise<void> {
  await checkpoint(world);
  world.host.lose('js', 'the thread ended');
  await world.pass(100);
}

test.each([true, false])('a request that it had answered is not answered again (shared memory: %s)', async (sharedMemory) => {
  const world = await open(sharedMemory);
  const answer = world.teller.request(bank.receives.wait, {}, { deadlineMs: DEADLINE_MS });
  await world.pass(20);
  await loseWhileDown(world, 'bank', () => world.teller.send(bank.receives.settle, {}));
  expect(await world.until(answer)).toEqual({ amount: 0 });
  await recover(world);
  expect(await world.until(world.system.deadLetters())).toEqual([]);
  world.teller.send(bank.receives.deposit, { account: 0, amount: 3 });
  await world.pass(20);
  expect(world.receipts).toEqual([{ account: 0, amount: 3 }]);
  expect(await world.counters()).toMatchObject({ divergent: 0, refused: 0, waiting: 0 });
});

test.each([true, false])('a request whose answer waits in its mailbox does not fail (shared memory: %s)', async (sharedMemory) => {
  const world = await open(sharedMemory);
  await loseWhileDown(world, 'watcher', () => world.teller.send(watcher.receives.hang, {}));
  world.teller.send(bank.receives.settle, {});
  await world.pass(20);
  await recover(world);
  await world.pass(20 * DEADLINE_MS);
  const { answers } = await world.until(world.teller.request(watcher.receives.report, {}));
  expect(answers).toEqual(['settled 0']);
  expect(await world.until(world.system.deadLetters())).toEqual([]);
});

test.each([true, false])('a request that it had sent keeps its deadline (shared memory: %s)', async (sharedMemory) => {
  const world = await open(sharedMemory);
  await loseWhileDown(world, 'watcher', () => world.teller.send(watcher.receives.hang, {}));
  const deadline = () => runtimeOf(world.host.vmOf('js')).bus.requests.nextDeadline;
  const before = deadline();
  await recover(world);
  expect(deadline()).toBe(before);
});

test.each([true, false])(
  'output that a VM repeats while it recovers leaves before its checkpoint (shared memory: %s)',
  async (sharedMemory) => {
    const world = await open(sharedMemory);
    await checkpoint(world);
    for (let i = 0; i < 20; i++) world.teller.send(bank.receives.deposit, { account: 0, amount: 1 });
    await world.pass(20);
    const held: number[] = [];
    const { make } = Durability.prototype;
    const watched = vi.spyOn(Durability.prototype, 'make').mockImplementation(function (this: Durability) {
      const { cells } = this as unknown as { readonly cells: { readonly all: readonly Cell[] } };
      held.push(...cells.all.map(({ gate }) => gate.held.length));
      return make.call(this);
    });
    world.host.lose('js', 'the thread ended');
    await world.pass(20);
    watched.mockRestore();
    expect(held).toEqual([0, 0]);
    expect(world.receipts.length).toBe(20);
  },
);
