/** Whose turn it is: whoever keeps itself busy, in whatever lane, does not stop the others. */
import { expect, test } from 'vitest';
import { OutboxBuilder } from '../../actors/outbox-builder.js';
import { type Party, Turns } from '../../actors/vm/turns.js';
import { DeadLetters } from '../../bus/dead-letters.js';
import { Kinds } from '../../bus/kinds.js';
import { IDLE, INTERACTIVE, LANES, Mailbox, ORDINARY } from '../../bus/mailbox.js';
import { RequestLedger } from '../../bus/requests.js';
import { Router } from '../../bus/router.js';
import { TraceRing } from '../../bus/trace.js';
import { SEQUENCE_OFFSET, writeU53 } from '../../protocol/frame.js';
import { system } from '../../protocol/generated/system.js';
import { MAILBOX_FRAMES_MAX } from '../../protocol/limits.js';
import { bank, parties } from './bank.js';

/** Has always work in one lane. */
const busyIn = (busy: number, served: string[], name: string) =>
  ({
    mailbox: new Mailbox(),
    gate: {},
    runnable: (lane: number) => lane === busy,
    handleBatch: () => served.push(name),
  }) as unknown as Party;

test.each([
  ['interactive', INTERACTIVE, ORDINARY],
  ['ordinary', ORDINARY, IDLE],
  ['interactive', INTERACTIVE, IDLE],
])('who is always busy in the lane %s leaves turns to a neighbour in a lower one', (_name, busy, lower) => {
  const served: string[] = [];
  const turns = new Turns({ set: () => null, clear() {} }, () => {});
  turns.add(busyIn(busy, served, 'flood'));
  turns.add(busyIn(lower, served, 'neighbour'));
  for (let turn = 0; turn < 100; turn++) turns.serveOne();
  const ofNeighbour = served.filter((name) => name === 'neighbour').length;
  expect(ofNeighbour).toBeGreaterThan(5);
  expect(ofNeighbour).toBeLessThan(25);
});

test('who sends itself more than its mailbox holds has it among the dead letters, and the mailbox keeps its bound', () => {
  const deadLetters = new DeadLetters(undefined, () => 0);
  const kinds = new Kinds(parties, system);
  const router = new Router({ kinds, deadLetters, trace: new TraceRing(), requests: new RequestLedger(), bounce() {}, orphaned() {} });
  const mailbox = new Mailbox();
  const { settle } = bank.receives;
  const lane = LANES.indexOf(settle.lane);
  const seen: number[] = [];
  // Known already: that a bank may not send this to itself is not asked again.
  seen[bank.address * LANES.length + lane] = 1;
  router.addLocal({ address: bank.address, mailbox, blocked: true, seen });
  const outbox = new OutboxBuilder(bank.address);
  outbox.begin();
  outbox.append(settle, bank.address, {});
  for (let sequence = 2; sequence < MAILBOX_FRAMES_MAX + 102; sequence++) {
    writeU53(outbox.bytes, SEQUENCE_OFFSET, sequence);
    expect(router.emit(outbox.bytes, 0, bank.address)).toBe(true);
  }
  expect([mailbox.frames(), deadLetters.count, deadLetters.list()[0].code]).toEqual([MAILBOX_FRAMES_MAX, 100, 'overloaded']);
});
