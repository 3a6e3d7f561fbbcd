/** A VM may have two implementations of an actor, which are told apart by their version. */
import { expect, test } from 'vitest';
import { startSystem } from '../../actors/application/system.js';
import { javaScriptActorFactory } from '../../actors/model/javascript-instance.js';
import type { MessageOf } from '../../protocol/fields.js';
import { Bank, bank, openBank, parties, Watcher, watcher } from './bank.js';

/** Pays a bonus. */
class NewBank extends Bank {
  override onDeposit({ account, amount }: MessageOf<typeof bank, 'deposit'>): void {
    super.onDeposit({ account, amount: amount + 100 });
  }
}

const actors = [
  javaScriptActorFactory(watcher, () => new Watcher(), parties),
  { ...javaScriptActorFactory(bank, () => new NewBank(), parties), version: 2 },
  javaScriptActorFactory(bank, () => new Bank(), parties),
];
const source = { load: async () => ({ parties, actors }) };

test('the first when none is named, the second by its number with the state of the first, and none by another', async () => {
  const world = await openBank({ vms: { js: source, wasm: source } });
  const deposit = async () => {
    world.teller.send(bank.receives.deposit, { account: 0, amount: 1 });
    await world.pass(20);
  };
  await deposit();
  const vm = world.host.vmOf('js');
  const snapshot = await world.until(vm.stop('bank'));
  const spec = { party: 'bank', epoch: 2, options: {}, snapshot };
  await expect(world.until(vm.spawn({ ...spec, version: 3 }))).rejects.toThrow('VM js has no implementation 3 of actor bank');
  await world.until(vm.spawn({ ...spec, version: 2 }));
  await deposit();
  const again = await world.until(vm.stop('bank'));
  await world.until(vm.spawn({ ...spec, epoch: 3, snapshot: again }));
  await deposit();
  expect(world.receipts.map(({ amount }) => amount)).toEqual([1, 102, 103]);
});

test('a restart keeps the version', async () => {
  const world = await openBank({ vms: { js: source, wasm: source } });
  const vm = world.host.vmOf('js');
  await world.until(vm.stop('bank'));
  await world.until(vm.spawn({ party: 'bank', epoch: 2, options: {}, version: 2 }));
  await world.until(vm.end('bank'));
  await world.until(vm.restart('bank', 3));
  world.teller.send(bank.receives.deposit, { account: 0, amount: 1 });
  await world.pass(20);
  expect(world.receipts.map(({ amount }) => amount)).toEqual([101]);
});

test('a version that the application names stays through stop and start, a trap, a move and the loss of its VM', async () => {
  const world = await openBank({
    vms: { js: source, wasm: source },
    placement: 'bank=js,watcher=wasm',
    start: (host, options) =>
      startSystem(host, { ...options, actors: options.actors.map((spec) => (spec.schema === bank ? { ...spec, version: 2 } : spec)) }),
  });
  const { system } = world;
  const after = async (act: () => Promise<unknown>) => {
    await world.until(act());
    await world.pass(100);
    world.teller.send(bank.receives.deposit, { account: 0, amount: 1 });
    await world.pass(100);
    return world.receipts.at(-1)?.amount;
  };
  expect(await after(async () => {})).toBe(101);
  expect(await after(() => system.stopActor('bank').then(() => system.startActor('bank')))).toBe(202);
  expect(await after(() => system.crash('bank'))).toBe(303);
  expect(await after(() => system.moveActor('bank', 'wasm'))).toBe(404);
  expect(await after(async () => world.host.lose('wasm', 'its thread has ended'))).toBe(505);
  await world.until(system.stop());
});
