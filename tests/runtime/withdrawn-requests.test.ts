/** A request that nobody waits for any more is withdrawn: its target is told, wherever it lives, and even after a restart. */
import { describe, expect, test } from 'vitest';
import { decodeSnapshot } from '../../actors/contract/snapshot.js';
import type { Port } from '../../actors/index.js';
import type { RequestToken } from '../../actors/model/actor.js';
import { OutboxBuilder } from '../../actors/model/outbox-builder.js';
import { Kinds } from '../../bus/kinds.js';
import { system } from '../../protocol/generated/system.js';
import { actor, request, struct, u32 } from '../../protocol/schema.js';
import { SMALL_MEMORIES } from '../small-memories.js';
import { Bank, type BankOptions, type BankWorld, bank, counterdesk, openBank, watcher } from './bank.js';

const FOREVER = { deadlineMs: 60_000 };
const OFTEN = { intensity: 1000, periodMs: 10_000 };

/** Stops requests that nobody waits for. */
class AttentiveBank extends Bank {
  override onWithdrawn({ source, request: number }: RequestToken): void {
    this.waiting = this.waiting.filter((token) => token.source !== source || token.request !== number);
  }
}

type Desk = Port<typeof counterdesk>;

/** A bank that holds requests, and a desk in the JavaScript VM that makes some. */
async function openOffice(options: BankOptions = {}) {
  const desks: Desk[] = [];
  const codes: string[] = [];
  const world = await openBank({
    ...SMALL_MEMORIES,
    makeBank: () => new AttentiveBank(),
    vmIntensity: OFTEN,
    ...options,
    ports: (vm) =>
      vm.openSupervisedPort(counterdesk, (port: Desk) => {
        desks.push(port);
        return {
          onCall({ text }) {
            if (text === 'wait') port.request(bank.receives.wait, {}, FOREVER).catch(({ code }) => codes.push(code));
            if (text === 'throw') throw new Error('no more forms');
          },
          onAsk() {},
          onBankTotal() {},
        };
      }),
  });
  await world.pass(10);
  return { world, desks, codes };
}

/** Requests that the bank has in hand. */
async function held(world: BankWorld): Promise<number> {
  return decodeSnapshot(bank, await world.until(world.state('bank'))).state.waiting.length;
}

describe.each(['js', 'bank=wasm,watcher=js'])('placed %s', (placement) => {
  test('by the signal of its port: at once, and while others wait on', async () => {
    const { world } = await openOffice({ placement });
    const controller = new AbortController();
    const aborted = world.teller.request(bank.receives.wait, {}, { ...FOREVER, signal: controller.signal });
    const kept = world.teller.request(bank.receives.wait, {}, FOREVER);
    await world.pass(20);
    expect(await held(world)).toBe(2);
    controller.abort();
    await expect(aborted).rejects.toMatchObject({ code: 'aborted', target: 'bank' });
    await world.pass(20);
    expect(await held(world)).toBe(1);
    world.teller.send(bank.receives.settle, {});
    expect(await world.until(kept)).toEqual({ amount: 0 });
    await world.pass(20);
    expect(await world.system.deadLetters()).toEqual([]);
  });

  test('before it has left, and when the answer is on its way', async () => {
    const { world } = await openOffice({ placement });
    const early = new AbortController();
    const first = world.teller.request(bank.receives.wait, {}, { ...FOREVER, signal: early.signal });
    early.abort();
    await expect(first).rejects.toMatchObject({ code: 'aborted' });
    const late = new AbortController();
    const second = world.teller.request(bank.receives.balance, { account: 0 }, { signal: late.signal });
    const outcome = second.then(
      () => 'reply',
      ({ code }) => code,
    );
    await world.pass(1);
    late.abort();
    await world.pass(50);
    expect(await held(world)).toBe(0);
    expect(['aborted', 'reply']).toContain(await outcome);
  });

  test('at the deadline, of a port and of an actor', async () => {
    const { world } = await openOffice({ placement });
    await expect(world.until(world.teller.request(bank.receives.wait, {}))).rejects.toMatchObject({ code: 'deadline' });
    world.teller.send(watcher.receives.hang, {});
    await world.pass(20);
    expect(await held(world)).toBe(1);
    await world.pass(600);
    expect(await held(world)).toBe(0);
    world.teller.send(bank.receives.settle, {});
    const { answers } = await world.until(world.teller.request(watcher.receives.report, {}));
    expect(answers).toEqual(['deadline']);
    expect(await world.system.deadLetters()).toEqual([]);
  });

  test.each(['throws', 'is lost with its VM', 'is stopped'])('when the incarnation that asked %s', async (how) => {
    const { world, codes } = await openOffice({ placement });
    world.teller.send(counterdesk.receives.call, { text: 'wait' });
    const kept = world.teller.request(bank.receives.wait, {}, FOREVER);
    await world.pass(20);
    expect(await held(world)).toBe(2);
    if (how === 'throws') world.teller.send(counterdesk.receives.call, { text: 'throw' });
    else if (how === 'is stopped') await world.system.stop();
    else world.host.lose('js', 'gone');
    if (how === 'is stopped') {
      await expect(kept).rejects.toMatchObject({ name: 'RequestError' });
      // A bank in its own VM is heard to have ended before the port closes.
      expect(codes).toEqual([placement === 'js' ? 'ended' : 'closed']);
      return;
    }
    await world.pass(200);
    expect(await held(world)).toBe(1);
    // The next incarnation's are its own.
    world.teller.send(counterdesk.receives.call, { text: 'wait' });
    await world.pass(20);
    expect(await held(world)).toBe(2);
    world.teller.send(bank.receives.settle, {});
    expect(await world.until(kept)).toEqual({ amount: 0 });
  });

  test('is known again after its target was restarted, alone or with its VM', async () => {
    const { world } = await openOffice({ placement });
    const controller = new AbortController();
    const ask = () => world.teller.request(bank.receives.wait, {}, { ...FOREVER, signal: controller.signal }).catch(({ code }) => code);
    const asked = [ask(), ask()];
    await world.pass(20);
    controller.abort();
    expect(await Promise.all(asked)).toEqual(['aborted', 'aborted']);
    await world.pass(5);
    await world.system.crash('bank');
    world.teller.send(bank.receives.deposit, { account: 0, amount: 3 });
    await world.pass(100);
    expect(await held(world)).toBe(0);
    world.host.lose(placement === 'js' ? 'js' : 'wasm', 'gone');
    await world.pass(200);
    expect(await held(world)).toBe(0);
    expect(await world.until(world.teller.request(bank.receives.balance, { account: 0 }))).toEqual({ amount: 3 });
    expect((await world.counters()).divergent).toBe(0);
  });
});

test('nobody withdraws the request of another', async () => {
  const { world } = await openOffice();
  const kept = world.teller.request(bank.receives.wait, {}, FOREVER);
  await world.pass(20);
  for (let number = 0; number < 4; number++) {
    const fields = { request: number, requester: world.teller.address, requestKind: bank.receives.wait.kind };
    world.stranger.sendTo(bank.address, system.receives.withdrawn, fields);
  }
  await world.pass(20);
  expect(await held(world)).toBe(1);
  const letters = await world.system.deadLetters();
  expect(letters.map(({ code, kind }) => [code, kind])).toEqual(Array(4).fill(['refused', system.receives.withdrawn.kind]));
  world.teller.send(bank.receives.settle, {});
  expect(await world.until(kept)).toEqual({ amount: 0 });
});

test('it takes the lane of its request, so that it arrives after it', () => {
  const lanes = ['interactive', 'ordinary', 'idle'] as const;
  const clerk = actor({
    name: 'clerk',
    address: 80,
    state: struct('ClerkState', { count: u32 }),
    receives: Object.fromEntries(
      lanes.map((lane, i) => [lane, request({ kind: 0x5f01 + i, lane, fields: {}, reply: { kind: 0x5f81 + i, fields: {} } })]),
    ),
  });
  const kinds = new Kinds([clerk], system);
  const laneOf = (requestKind: number) => {
    const outbox = new OutboxBuilder();
    outbox.append(system.receives.withdrawn, 80, { request: 7, requester: 64, requestKind });
    return kinds.of(outbox.bytes, 0)?.lane;
  };
  expect([0x5f01, 0x5f02, 0x5f03, 0x7777].map(laneOf)).toEqual([0, 1, 2, 1]);
});
