/** A request settles once: with its reply, or with a typed error as soon as it is known that none can come. */
import { expect, test } from 'vitest';
import { OutboxBuilder } from '../../actors/model/outbox-builder.js';
import type { Gate } from '../../actors/vm/bus/gate.js';
import { BODY_OFFSET } from '../../protocol/frame.js';
import { REQUESTS_IN_FLIGHT_MAX } from '../../protocol/limits.js';
import { bank, openBank, watcher } from './bank.js';

test('reply', async () => {
  const world = await openBank();
  world.teller.send(bank.receives.deposit, { account: 1, amount: 7 });
  expect(await world.until(world.teller.request(bank.receives.balance, { account: 1 }))).toEqual({ amount: 7 });
});

test('deadline: of the schema, or of the call', async () => {
  const world = await openBank();
  const started = world.host.kernel.now;
  await expect(world.until(world.teller.request(bank.receives.wait, {}))).rejects.toMatchObject({
    name: 'RequestError',
    code: 'deadline',
    target: 'bank',
  });
  expect(world.host.kernel.now - started).toBeGreaterThanOrEqual(500_000);
  const second = world.host.kernel.now;
  await expect(world.until(world.teller.request(bank.receives.wait, {}, { deadlineMs: 50 }))).rejects.toMatchObject({ code: 'deadline' });
  expect(world.host.kernel.now - second).toBeLessThan(100_000);
});

test('a reply after the deadline is refused, and settles nothing twice', async () => {
  const world = await openBank();
  await expect(world.until(world.teller.request(bank.receives.wait, {}))).rejects.toMatchObject({ code: 'deadline' });
  world.teller.send(bank.receives.settle, {});
  await world.pass(100);
  expect((await world.system.deadLetters()).map(({ code, kind }) => [code, kind])).toEqual([['refused', bank.receives.wait.reply.kind]]);
});

test('abort signal: at once, before and during', async () => {
  const world = await openBank();
  const controller = new AbortController();
  const request = world.teller.request(bank.receives.wait, {}, { signal: controller.signal });
  controller.abort();
  await expect(request).rejects.toMatchObject({ code: 'aborted' });
  await expect(world.teller.request(bank.receives.wait, {}, { signal: controller.signal })).rejects.toMatchObject({ code: 'aborted' });
});

test('ended: the target stops for good with the request in hand, or in its mailbox', async () => {
  const world = await openBank();
  const held = world.teller.request(bank.receives.wait, {});
  await world.pass(20);
  const before = world.host.kernel.now;
  await world.system.stopActor('bank');
  await expect(world.until(held)).rejects.toMatchObject({ code: 'ended' });
  expect(world.host.kernel.now - before).toBeLessThan(100_000);
});

test('unreachable: nobody is at the address', async () => {
  const world = await openBank();
  await world.system.stopActor('bank');
  await expect(world.until(world.teller.request(bank.receives.balance, { account: 0 }))).rejects.toMatchObject({ code: 'unreachable' });
});

test('poisoned: the request killed its actor twice; the actor goes on', async () => {
  const world = await openBank();
  world.teller.send(bank.receives.deposit, { account: 2, amount: 5 });
  await expect(world.until(world.teller.request(bank.receives.poison, { note: 'arsenic' }))).rejects.toMatchObject({ code: 'poisoned' });
  expect(await world.until(world.teller.request(bank.receives.balance, { account: 2 }))).toEqual({ amount: 5 });
  const [letter] = await world.system.deadLetters();
  expect(letter).toMatchObject({ code: 'poisoned', detail: 'arsenic', kind: bank.receives.poison.kind, source: 72, target: 70 });
  expect(letter.frame.length).toBeGreaterThan(50);
});

test('a request in flight survives a crash of its target that keeps the state', async () => {
  const world = await openBank();
  const held = world.teller.request(bank.receives.wait, {});
  await world.pass(20);
  await world.system.crash('bank');
  world.teller.send(bank.receives.deposit, { account: 0, amount: 3 });
  world.teller.send(bank.receives.settle, {});
  expect(await world.until(held)).toEqual({ amount: 3 });
  expect((await world.counters()).traps).toBe(1);
});

test('refused: the source may not send this', async () => {
  const world = await openBank();
  // @ts-expect-error: sendsTo of its schema does not name the bank
  await expect(world.until(world.stranger.request(bank.receives.balance, { account: 0 }))).rejects.toMatchObject({ code: 'refused' });
});

test('overloaded: more in flight than the bound', async () => {
  const world = await openBank();
  const all = Array.from({ length: REQUESTS_IN_FLIGHT_MAX + 1 }, () => world.teller.request(bank.receives.wait, {}));
  const settled = world.until(Promise.allSettled(all));
  await expect(all[REQUESTS_IN_FLIGHT_MAX]).rejects.toMatchObject({ code: 'overloaded' });
  const codes = (await settled).map((result) => (result.status === 'rejected' ? result.reason.code : 'reply'));
  expect(codes.filter((code) => code === 'deadline')).toHaveLength(REQUESTS_IN_FLIGHT_MAX);
});

test.each([Number.NaN, -1, Number.POSITIVE_INFINITY, '5' as never])(
  'a deadline of %s is refused at once, and nothing is sent',
  async (deadlineMs) => {
    const world = await openBank();
    await expect(world.teller.request(bank.receives.wait, {}, { deadlineMs })).rejects.toThrow(
      new RangeError(`deadlineMs of bank.wait is a number of milliseconds from 0, not ${deadlineMs}`),
    );
    expect((await world.counters()).sent['teller>bank']).toBeUndefined();
  },
);

test('overloaded: an actor that has more in flight than the bound is told of each further one, and goes on', async () => {
  const world = await openBank();
  const more = 50;
  for (let i = 0; i < REQUESTS_IN_FLIGHT_MAX + more; i++) world.teller.send(watcher.receives.hang, {});
  await world.pass(100);
  const { answers } = await world.until(world.teller.request(watcher.receives.report, {}));
  expect(answers).toEqual(Array.from({ length: more }, () => 'overloaded'));
  world.teller.send(bank.receives.settle, {});
  await world.pass(100);
  const later = await world.until(world.teller.request(watcher.receives.report, {}));
  expect(later.answers.filter((answer) => answer === 'settled 0')).toHaveLength(REQUESTS_IN_FLIGHT_MAX);
});

test('a request without a number is a dead letter, and no deadline waits for it', async () => {
  const world = await openBank();
  const vm = world.host.vmOf('js') as unknown as { map: { named(actor: string): { gate: Gate } } };
  const outbox = new OutboxBuilder(watcher.address);
  outbox.begin();
  outbox.append(bank.receives.wait, bank.address, {}, 1);
  outbox.bytes[BODY_OFFSET + 1] = 0xc0;
  vm.map.named('watcher').gate.release(outbox.bytes, 0, outbox.length);
  await world.pass(2_000);
  expect((await world.system.deadLetters()).map(({ code, detail }) => [code, detail])).toEqual([
    ['undecodable', 'request without a number'],
  ]);
  expect(world.system.vms.map(({ state }) => state)).toEqual(['running', 'running']);
});

test('closed: the system stops', async () => {
  const world = await openBank();
  const held = world.teller.request(bank.receives.wait, {});
  await world.pass(20);
  const outcome = expect(held).rejects.toMatchObject({ name: 'RequestError' });
  await world.system.stop();
  await world.pass(100);
  await outcome;
});

test('requests between actors: reply, and failure as a message', async () => {
  const world = await openBank();
  world.teller.send(bank.receives.deposit, { account: 3, amount: 9 });
  await world.pass(20);
  world.teller.send(watcher.receives.look, { account: 3 });
  world.teller.send(watcher.receives.hang, {});
  await world.pass(1000);
  const { answers } = await world.until(world.teller.request(watcher.receives.report, {}));
  expect(answers).toEqual(['balance 9', 'deadline']);
});
