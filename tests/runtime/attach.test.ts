/** A link that is attached again, as after a restart of the VM at its other end. */
import { expect, test } from 'vitest';
import { Vm } from '../../actors/vm/vm.js';
import type { LinkEnds } from '../../bus/link.js';
import { numberedFrame } from '../bus/frames.js';
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

test('a VM that comes to stand still as it drains a link leaves the rest in it', async () => {
  const incoming = platformLinks[0].open();
  let taken = 0;
  const vm: Vm = new Vm({
    spareInstances: false,
    name: 'host',
    parties,
    factories: [],
    clock: { nowMicros: () => Date.now() * 1000 },
    timers: { set: () => null, clear() {} },
    events: { async report() {}, crashOf: async () => null },
    wake() {},
    openLink: () => ({ writer: platformLinks[0].open().writer, reader: incoming.reader }),
    onPortError() {},
    // These frames are for nobody here: each becomes a dead letter as it is taken.
    listener: {
      rejected() {
        taken++;
        vm.freeze();
      },
    },
  });
  await vm.attach('js', { incoming: null, outgoing: null });
  await vm.begin();
  for (const number of [1, 2]) incoming.writer.write(numberedFrame(number, 64), 0, 64);
  incoming.writer.flush();
  vm.pump(1000);
  expect(taken).toBe(1);
  expect(incoming.reader.empty).toBe(false);
});
