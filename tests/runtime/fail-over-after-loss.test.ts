/** An actor that fails over while its VM recovers keeps its requests: one that follows the trapping message is answered. */
import { expect, test } from 'vitest';
import { Bank, bank, openBank } from './bank.js';

const OFTEN = { intensity: 1000, periodMs: 10_000 };
/** The first trap is one too many for Wasm. */
const CIRCUIT = { intensity: 0, periodMs: 1_000, coolDownMs: 60_000 };

test.each([true, false])('an actor fails over while its VM recovers (shared memory: %s)', async (sharedMemory) => {
  const mishaps: (() => void)[] = [];
  class Unlucky extends Bank {
    override onNote(): void {
      mishaps.shift()?.();
    }
  }
  const world = await openBank({
    vmIntensity: OFTEN,
    placement: 'bank=wasm,watcher=js',
    circuit: CIRCUIT,
    capabilities: { wasm: true, workers: true, sharedMemory },
    makeBank: () => new Unlucky(),
  });
  const trap = () => {
    throw new Error('an instruction of Wasm');
  };
  mishaps.push(() => {
    // The first note succeeds when it is handled again; the second one traps.
    mishaps.push(() => {}, trap);
    world.host.lose('wasm', 'the thread ended in the middle of a batch');
    trap();
  });
  const vm = world.host.vmOf('wasm');
  await world.until(vm.end('bank')); // what comes until it is restarted is one batch
  world.teller.send(bank.receives.note, { account: 1, text: 'at which its VM is lost' });
  world.teller.send(bank.receives.note, { account: 0, text: 'at which it traps' });
  const answer = world.teller.request(bank.receives.balance, { account: 0 }).catch(({ code }) => code);
  await world.pass(5);
  void vm.restart('bank', 2);
  expect(await world.until(answer)).toEqual({ amount: 0 });
  expect(mishaps).toEqual([]);
  expect(world.system.actors[0]).toMatchObject({ actor: 'bank', vm: 'js', state: 'running' });
  expect(await world.until(world.system.deadLetters())).toEqual([]);
});
