/** Whose turn it is: an actor that keeps itself busy, in whatever lane, does not stop the others. */

import { expect, test } from 'vitest';
import { OutboxBuilder } from '../../actors/model/outbox-builder.js';
import { Gate, type GateBus } from '../../actors/vm/bus/gate.js';
import { type Party, Scheduler } from '../../actors/vm/loop/scheduler.js';
import { Progress } from '../../actors/vm/tap/progress.js';
import { Tap } from '../../actors/vm/tap/tap.js';
import type { DeadLetters } from '../../bus/dead-letters.js';
import { Kinds } from '../../bus/kinds.js';
import { IDLE, INTERACTIVE, LANES, Mailbox, ORDINARY } from '../../bus/mailbox.js';
import { RequestLedger } from '../../bus/requests.js';
import { Router } from '../../bus/router.js';
import { JS_RUNTIME } from '../../protocol/addresses.js';
import { EPOCH_OFFSET, SEQUENCE_OFFSET, writeU32, writeU53 } from '../../protocol/frame.js';
import { system } from '../../protocol/generated/system.js';
import { MAILBOX_FORCED_SHARE_MAX, REFUSALS_IN_FLIGHT_MAX, REQUESTS_IN_FLIGHT_MAX } from '../../protocol/limits.js';
import { bank, parties, teller, watcher } from './bank.js';

/** Always has work in one lane. */
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
])('who is always busy in the lane %s leaves scheduler to a neighbour in a lower one', (_name, busy, lower) => {
  const served: string[] = [];
  const scheduler = new Scheduler({ set: () => null, clear() {} }, () => {});
  scheduler.add(busyIn(busy, served, 'flood'));
  scheduler.add(busyIn(lower, served, 'neighbour'));
  for (let turn = 0; turn < 100; turn++) scheduler.serveOne();
  const ofNeighbour = served.filter((name) => name === 'neighbour').length;
  expect(ofNeighbour).toBeGreaterThan(5);
  expect(ofNeighbour).toBeLessThan(25);
});

function routerOf(): { readonly router: Router; readonly deadLetters: DeadLetters; readonly services: GateBus } {
  const tap = new Tap(new Progress(Progress.allocate(false)), () => 0);
  const kinds = new Kinds(parties, system);
  const requests = new RequestLedger();
  const router = new Router({ kinds, tap, requests, bounce() {}, orphaned() {} });
  return { router, deadLetters: tap.deadLetters, services: { router, kinds, requests, tap, lost: { watch() {} } } };
}

const SMALL = 8;

test('a party that waits for room itself gets more than its mailbox holds, up to a bound: the rest are dead letters', () => {
  const { router, deadLetters } = routerOf();
  const mailbox = new Mailbox(SMALL);
  router.addLocal({ address: bank.address, mailbox, blocked: true, seen: [] });
  const outbox = new OutboxBuilder(teller.address);
  outbox.begin();
  outbox.append(bank.receives.settle, bank.address, {});
  const most = SMALL * MAILBOX_FORCED_SHARE_MAX;
  for (let sequence = 1; sequence <= most + 20; sequence++) {
    writeU53(outbox.bytes, SEQUENCE_OFFSET, sequence);
    writeU32(outbox.bytes, EPOCH_OFFSET, 1);
    expect(router.emit(outbox.bytes, 0, bank.address)).toBe(true);
  }
  expect([mailbox.frames(), deadLetters.count, deadLetters.list()[0].code]).toEqual([most, 20, 'overloaded']);
});

test('a request that finds no room at all is in the hands of nobody', () => {
  const { router, services } = routerOf();
  const mailbox = new Mailbox(0);
  router.addLocal({ address: bank.address, mailbox, blocked: true, seen: [] });
  const gate = new Gate(teller.address, services);
  const outbox = new OutboxBuilder(teller.address);
  outbox.begin();
  outbox.append(bank.receives.balance, bank.address, { account: 1 }, 5);
  gate.release(outbox.bytes, 0, outbox.length);
  expect(services.requests.openOf(() => true).incoming).toEqual([]);
});

test('a message of a runtime to one party does not wait for another that has no room', () => {
  const { router, services } = routerOf();
  const mailboxes = [bank, watcher].map(({ address }) => {
    const mailbox = new Mailbox(SMALL);
    router.addLocal({ address, mailbox, blocked: false, seen: [] });
    return mailbox;
  });
  const gate = new Gate(JS_RUNTIME, services);
  const outbox = new OutboxBuilder(JS_RUNTIME);
  const tell = ({ address }: { readonly address: number }) => {
    outbox.begin();
    outbox.append(system.receives.refresh, address, { topic: 1, follower: 2 });
    gate.release(outbox.bytes, 0, outbox.length);
  };
  for (let i = 0; i < SMALL + 3; i++) tell(bank);
  tell(watcher);
  expect([mailboxes[0].frames(), mailboxes[1].frames(), gate.held.length]).toEqual([SMALL, 1, 3]);
  mailboxes[0].clear(() => {});
  expect(gate.retry()).toBe(true);
  expect([mailboxes[0].frames(), gate.held.length, gate.heldBytes]).toEqual([3, 0, 0]);
});

test('refusals that a requester has not heard of are bounded: further requests are dead letters', () => {
  const { router, deadLetters, services } = routerOf();
  router.addLocal({ address: bank.address, mailbox: new Mailbox(), blocked: false, seen: [] });
  const gate = new Gate(watcher.address, services);
  const outbox = new OutboxBuilder(watcher.address);
  const most = REQUESTS_IN_FLIGHT_MAX + REFUSALS_IN_FLIGHT_MAX;
  for (let request = 1; request <= most + 30; request++) {
    outbox.begin();
    outbox.append(bank.receives.wait, bank.address, {}, request);
    gate.release(outbox.bytes, 0, outbox.length);
  }
  expect(services.requests.inFlight(watcher.address)).toBe(most);
  expect(deadLetters.count).toBe(REFUSALS_IN_FLIGHT_MAX + 30);
  expect(deadLetters.list().at(-1)).toMatchObject({ code: 'overloaded', detail: expect.stringContaining('has not heard of') });
});

test('a party that sends itself more than its mailbox holds has the same bound, and only frames beyond it are dead letters', () => {
  const { router, deadLetters } = routerOf();
  const mailbox = new Mailbox(SMALL);
  const { settle } = bank.receives;
  const lane = LANES.indexOf(settle.lane);
  const seen: number[] = [];
  // The permission is known already, so it is not checked again that a bank may not send this to itself.
  seen[bank.address * LANES.length + lane] = 1;
  router.addLocal({ address: bank.address, mailbox, blocked: true, seen });
  const outbox = new OutboxBuilder(bank.address);
  outbox.begin();
  outbox.append(settle, bank.address, {});
  const most = SMALL * MAILBOX_FORCED_SHARE_MAX;
  for (let sequence = 2; sequence < most + 22; sequence++) {
    writeU53(outbox.bytes, SEQUENCE_OFFSET, sequence);
    expect(router.emit(outbox.bytes, 0, bank.address)).toBe(true);
  }
  expect([mailbox.frames(), deadLetters.count, deadLetters.list()[0].code]).toEqual([most, 20, 'overloaded']);
});
