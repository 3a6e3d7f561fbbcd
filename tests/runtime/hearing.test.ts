/** A VM notices whatever arrives, however long it has been idle; and a reply that arrived in time counts. */
import { afterEach, beforeEach, describe, expect, test } from 'vitest';
import type { DeafReport } from '../../actors/contract/events.js';
import { Hearing } from '../../actors/vm/loop/hearing.js';
import type { Runtime } from '../../actors/vm/runtime.js';
import { bank, teller } from './bank.js';
import { type Carriage, HostVm, turns } from './host-vm.js';

const DEADLINE_MS = 50;
/** More than is drained at once. */
const FRAMES_MANY = 1_000;

describe.each<Carriage>(['ring', 'port'])('over a %s', (carriage) => {
  let host: HostVm;

  beforeEach(async () => {
    host = await HostVm.open(carriage);
  });

  afterEach(() => host.close());

  const ask = () => host.teller.request(bank.receives.balance, { account: 0 }, { deadlineMs: DEADLINE_MS });

  test('the deadline of an answered request passes without effect, and later frames are noticed', async () => {
    const answer = ask();
    const [request] = await host.asked();
    host.send(bank.receives.balance.reply, { amount: 7 }, request);
    expect(await answer).toEqual({ amount: 7 });
    await turns();
    const { wakes } = host;
    host.pass(2 * DEADLINE_MS);
    await turns();
    expect([host.wakes - wakes, host.reader.asleep, host.timersSet]).toEqual([0, true, 0]);
    host.send(teller.receives.receipt, { account: 0, amount: 1 });
    await turns();
    expect(host.receipts).toBe(1);
  });

  test('a deadline that passes unanswered fails its request, and later frames are noticed', async () => {
    const answer = ask().catch(({ code }) => code);
    const other = host.teller.request(bank.receives.balance, { account: 1 }, { deadlineMs: 3 * DEADLINE_MS });
    const [, second] = await host.asked();
    host.pass(DEADLINE_MS);
    await turns();
    expect(await answer).toBe('deadline');
    expect(host.reader.asleep).toBe(true);
    host.send(bank.receives.balance.reply, { amount: 3 }, second);
    expect(await other).toEqual({ amount: 3 });
  });

  test('a thread that was busy across a deadline finds the reply that has arrived meanwhile', async () => {
    const answer = ask();
    const [request] = await host.asked();
    host.send(bank.receives.balance.reply, { amount: 7 }, request);
    host.pass(2 * DEADLINE_MS);
    expect(await answer).toEqual({ amount: 7 });
    await turns();
    expect(host.reader.asleep).toBe(true);
  });

  test('so it does when much else has arrived before it', async () => {
    const answer = ask();
    const [request] = await host.asked();
    for (let i = 0; i < FRAMES_MANY; i++) host.send(teller.receives.receipt, { account: 0, amount: i });
    host.send(bank.receives.balance.reply, { amount: 7 }, request);
    host.pass(2 * DEADLINE_MS);
    expect(await answer).toEqual({ amount: 7 });
    expect(host.receipts).toBe(FRAMES_MANY);
    const { deadLetters } = await host.vm.counters();
    expect(deadLetters).toBe(0);
  });
});

describe('a VM that nobody would wake', () => {
  test('because a reader of it is awake: is found, reported, counted and woken', async () => {
    const host = await HostVm.open('ring');
    host.reader.drain(() => true, 0);
    await host.beat();
    host.send(teller.receives.receipt, { account: 0, amount: 1 });
    await turns();
    expect([host.receipts, host.deaf]).toEqual([0, []]);
    await host.beat();
    expect(host.receipts).toBe(1);
    expect(host.deaf).toEqual([{ vm: 'host', reason: 'reader', at: 0 }]);
    expect(await host.vm.counters()).toMatchObject({ deaf: 1 });
    for (let look = 0; look < 3; look++) await host.beat();
    expect(host.deaf).toHaveLength(1);
    host.close();
  });

  test('because frames wait: is found, too', async () => {
    const host = await HostVm.open('port');
    const frame = host.stamped(teller.receives.receipt, { account: 0, amount: 1 });
    host.vm.arrive(frame, 0, frame.length);
    await turns();
    await host.beat();
    expect([host.receipts, host.deaf]).toEqual([0, []]);
    await host.beat();
    expect(host.receipts).toBe(1);
    expect(host.deaf).toMatchObject([{ reason: 'frames' }]);
    host.close();
  });

  test('is not one that recovers, however long that takes; it is when it wakes nobody afterwards', () => {
    let serves = false;
    let look = () => {};
    const told: string[] = [];
    const options = {
      beat: (_: number, beat: () => void) => {
        look = beat;
        return () => {};
      },
      wake() {},
    };
    const tap = { report: ({ report }: { readonly report: DeafReport }) => told.push(report.reason), now: () => 0 };
    const runtime = { options, tap, bus: { vm: 'js', links: { awake: true } } } as unknown as Runtime;
    const hearing = new Hearing(runtime, { hasWork: true }, () => serves);
    for (let looks = 0; looks < 5; looks++) look();
    expect(told).toEqual([]);
    serves = true;
    look();
    look();
    expect([told, hearing.count]).toEqual([['reader'], 1]);
  });

  test('is not one that sleeps', async () => {
    const host = await HostVm.open('ring');
    for (let look = 0; look < 3; look++) await host.beat();
    host.send(teller.receives.receipt, { account: 0, amount: 1 });
    await turns();
    for (let look = 0; look < 3; look++) await host.beat();
    expect([host.receipts, host.deaf]).toEqual([1, []]);
    host.close();
  });
});
