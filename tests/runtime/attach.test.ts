/** A link that is attached again, as after a restart of the VM at its other end. */
import { expect, test } from 'vitest';
import { Vm } from '../../actors/vm/vm.js';
import type { LinkEnds } from '../../bus/link.js';
import { platformLinks } from '../bus/links.js';
import { bank, parties, teller } from './bank.js';

test('frames take the new link at once, without new routes', async () => {
  const opened: LinkEnds[] = [];
  const link = () => platformLinks[0].open();
  const incoming: LinkEnds[] = [];
  const receipts: number[] = [];
  const vm = new Vm({
    spareInstances: false,
    name: 'host',
    parties,
    factories: [],
    clock: { nowMicros: () => Date.now() * 1000 },
    timers: { set: () => null, clear() {} },
    events: { async report() {}, crashOf: async () => null },
    wake() {},
    openLink: () => {
      opened.push(link());
      incoming.push(link());
      return { writer: opened.at(-1)!.writer, reader: incoming.at(-1)!.reader };
    },
    onPortError(_port, error) {
      throw error;
    },
  });
  const port = vm.openPort(teller, { onReceipt: ({ amount }) => receipts.push(amount), onBankTotal() {} });
  const transport = { incoming: null, outgoing: null };
  await vm.attach('js', transport);
  await vm.setRoutes([[bank.address, 'js']]);
  await vm.attach('js', transport);
  port.send(bank.receives.deposit, { account: 0, amount: 1 });
  vm.pump(1000);
  await Promise.resolve();
  expect(opened.map(({ writer }) => writer.stats.frames)).toEqual([0, 1]);
  await vm.shutdown();
});
