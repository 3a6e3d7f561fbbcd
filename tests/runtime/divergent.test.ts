/** An actor that emits something else when it handles messages again is reported, with the message and both outputs. */
import { expect, test } from 'vitest';
import type { DivergenceReport } from '../../actors/contract/events.js';
import type { MessageOf } from '../../protocol/fields.js';
import { SENT_KEPT_BYTES_MAX } from '../../protocol/limits.js';
import { Bank, type BankWorld, bank, openBank, teller } from './bank.js';

/** Gives another value each time, like `Date.now()`, whatever the actor's messages were. */
let outside = 0;

class TimelyBank extends Bank {
  override onDeposit(fields: MessageOf<typeof bank, 'deposit'>): void {
    if (fields.account === 3) this.send(teller.receives.receipt, { account: 3, amount: ++outside });
    else super.onDeposit(fields);
  }
}

/** It says something only the first time. */
class SilentBank extends Bank {
  override onDeposit(fields: MessageOf<typeof bank, 'deposit'>): void {
    if (fields.account !== 3 || outside++ === 0) super.onDeposit(fields);
  }
}

async function open(makeBank: () => Bank): Promise<{ world: BankWorld; reports: DivergenceReport[] }> {
  outside = 0;
  const world = await openBank({ makeBank, placement: 'bank=js,watcher=wasm' });
  const reports: DivergenceReport[] = [];
  world.system.onChange((change) => {
    if (change.type === 'divergent') reports.push(change.report);
  });
  return { world, reports };
}

async function deposit(world: BankWorld, ...accounts: number[]): Promise<void> {
  for (const account of accounts) world.teller.send(bank.receives.deposit, { account, amount: 5 });
  await world.pass(20);
}

async function crash(world: BankWorld): Promise<void> {
  await world.system.crash('bank');
  await deposit(world, 0);
  await world.pass(50);
}

test('after a crash: the message, its former output and its present one', async () => {
  const { world, reports } = await open(() => new TimelyBank());
  await deposit(world, 1, 3, 2);
  await crash(world);
  const frame = { kindName: 'teller.receipt', target: 'teller', bytes: expect.any(Number), firstBytes: expect.any(Uint8Array) };
  expect(reports).toEqual([
    {
      actor: 'bank',
      vm: expect.any(String),
      epoch: 2,
      at: expect.any(Number),
      message: { kindName: 'bank.deposit', source: 'teller', sequence: 2 },
      first: { ...frame, body: '[3,1]' },
      again: { ...frame, body: '[3,2]' },
    },
  ]);
  expect(await world.counters()).toMatchObject({ divergent: 1 });
});

test('output that does not come again is reported with the message that had caused it', async () => {
  const { world, reports } = await open(() => new SilentBank());
  await deposit(world, 1, 3, 2);
  await crash(world);
  expect(reports).toMatchObject([{ message: { sequence: 2 }, first: { kindName: 'teller.receipt', body: '[3,5]' } }]);
});

test('in another VM, when it moves there', async () => {
  const { world, reports } = await open(() => new TimelyBank());
  await deposit(world, 1, 3);
  await world.until(world.system.moveActor('bank', 'wasm'));
  expect(reports).toMatchObject([{ message: { sequence: 2 }, first: { body: '[3,1]' }, again: { body: '[3,2]' } }]);
});

test('beyond the output that is kept, only the digest shows it', async () => {
  const { world, reports } = await open(() => new TimelyBank());
  const beyond = Math.ceil(SENT_KEPT_BYTES_MAX / 100);
  await deposit(world, ...Array.from({ length: beyond }, () => 0), 3);
  await crash(world);
  expect(reports).toMatchObject([{ message: { kindName: '' }, first: null, again: null }]);
});

test('an actor that depends on nothing but its messages is never reported', async () => {
  const { world, reports } = await open(() => new Bank());
  await deposit(world, 1, 3, 2);
  await crash(world);
  expect(reports).toEqual([]);
  expect(await world.counters()).toMatchObject({ traps: 1, divergent: 0 });
});
