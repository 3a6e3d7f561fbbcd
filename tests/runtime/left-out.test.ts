/** Every VM knows all parties of the system: one that is left out of a worker's list would send, and be refused without anybody noticing. */
import { expect, test } from 'vitest';
import { startSystem } from '../../actors/application/system.js';
import { javaScriptActorFactory } from '../../actors/model/javascript-instance.js';
import { createSimHost } from '../../host-shim/sim/index.js';
import { Bank, bank, counterdesk, parties, stranger, teller } from './bank.js';

test('a party that a VM does not know ends the start, with the VM and the address', async () => {
  const without = parties.filter((party) => party !== stranger);
  const actors = [javaScriptActorFactory(bank, () => new Bank(), without)];
  const host = createSimHost({ seed: 1, parties, vms: { js: { load: async () => ({ parties: without, actors }) } } });
  host.vm.openPort(teller, { onReceipt() {}, onBankTotal() {} });
  host.vm.openPort(stranger, {});
  host.vm.openPort(counterdesk, { onCall() {}, onAsk() {}, onBankTotal() {} });
  const start = startSystem(host, { parties, actors: [{ schema: bank, twins: { js: true, wasm: false } }], placement: 'js' });
  await expect(start).rejects.toThrow(
    /js.*it knows no party at address 73, which the system has: add that to the parties of its definition/,
  );
});
