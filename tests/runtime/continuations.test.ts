/** Code of a port that has awaited a reply goes on before the port's next frame, and what it sends then was caused by the reply. */
import { expect, test } from 'vitest';
import type { Incoming } from '../../actors/model/handlers.js';
import { type BankWorld, bank, counterdesk, openBank, watcher } from './bank.js';

const deposit = (world: BankWorld, amount: number, account = 0) => world.teller.send(bank.receives.deposit, { account, amount });
const balance = async (world: BankWorld, account = 0) => (await world.teller.request(bank.receives.balance, { account })).amount;

/** The chain of causes of the frames that the teller sent: kinds, the newest first. */
async function chains(world: BankWorld, from: number): Promise<string[]> {
  const found: string[] = [];
  for (let sequence = from; ; sequence++) {
    const causes = await world.host.vm.causes(world.teller.address, sequence);
    if (causes.length === 0) return found;
    found.push(causes.map(({ kindName, source }) => `${kindName} of ${source}`).join(' < '));
  }
}

test('through functions that await each other, and whatever they wait for together', async () => {
  const world = await openBank();
  const rich = async () => (await balance(world)) + 1;
  const both = async () => {
    const [one, other] = await Promise.all([rich(), rich()]);
    deposit(world, one + other);
  };
  const done = (async () => {
    await both();
    deposit(world, 100);
  })();
  await world.until(done);
  await world.pass(10);
  const chain = 'bank.deposit of teller < bank.balance.reply of bank < bank.balance of teller';
  expect(await chains(world, 3)).toEqual([chain, chain]);
});

test('each of two that were asked for at once, and never by another', async () => {
  const world = await openBank();
  deposit(world, 7, 1);
  const ask = async (account: number) => deposit(world, await balance(world, account), account);
  await world.until(Promise.all([ask(1), ask(2)]));
  await world.pass(10);
  for (const [sequence, request] of [
    [4, 2],
    [5, 3],
  ]) {
    const causes = await world.host.vm.causes(world.teller.address, sequence);
    expect(causes.at(-1)).toMatchObject({ kindName: 'bank.balance', sequence: request });
  }
});

test('it goes on before the next frame is handled', async () => {
  const world = await openBank({ delay: { minMicros: 0, maxMicros: 0 } });
  const order: string[] = [];
  world.receipts.push = () => order.push('receipt');
  const asked = balance(world).then(async (amount) => {
    await null;
    order.push(`balance ${amount}`);
  });
  deposit(world, 1);
  await world.until(asked);
  await world.pass(10);
  expect(order).toEqual(['balance 0', 'receipt']);
});

test('a request that failed: what is sent then was caused by the word that no reply will come', async () => {
  const world = await openBank();
  const failed = world.teller.request(bank.receives.wait, {}, { deadlineMs: 20 }).catch(() => deposit(world, 1));
  await world.until(failed);
  await world.pass(10);
  expect((await chains(world, 3))[0]).toMatch(/^bank\.deposit of teller < system\.requestFailed of host runtime$/);
});

test('after anything else there is no cause', async () => {
  const world = await openBank();
  const late = (async () => {
    await balance(world);
    await new Promise<void>((resolve) => world.host.timers.set(5, resolve));
    deposit(world, 1);
  })();
  await world.until(late);
  await world.pass(10);
  expect(await chains(world, 2)).toEqual(['bank.deposit of teller']);
});

test('a reply that a port gives later was caused by the request', async () => {
  const waiting: Incoming[] = [];
  let answer = () => {};
  const ports: Parameters<typeof openBank>[0] = {
    deskVm: 'host',
    ports: (vm) => {
      const desk = vm.openPort(counterdesk, {
        onCall() {},
        onAsk: (_fields, incoming) => void waiting.push(incoming),
        onBankTotal() {},
      });
      answer = () => desk.reply(waiting[0], counterdesk.receives.ask, { served: 1 });
    },
  };
  const world = await openBank(ports);
  world.teller.send(watcher.receives.consult, { text: 'well?' });
  await world.pass(20);
  answer();
  await world.pass(20);
  const chain = 'counterdesk.ask.reply of counterdesk < counterdesk.ask of watcher < watcher.consult of teller';
  const causes = await world.host.vm.causes(counterdesk.address, 1);
  expect(causes.map(({ kindName, source }) => `${kindName} of ${source}`).join(' < ')).toBe(chain);
});
