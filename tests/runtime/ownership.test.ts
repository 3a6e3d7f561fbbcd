/** Each state has one owner: who may send and publish what, replicas notice gaps, and zombies and doubles are refused. */
import { expect, test } from 'vitest';
import { Actor, type Handlers } from '../../actors/model/actor.js';
import type { PortHandlers } from '../../actors/model/handlers.js';
import { javaScriptActorFactory } from '../../actors/model/javascript-instance.js';
import { OutboxBuilder } from '../../actors/model/outbox-builder.js';
import { createSimHost } from '../../host-shim/sim/index.js';
import type { MessageOf, StateOf } from '../../protocol/fields.js';
import {
  EPOCH_OFFSET,
  FOLLOWERS,
  SEQUENCE_OFFSET,
  SOURCE_OFFSET,
  TARGET_OFFSET,
  writeU16,
  writeU32,
  writeU53,
} from '../../protocol/frame.js';
import { system as systemSchema } from '../../protocol/generated/system.js';
import { Bank, type BankWorld, bank, openBank, parties, stranger, teller, Watcher, watcher } from './bank.js';

/** A deposit as it would arrive on a link. */
function deposit(epoch: number, sequence: number, source = 72): Uint8Array {
  const outbox = new OutboxBuilder(source);
  outbox.append(bank.receives.deposit, bank.address, { account: 0, amount: 1 });
  const frame = outbox.bytes.slice(0, outbox.length);
  writeU32(frame, EPOCH_OFFSET, epoch);
  writeU53(frame, SEQUENCE_OFFSET, sequence);
  return frame;
}

const balance = (world: BankWorld) => world.until(world.teller.request(bank.receives.balance, { account: 0 }));
const arrive = (world: BankWorld, frame: Uint8Array) => world.host.arrive('js', frame, 0, frame.length);

test('a party that is not allowed to send is told where it sends, by its types and at run time', async () => {
  const world = await openBank();
  // @ts-expect-error: sendsTo of the stranger does not name the bank
  const send = () => world.stranger.send(bank.receives.deposit, { account: 0, amount: 1 });
  // @ts-expect-error: the same
  const request = () => world.stranger.request(bank.receives.balance, { account: 0 });
  const says = { name: 'PermissionError', message: 'stranger may not send bank.deposit: sendsTo of its schema does not name bank' };
  expect(send).toThrow(expect.objectContaining(says));
  await expect(request()).rejects.toMatchObject({ code: 'refused', cause: { name: 'PermissionError', kindName: 'bank.balance' } });
  expect(await balance(world)).toEqual({ amount: 0 });
  expect(await world.system.deadLetters()).toEqual([]);
});

test('the compiler accepts the messages and targets that a schema names, and nothing else', () => {
  class Typed extends Bank {
    sends(): void {
      this.send(teller.receives.receipt, { account: 0, amount: 1 });
      // @ts-expect-error: sendsTo of the bank does not name the watcher
      this.send(watcher.receives.look, { account: 0 });
      // @ts-expect-error: nor may it ask it
      this.request(watcher.receives.report, {});
      // @ts-expect-error: nor by its address
      this.sendTo(watcher.address, watcher.receives.look, { account: 0 });
      // @ts-expect-error: an account is a number
      this.send(teller.receives.receipt, { account: '0', amount: 1 });
      // @ts-expect-error: a receipt has an amount
      this.send(teller.receives.receipt, { account: 0 });
      // @ts-expect-error: a total is a number
      this.publish(bank.publishes.total, { amount: true });
      // @ts-expect-error: and no topic of another party
      this.publish(teller.receives.receipt, { account: 0, amount: 1 });
      // @ts-expect-error: a reply has the fields of its request's
      this.reply(this.requestToken, bank.receives.balance, { total: 1 });
    }
    // @ts-expect-error: a deposit has no note
    override onDeposit({ note }: MessageOf<typeof bank, 'deposit'>): void {
      this.onNote(note);
    }
    override snapshot(): StateOf<typeof bank> {
      // @ts-expect-error: the state has accounts
      return { waiting: [] };
    }
  }
  // @ts-expect-error: the bank has a handler for each message that it receives
  class Deaf extends Actor<typeof bank> implements Handlers<typeof bank> {}
  expect([Typed, Deaf]).toHaveLength(2);
});

test('the compiler gives publications and answers the fields of their schema', () => {
  const hears: Handlers<typeof watcher> & Record<'onBalanceReply', unknown> = {
    onLook() {},
    onHang() {},
    onConsult() {},
    onReport() {},
    onBankTotal: ({ amount }, fresh) => void [amount.toFixed(), fresh === true],
    onBalanceReply: (request, { amount }) => void [request.toFixed(), amount.toFixed()],
    onAskReply: (_request, { served }) => void served.toFixed(),
  };
  const port: PortHandlers<typeof teller> = {
    onReceipt() {},
    onBankTotal: ({ amount }, fresh) => void [amount.toFixed(), fresh === true],
  };
  // @ts-expect-error: a total has no account
  const followed: Handlers<typeof watcher>['onBankTotal'] = ({ account }) => void account;
  // @ts-expect-error: nor has it one for a port
  const told: PortHandlers<typeof teller>['onBankTotal'] = ({ account }) => void account;
  // @ts-expect-error: an answer of the desk says who was served
  const answered: Handlers<typeof watcher>['onAskReply'] = (_request, { amount }) => void amount;
  // @ts-expect-error: the watcher may not ask itself
  const own: Handlers<typeof watcher>['onReportReply'] = () => {};
  // @ts-expect-error: a deposit is not answered
  const quiet: Handlers<typeof watcher>['onDepositReply'] = () => {};
  // @ts-expect-error: the bank asks nobody
  const silent: Handlers<typeof bank>['onBalanceReply'] = () => {};
  abstract class Wrong extends Actor<typeof watcher> implements Handlers<typeof watcher> {
    abstract onLook(): void;
    abstract onHang(): void;
    abstract onConsult(): void;
    abstract onReport(): void;
    // @ts-expect-error: a total is a number
    abstract onBankTotal(fields: { readonly amount: string }): void;
    // @ts-expect-error: the number of the request comes first
    abstract onBalanceReply(fields: { readonly amount: number }): void;
  }
  expect([hears, port, followed, told, answered, own, quiet, silent, Wrong]).toHaveLength(9);
});

test('a misspelt handler does not compile, and an actor that has one does not start', () => {
  class Misspelt extends Watcher {
    onAskReplly(): void {}
  }
  // @ts-expect-error: no schema names onAskReplly
  const actors = [javaScriptActorFactory(watcher, () => new Misspelt(), parties)];
  const actor = { name: 'UnknownHandlerError', party: 'watcher', handler: 'onAskReplly', near: ['onAskReply'] };
  expect(() => actors[0].create({}, () => {})).toThrow(expect.objectContaining(actor));
  const empty = { load: async () => ({ parties }) };
  const { vm } = createSimHost({ seed: 1, parties, vms: { js: empty, wasm: empty } });
  // @ts-expect-error: nor onBankTotl
  const open = () => vm.openPort(teller, { onReceipt() {}, onBankTotal() {}, onBankTotl() {} });
  expect(open).toThrow('onBankTotl of teller would never be called, for no schema names it: is it meant to be onBankTotal?');
  // A reply to a port settles its promise.
  const again = () => vm.openPort(stranger, { onBalanceReply() {} } as object);
  expect(again).toThrow(expect.objectContaining({ name: 'UnknownHandlerError', party: 'stranger', near: [] }));
});

test('a frame that is sent without permission all the same is refused, counted and shown, and reported once', async () => {
  const world = await openBank();
  const said: string[] = [];
  world.system.onChange((change) => {
    if (change.type === 'refused') said.push(`${change.report.vm}: ${change.report.party} ${change.report.kindName}`);
  });
  for (const amount of [1, 2]) world.stranger.sendTo(bank.address, bank.receives.deposit as never, { account: 0, amount } as never);
  await world.pass(10);
  expect(await balance(world)).toEqual({ amount: 0 });
  expect((await world.counters()).refused).toBe(2);
  const letter = { code: 'refused', detail: 'stranger may not send bank.deposit', source: 73 };
  expect(await world.system.deadLetters()).toMatchObject([letter, letter]);
  expect(said).toEqual(['host: stranger bank.deposit']);
});

test('a frame from a party that may not send it is refused, whatever its VM let pass', async () => {
  const world = await openBank();
  arrive(world, deposit(1, 500, 73));
  arrive(world, deposit(1, 501, 0xbeef));
  await world.pass(10);
  expect(await balance(world)).toEqual({ amount: 0 });
  expect((await world.counters()).refused).toBe(2);
  expect((await world.system.deadLetters()).map(({ detail }) => detail)).toEqual([
    'stranger may not send bank.deposit',
    '48879 may not send bank.deposit',
  ]);
});

test('nobody publishes what another owns', async () => {
  const world = await openBank();
  const forged = {
    ...bank.publishes.total,
    owner: FOLLOWERS,
    encode: (writer: never, fields: { amount: number }) => bank.publishes.total.encode(writer, fields, 1, true),
  };
  world.teller.sendTo(FOLLOWERS, forged as never, { amount: 99 } as never);
  await world.pass(10);
  expect(world.totals).toEqual([]);
  expect((await world.counters()).refused).toBe(1);
});

test('a double is dropped by source and sequence', async () => {
  const world = await openBank();
  arrive(world, deposit(1, 500));
  arrive(world, deposit(1, 500));
  arrive(world, deposit(1, 499));
  await world.pass(10);
  expect((await world.counters()).duplicates).toBe(2);
  expect(world.receipts).toEqual([{ account: 0, amount: 1 }]);
});

test('a zombie is refused; a frame that had left before its incarnation ended is not', async () => {
  const world = await openBank();
  await world.host.vmOf('js').fence(72, 5, 1000);
  arrive(world, deposit(4, 1000));
  arrive(world, deposit(4, 1001));
  arrive(world, deposit(5, 1002));
  await world.pass(10);
  expect((await world.counters()).fenced).toBe(1);
  expect(world.receipts).toEqual([
    { account: 0, amount: 1 },
    { account: 0, amount: 2 },
  ]);
  expect(await world.system.deadLetters()).toMatchObject([{ code: 'refused', sequence: 1001 }]);
});

test('a malformed frame is a dead letter with its first bytes, and disturbs nobody', async () => {
  const world = await openBank();
  const badHeader = deposit(1, 500, watcher.address);
  badHeader[4] = 0x97;
  const badBody = deposit(1, 501, watcher.address);
  badBody[badBody.length - 1] = 0xc1;
  const badKind = deposit(1, 502, watcher.address);
  writeU16(badKind, 6, 0x7777);
  for (const frame of [badHeader, badBody, badKind]) arrive(world, frame);
  arrive(world, deposit(1, 503, watcher.address));
  await world.pass(10);
  const letters = await world.system.deadLetters();
  expect(letters.map(({ code }) => code)).toEqual(['undecodable', 'undecodable', 'undecodable']);
  expect(letters.every(({ frame }) => frame.length > 50)).toBe(true);
  expect(letters.some(({ detail }) => detail.includes('deposit.amount'))).toBe(true);
  expect(await balance(world)).toEqual({ amount: 1 });
  expect((await world.counters()).traps).toBe(0);
});

test('a follower that joins late notices the gap, asks once, and goes on from the fresh state', async () => {
  const world = await openBank({ placement: 'bank=js,watcher=wasm' });
  const send = (amount: number) => world.teller.send(bank.receives.deposit, { account: 0, amount });
  send(1);
  await world.pass(10);
  await world.system.stopActor('watcher');
  for (const amount of [2, 3]) send(amount);
  await world.pass(10);
  await world.system.startActor('watcher');
  for (const amount of [4, 5, 6]) send(amount);
  await world.pass(100);
  const { totals } = await world.until(world.teller.request(watcher.receives.report, {}));
  expect(totals[0]).toBe(1);
  expect(totals.at(-1)).toBe(21);
  expect(totals).not.toContain(3);
  const { sent } = await world.counters();
  expect(sent['watcher>bank']).toBe(1);
  expect(world.totals.at(-1)).toBe(21);
});

test('frames of which only the latest of a key counts are conflated in the mailbox', async () => {
  const world = await openBank();
  const note = (account: number, sequence: number) => {
    const outbox = new OutboxBuilder(72);
    outbox.append(bank.receives.note, bank.address, { account, text: `note ${sequence}` });
    const frame = outbox.bytes.slice(0, outbox.length);
    writeU16(frame, SOURCE_OFFSET, 72);
    writeU16(frame, TARGET_OFFSET, bank.address);
    writeU32(frame, EPOCH_OFFSET, 1);
    writeU53(frame, SEQUENCE_OFFSET, sequence);
    world.host.arrive('js', frame, 0, frame.length);
  };
  for (let i = 0; i < 10; i++) note(i % 2, 600 + i);
  await world.pass(10);
  const { conflated, handled } = await world.counters();
  expect(conflated).toBe(8);
  expect(handled['teller>bank']).toBe(2);
});

test('a refresh is answered by a fresh publication to all followers', async () => {
  const world = await openBank();
  world.teller.send(bank.receives.deposit, { account: 0, amount: 5 });
  world.teller.sendTo(bank.address, systemSchema.receives.refresh, { topic: bank.publishes.total.kind, follower: 72 });
  await world.pass(20);
  expect(world.totals).toEqual([5, 5]);
});
