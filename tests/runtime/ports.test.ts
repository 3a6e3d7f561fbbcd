/** Ports: the frames that they handle cause those that they send, errors end nobody else, and they are told when they outrun others. */
import { expect, test } from 'vitest';
import { PORT_HELD_BYTES_MAX } from '../../protocol/limits.js';
import { type BankWorld, bank, openBank, stranger, teller } from './bank.js';

const deposit = (world: BankWorld, amount = 1) => world.teller.send(bank.receives.deposit, { account: 0, amount });

test('a handler that throws is reported; its frame is spent and the port goes on', async () => {
  const world = await openBank();
  world.receipts.push = () => {
    throw new Error('out of paper');
  };
  deposit(world);
  deposit(world);
  await world.pass(20);
  expect(world.portErrors).toMatchObject([{ message: 'out of paper' }, { message: 'out of paper' }]);
  expect(await world.counters()).toMatchObject({ waiting: 0, deadLetters: 0 });
});

test('a handler that fails later is reported too', async () => {
  const world = await openBank();
  world.receipts.push = (() => Promise.reject(new Error('out of ink'))) as never;
  deposit(world);
  await world.pass(20);
  expect(world.portErrors).toMatchObject([{ message: 'out of ink' }]);
});

test('a frame sent while another is handled was caused by it; a frame sent after a wait was not', async () => {
  const world = await openBank();
  const push = world.receipts.push.bind(world.receipts);
  world.receipts.push = (...receipts) => {
    if (receipts[0].amount === 1) {
      deposit(world, 10);
      void Promise.resolve().then(() => deposit(world, 100));
    }
    return push(...receipts);
  };
  deposit(world);
  await world.pass(50);
  expect(world.receipts.map(({ amount }) => amount)).toEqual([1, 11, 111]);
  const causes = (sequence: number) => world.host.vm.causes(72, sequence);
  expect((await causes(2)).map(({ kindName }) => kindName)).toEqual(['bank.deposit', 'teller.receipt', 'bank.deposit']);
  expect((await causes(3)).map(({ kindName }) => kindName)).toEqual(['bank.deposit']);
});

test('a port that outruns its targets is told: a message throws, a request is refused, and no accepted frame is lost', async () => {
  const world = await openBank();
  const text = 'x'.repeat(4000);
  const send = () => world.teller.send(bank.receives.rumour, { text });
  let sent = 0;
  expect(() => {
    for (; sent < 10_000; sent++) send();
  }).toThrow(/bytes waiting to leave/);
  expect(sent * text.length).toBeGreaterThan(PORT_HELD_BYTES_MAX);
  await expect(world.teller.request(bank.receives.balance, { account: 0 })).rejects.toMatchObject({
    name: 'RequestError',
    code: 'overloaded',
  });
  await world.pass(5000);
  const { handled, dropped } = await world.counters();
  expect(handled['teller>bank'] + dropped).toBe(sent);
  expect(await world.until(world.teller.request(bank.receives.balance, { account: 0 }))).toEqual({ amount: 0 });
});

test('a deadline in decades is far away, and causes no busy waiting', async () => {
  const world = await openBank();
  const held = world.teller.request(bank.receives.wait, {}, { deadlineMs: 2 ** 40 });
  await world.pass(60_000);
  world.teller.send(bank.receives.settle, {});
  expect(await world.until(held)).toEqual({ amount: 0 });
});

test('a port whose onClose throws does not keep the others open', async () => {
  const world = await openBank();
  const closing = world.host.vm as unknown as { map: { named(name: string): { port: { handlers: { onClose(): void } } } } };
  closing.map.named(stranger.name).port.handlers.onClose = () => {
    throw new Error('stuck');
  };
  closing.map.named(teller.name).port.handlers.onClose = () => {
    throw new Error('stuck');
  };
  const held = world.teller.request(bank.receives.wait, {});
  const outcome = expect(held).rejects.toMatchObject({ name: 'RequestError' });
  await world.system.stop();
  await outcome;
  expect(world.portErrors).toMatchObject([{ message: 'stuck' }, { message: 'stuck' }]);
});
