/** A poison message can be handled again: in a throw-away instance, or for real. */
import { expect, test } from 'vitest';
import type { DeadLetter } from '../../actors/contract/control.js';
import type { CrashReport } from '../../actors/contract/events.js';
import { BODY_OFFSET, TARGET_OFFSET, writeU16 } from '../../protocol/frame.js';
import { Bank, type BankWorld, bank, openBank } from './bank.js';

/** A note is 5 for account 1; the first account must not be empty. */
class Strict extends Bank {
  override onNote(): void {
    if (this.snapshot().accounts[0] === 0) throw new Error('account 0 is empty');
    this.onDeposit({ account: 1, amount: 5 });
  }
}

async function openWithLetter(): Promise<{ world: BankWorld; letter: DeadLetter<CrashReport> }> {
  const world = await openBank({ makeBank: () => new Strict() });
  world.teller.send(bank.receives.note, { account: 0, text: 'hello' });
  await world.pass(100);
  const [letter] = await world.system.deadLetters();
  return { world, letter };
}

const fill = async ({ teller, pass }: BankWorld) => {
  teller.send(bank.receives.deposit, { account: 0, amount: 7 });
  await pass(10);
};

test('the dead letter of a poison message has the whole frame and the crash report', async () => {
  const { world, letter } = await openWithLetter();
  expect(await world.system.deadLetters()).toHaveLength(1);
  expect(letter).toMatchObject({ code: 'poisoned', detail: 'account 0 is empty', kind: bank.receives.note.kind });
  expect(letter.report).toMatchObject({ party: 'bank', attempt: 2, message: { kindName: 'bank.note', source: 'teller' } });
  expect(Buffer.from(letter.frame.subarray(BODY_OFFSET)).toString()).toContain('hello');
});

test('a trial shows what the message would do to the present state, and changes nothing', async () => {
  const { world, letter } = await openWithLetter();
  expect(await world.system.tryLetter(letter)).toMatchObject({ trap: { reason: 'account 0 is empty' }, emitted: [] });
  await fill(world);
  const before = await world.state('bank');
  const trial = await world.system.tryLetter(letter);
  expect(trial).toMatchObject({ trap: null, malformed: '' });
  expect(trial.emitted.map(({ kindName, target }) => [kindName, target])).toEqual([
    ['teller.receipt', 'teller'],
    ['bank.total', ''],
  ]);
  await world.pass(10);
  expect(await world.state('bank')).toEqual(before);
  expect(world.receipts).toEqual([{ account: 0, amount: 7 }]);
  expect(await world.system.deadLetters()).toHaveLength(1);
});

test('for real it is the next message, and is handled once, even with a crash and a loss of the VM', async () => {
  const { world, letter } = await openWithLetter();
  await fill(world);
  await world.system.deliverLetter(letter);
  expect(await world.system.deadLetters()).toEqual([]);
  await expect(world.system.deliverLetter(letter)).rejects.toMatchObject({ name: 'SupervisionError', code: 'state' });
  await world.system.crash('bank');
  world.teller.send(bank.receives.deposit, { account: 0, amount: 1 });
  await world.pass(10);
  world.host.lose('js', 'killed');
  await world.pass(100);
  world.teller.send(bank.receives.deposit, { account: 1, amount: 1 });
  await world.pass(10);
  expect(world.receipts).toEqual([
    { account: 0, amount: 7 },
    { account: 1, amount: 5 },
    { account: 0, amount: 8 },
    { account: 1, amount: 6 },
  ]);
  expect(await world.counters()).toMatchObject({ divergent: 0, waiting: 0 });
});

test('for real it may be poison once more', async () => {
  const { world, letter } = await openWithLetter();
  await world.system.deliverLetter(letter);
  await world.pass(100);
  expect((await world.system.deadLetters()).map(({ code }) => code)).toEqual(['poisoned']);
  await fill(world);
  expect(world.receipts).toEqual([{ account: 0, amount: 7 }]);
});

test('poison messages are known after the loss of the VM', async () => {
  const { world, letter } = await openWithLetter();
  world.host.lose('js', 'killed');
  await world.pass(100);
  expect(await world.system.deadLetters()).toEqual([letter]);
  await fill(world);
  await world.system.deliverLetter(letter);
  await world.pass(10);
  expect(world.receipts.at(-1)).toEqual({ account: 1, amount: 5 });
});

test('bytes that are not a frame for an actor are refused', async () => {
  const { world, letter } = await openWithLetter();
  await expect(world.system.tryLetter({ ...letter, target: 9999 })).rejects.toMatchObject({ name: 'SupervisionError', code: 'unknown' });
  await expect(world.system.deliverLetter({ ...letter, frame: letter.frame.slice(0, 20) })).rejects.toMatchObject({ code: 'failed' });
  const misdirected = letter.frame.slice();
  writeU16(misdirected, TARGET_OFFSET, 1);
  await expect(world.system.deliverLetter({ ...letter, frame: misdirected })).rejects.toMatchObject({ code: 'failed' });
  await expect(world.system.tryLetter({ ...letter, frame: Uint8Array.of(...letter.frame, 0) })).rejects.toMatchObject({ code: 'failed' });
});
