/** Any value at all may be thrown: it is the crash of one party, with a bounded text, whatever it is. */
import { describe, expect, test } from 'vitest';
import { StorageError } from '../../actors/contract/storage.js';
import { isA, placeOf, reasonOf, reasonsOf, stackOf } from '../../actors/contract/thrown.js';
import { wordsOf } from '../../host-shim/common/ports/error-words.js';
import { positionOf, SourcePositions } from '../../host-shim/wasm/positions.js';
import { readableMap } from '../../host-shim/wasm/readable-map.js';
import { CRASH_REASON_CHARACTERS_MAX, CRASH_STACK_CHARACTERS_MAX } from '../../protocol/limits.js';
import { bank, counterdesk, openBank } from './bank.js';
import { MONSTERS, ThrowingBank } from './monsters.js';

describe.each(MONSTERS)('%s', (_name, make) => {
  test('has a text, a stack and a place, all bounded', () => {
    const thrown = make();
    for (const text of [reasonOf(thrown), reasonsOf(thrown)]) expect(text.length).toBeLessThanOrEqual(CRASH_REASON_CHARACTERS_MAX);
    expect(stackOf(thrown).length).toBeLessThanOrEqual(CRASH_STACK_CHARACTERS_MAX);
    expect(typeof placeOf(thrown)).toBe('string');
    expect(new StorageError('failed', 'put', { cause: thrown }).code).toBe('failed');
    expect(positionOf(thrown, new SourcePositions(readableMap('')))).toBeTypeOf(isA(thrown, Error) ? 'function' : 'string');
    expect(typeof wordsOf(thrown)).toBe('string');
  });
});

test('thrown by an actor it ends this actor, and no other', async () => {
  const world = await openBank({ makeBank: () => new ThrowingBank() });
  for (let next = 0; next < MONSTERS.length; next++) {
    world.teller.send(bank.receives.note, { account: next, text: '' });
    world.teller.send(bank.receives.deposit, { account: 0, amount: 1 });
    await world.pass(20);
  }
  expect(world.receipts.map(({ amount }) => amount)).toEqual(MONSTERS.map((_, i) => i + 1));
  expect(world.system.vms.map(({ state }) => state)).toEqual(['running', 'running']);
  const letters = await world.system.deadLetters();
  expect(letters).toHaveLength(MONSTERS.length);
  for (const { detail, report } of letters) {
    for (const text of [detail, report!.reason, report!.position]) expect(text.length).toBeLessThanOrEqual(CRASH_REASON_CHARACTERS_MAX);
    expect(report!.stack.length).toBeLessThanOrEqual(CRASH_STACK_CHARACTERS_MAX);
  }
});

test.each(['handles', 'awaits', 'opens', 'closes'] as const)(
  'thrown by a supervised port while it %s, it ends the incarnation, and no more',
  async (when) => {
    let opened = 0;
    let at = -1;
    let failing = false;
    const fail = (now: typeof when): void => {
      if (!failing || now !== when) return;
      failing = false;
      throw MONSTERS[at][1]();
    };
    const world = await openBank({
      ports: (vm) =>
        vm.openSupervisedPort<typeof counterdesk>(counterdesk, (port) => ({
          onOpen() {
            opened++;
            fail('opens');
          },
          async onCall() {
            await null;
            fail('awaits');
          },
          onAsk(_fields, incoming) {
            const ends = failing && (when === 'closes' || when === 'opens');
            fail('handles');
            if (ends) throw new Error('so it closes');
            port.reply(incoming, counterdesk.receives.ask, { served: opened });
          },
          onBankTotal() {},
          onClose: () => fail('closes'),
        })),
    });
    for (at = 0; at < MONSTERS.length; at++) {
      failing = true;
      if (when === 'awaits') world.teller.send(counterdesk.receives.call, { text: '' });
      const before = opened;
      await world.pass(10);
      expect(await world.until(world.teller.request(counterdesk.receives.ask, { text: '' }))).toEqual({ served: opened });
      expect(failing).toBe(false);
      expect(opened).toBeGreaterThan(before - (when === 'awaits' ? 1 : 0));
    }
    expect(world.system.vms.every(({ state }) => state === 'running')).toBe(true);
    expect(world.portErrors).toEqual([]);
  },
);

test('thrown by a plain port of the host it ends nothing, and is reported', async () => {
  const world = await openBank();
  for (const [, make] of MONSTERS) {
    const fail = () => {
      throw make();
    };
    expect(world.teller.attempt(fail)).toBe(false);
  }
  await world.pass(10);
  expect(world.portErrors).toHaveLength(MONSTERS.length);
  expect([...new Set(world.system.crashReports.map(({ party, vm }) => `${party} ${vm}`))]).toEqual(['teller host']);
  expect(world.system.ports.find(({ port }) => port === 'teller')).toMatchObject({ state: 'running', condition: 'running', restarts: 0 });
});

test('the first place in the stack is the actor, whatever stands in the message', () => {
  expect(placeOf(new Error('at evil (http://tv/evil/evil.js:1:1)\n    at evil (http://tv/evil/evil.js:1:1)'))).toMatch(
    /thrown\.test\.ts:\d+:\d+$/,
  );
  expect(placeOf(Object.assign(new Error('x'), { stack: 'Error: x\n    at a (http://tv/app/counter.ts?t=17:2:3)' }))).toBe(
    'app/counter.ts:2:3',
  );
  expect(placeOf(Object.assign(new Error('x'), { stack: 'onAdd@http://tv/app/counter.js:12:5\nhandle@http://tv/app/vm.js:1:1' }))).toBe(
    'app/counter.js:12:5',
  );
  expect(
    placeOf(Object.assign(new Error('x'), { stack: 'Error: x\n    at eval (<anonymous>:1:1)\n    at a (file:///my home/b.js:2:3)' })),
  ).toBe('my home/b.js:2:3'.slice(3));
});

test('a cause is reported, because a platform often says only there what was wrong', () => {
  const refused = new TypeError('fetch failed', { cause: new Error('connect ECONNREFUSED 127.0.0.1:9') });
  expect(reasonsOf(refused)).toBe('fetch failed: connect ECONNREFUSED 127.0.0.1:9');
  expect(reasonsOf(new Error('unreachable', { cause: new Error('unreachable') }))).toBe('unreachable');
  expect(reasonsOf(new Error('no module: bytes (text/html)', { cause: new Error('bytes') }))).toBe('no module: bytes (text/html)');
  expect(stackOf(refused)).toContain('caused by: Error: connect ECONNREFUSED 127.0.0.1:9');
});

test('the same crash of a port sixty times a second is reported once a second, with its count', async () => {
  const world = await openBank();
  const paint = () => {
    throw new Error('no canvas');
  };
  for (let i = 0; i < 90; i++) {
    world.teller.attempt(paint);
    await world.pass(1_000 / 60);
  }
  expect(world.portErrors).toHaveLength(90);
  const reasons = world.system.crashReports.map(({ reason }) => reason);
  expect(reasons).toEqual(['no canvas', 'no canvas (and 59 times before)']);
  expect(world.system.crashReports[0].position).toMatch(/thrown\.test\.ts:\d+:\d+$/);
  expect(world.system.ports.find(({ port }) => port === 'teller')!.lastCrash).toMatchObject({ reason: reasons[1] });
});
