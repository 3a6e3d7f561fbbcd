/** Frames that no proper party would send: each becomes a dead letter, and ends neither the VM nor an actor. */
import { encode } from '@msgpack/msgpack';
import { expect, test } from 'vitest';
import {
  BODY_OFFSET,
  CAUSE_SEQUENCE_OFFSET,
  SENT_AT_OFFSET,
  SEQUENCE_OFFSET,
  writeFrameLength,
  writeHeader,
} from '../../protocol/frame.js';
import { type BankWorld, bank, openBank, stranger, teller } from './bank.js';

let sequence = 500;

/** A frame from the teller with any body, as it would arrive on a link. */
function frameOf(kind: number, body: unknown, source: number = teller.address): Uint8Array {
  const bodyBytes = encode(body);
  const frame = new Uint8Array(BODY_OFFSET + bodyBytes.length);
  writeHeader(frame, 0, {
    kind,
    source,
    target: bank.address,
    sequence: ++sequence,
    epoch: 1,
    causeSource: 0,
    causeSequence: 0,
    sentAt: 0,
  });
  frame.set(bodyBytes, BODY_OFFSET);
  writeFrameLength(frame, 0, frame.length);
  return frame;
}

const arrive = (world: BankWorld, frame: Uint8Array) => world.host.arrive('js', frame, 0, frame.length);
const { balance, deposit, note } = bank.receives;

test.each([
  ['no number', ['one'], 'undecodable'],
  ['negative', [-1, 0], 'undecodable'],
  ['beyond 32 bits', [2 ** 40, 0], 'undecodable'],
  ['not in a list', 7, 'undecodable'],
  ['missing, so the reply is refused', [], 'refused'],
])('a request whose number is %s is one dead letter; its actor can be stopped', async (_name, body, code) => {
  const world = await openBank();
  arrive(world, frameOf(balance.kind, body));
  await world.pass(10);
  expect((await world.system.deadLetters()).map((letter) => letter.code)).toEqual([code]);
  await world.system.stopActor('bank');
  await world.pass(10);
  expect(world.system.actors.find(({ actor }) => actor === 'bank')?.state).toBe('stopped');
});

test('a request that was undecodable is not failed a second time when its actor stops', async () => {
  const world = await openBank();
  arrive(world, frameOf(balance.kind, [7, 'zero']));
  await world.pass(10);
  await world.system.stopActor('bank');
  await world.pass(10);
  expect((await world.counters()).sent['js runtime>teller']).toBe(1);
});

test('a conflation key of half a megabyte works like any other', async () => {
  const world = await openBank();
  const key = 'k'.repeat(1 << 19);
  arrive(world, frameOf(note.kind, [key, 'first']));
  arrive(world, frameOf(note.kind, [key, 'second']));
  await world.pass(10);
  expect((await world.counters()).conflated).toBe(1);
});

test('a malformed frame at which its actor traps is a dead letter once', async () => {
  const world = await openBank();
  await world.system.crash('bank');
  arrive(world, frameOf(deposit.kind, ['nothing']));
  arrive(world, frameOf(deposit.kind, [0, 5]));
  await world.pass(10);
  expect((await world.system.deadLetters()).map(({ code }) => code)).toEqual(['undecodable']);
  expect(await world.counters()).toMatchObject({ traps: 1, waiting: 0 });
  expect(world.receipts).toEqual([{ account: 0, amount: 5 }]);
});

test('malformed frames on both sides of a trap are dead letters once each, and what is between is handled once', async () => {
  const world = await openBank();
  const vm = world.host.vmOf('js');
  const bad = () => arrive(world, frameOf(deposit.kind, [[]]));
  const good = () => arrive(world, frameOf(deposit.kind, [0, 1]));
  await vm.setTrapRate(0.3, 5);
  for (let i = 0; i < 50; i++) {
    bad();
    good();
    bad();
    good();
    if (i % 5 === 0) await world.pass(10);
  }
  await world.pass(500);
  expect(await world.system.deadLetters()).toHaveLength(100);
  expect(world.receipts.map(({ amount }) => amount)).toEqual(Array.from({ length: 100 }, (_, i) => i + 1));
  expect((await world.counters()).traps).toBeGreaterThan(3);
});

test.each([
  ['sequence', SEQUENCE_OFFSET],
  ['cause', CAUSE_SEQUENCE_OFFSET],
  ['time', SENT_AT_OFFSET],
])('a frame whose %s is above 2^53 is one dead letter, and reaches nobody', async (_, offset) => {
  const world = await openBank();
  const frame = frameOf(deposit.kind, [0, 1]);
  frame.set([0, 0x26, 0x0a], offset);
  arrive(world, frame);
  arrive(world, frameOf(deposit.kind, [0, 2]));
  await world.pass(10);
  expect(await world.system.deadLetters()).toMatchObject([{ code: 'undecodable', detail: `header at byte ${offset - 1}` }]);
  expect(world.receipts.map(({ amount }) => amount)).toEqual([2]);
});

test('the addresses for nobody and for all followers are not targets', async () => {
  const world = await openBank();
  for (const target of [0, 0xffff, 9999]) {
    const frame = frameOf(deposit.kind, [0, 1]);
    frame[12] = target >> 8;
    frame[13] = target & 0xff;
    arrive(world, frame);
  }
  await world.pass(10);
  expect((await world.system.deadLetters()).map(({ code }) => code)).toEqual(['unreachable', 'unreachable', 'unreachable']);
});

test('a forged request to nobody, from nobody, disturbs nobody', async () => {
  const world = await openBank();
  const frame = frameOf(balance.kind, [2 ** 40], stranger.address);
  frame[12] = 0;
  frame[13] = 9;
  arrive(world, frame);
  await world.pass(10);
  expect(await world.until(world.teller.request(balance, { account: 0 }))).toEqual({ amount: 0 });
});
