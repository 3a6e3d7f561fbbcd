/** Whatever is thrown in a separate thread, the report of it must reach the host. */
import { expect, onTestFinished, test } from 'vitest';
import { startSystem } from '../../actors/index.js';
import { createNodeHost, detectCapabilities } from '../../host-shim/node/index.js';
import { bank, parties, teller } from '../runtime/bank.js';
import { MONSTERS } from '../runtime/monsters.js';
import { bundleEntries } from './node-entries.js';

const { monsters: entry } = await bundleEntries('monsters');
const never = async (): Promise<never> => {
  throw new Error('there are threads');
};

test.each([true, false])('on threads, shared memory %s: it ends its actor, and its VM goes on', async (sharedMemory) => {
  const vms = { js: { entry, load: never }, wasm: { entry, load: never } };
  const host = createNodeHost({ capabilities: { ...detectCapabilities(), sharedMemory }, parties, vms, spares: false, console: 'off' });
  const receipts: number[] = [];
  const port = host.vm.openPort<typeof teller>(teller, { onReceipt: ({ amount }) => void receipts.push(amount), onBankTotal() {} });
  const actors = [{ schema: bank, twins: { js: true, wasm: false } }];
  const system = await startSystem(host, { parties, actors, placement: 'js', intensity: 1_000 });
  onTestFinished(async () => void (await system.stop()));
  for (let next = 0; next < MONSTERS.length; next++) {
    port.send(bank.receives.note, { account: next, text: '' });
    port.send(bank.receives.deposit, { account: 0, amount: 1 });
  }
  expect(await port.request(bank.receives.balance, { account: 0 })).toEqual({ amount: MONSTERS.length });
  expect(receipts).toEqual(MONSTERS.map((_, i) => i + 1));
  const poisoned = (await system.deadLetters()).filter(({ code }) => code === 'poisoned');
  expect(poisoned).toHaveLength(MONSTERS.length);
  expect(system.vms.every(({ state }) => state === 'running')).toBe(true);
  expect(system.actors).toMatchObject([{ state: 'running', vm: 'js' }]);
});
