/** The application stands as a whole, time included, and goes on: message by message, to a message, to a trap, at breakpoints. */
import { expect, test } from 'vitest';
import { PAUSING_TOLD_MS, type Paused } from '../../actors/contract/pause.js';
import type { SystemChange } from '../../actors/supervisor/change-feed.js';
import { frameLength, readHeader } from '../../protocol/frame.js';
import { CONTROL_DEADLINE_MS } from '../../protocol/limits.js';
import { type BankOptions, bank, openBank, watcher } from './bank.js';

/** Longer than every deadline, and than a hang. */
const LONG_MS = 60_000;

async function open(options: BankOptions = {}) {
  const changes: SystemChange[] = [];
  const world = await openBank({ placement: 'bank=js,watcher=wasm', onChange: (change) => void changes.push(change), ...options });
  const { system, teller, until } = world;
  await world.pass(100);
  return {
    ...world,
    changes,
    pause: () => until(system.pause()),
    step: () => until(system.step()),
    resume: (...how: Parameters<typeof system.resume>) => until(system.resume(...how)),
    deposit: (amount: number) => teller.send(bank.receives.deposit, { account: 0, amount }),
    /** How many messages each pair has seen handled, in all VMs. */
    handled: async () => Object.values((await until(world.counters())).handled).reduce((sum, more) => sum + more, 0),
    crashes: () => changes.filter(({ type }) => type === 'crash').length,
  };
}

const told = ({ why, message, next }: Paused) => [why, message?.kindName, next?.kindName];

test('while it stands nothing is handled, time stands with its timers, and what is sent waits', async () => {
  const world = await open();
  const { host, system, deposit, handled, totals } = world;
  const fired: number[] = [];
  host.timers.set(50, () => fired.push(host.clock.nowMicros()));
  const due = host.clock.nowMicros() + 50_000;
  const stood = await world.pause();
  const [before, at] = [await handled(), host.clock.nowMicros()];
  expect(stood).toMatchObject({ why: 'asked', next: null, at });
  deposit(1);
  deposit(2);
  await world.pass(LONG_MS);
  expect([await handled(), host.clock.nowMicros(), fired, totals]).toEqual([before, at, [], []]);
  // Whoever asks again sees what waits now.
  const waits = { next: { kindName: 'bank.deposit', vm: 'js', source: 'teller' }, why: 'asked', at };
  expect(await world.until(system.lookAgain())).toMatchObject({ ...waits, vms: [{ waiting: 0 }, { waiting: 2 }, { waiting: 0 }] });
  await world.resume();
  expect(system.paused).toBeNull();
  await world.pass(100);
  expect([totals, fired]).toEqual([[1, 3], [due]]);
  expect(world.changes.flatMap((change) => (change.type === 'paused' ? [change.paused?.why ?? null] : []))).toEqual(['asked', null]);
  await expect(world.step()).rejects.toMatchObject({ name: 'PauseError', code: 'state' });
  await world.until(system.stop());
});

test('whoever looks again at what waits does not stop what goes on meanwhile', async () => {
  const world = await open();
  await world.pause();
  const [, seen] = await world.until(Promise.all([world.system.resume(), world.system.lookAgain()]));
  expect([seen, world.system.paused]).toEqual([null, null]);
  await world.until(world.system.stop());
});

test('deadlines of requests do not pass, nor does the watchdog end anything; a request that came before is answered', async () => {
  const world = await open({ hangMs: 20 });
  const answer = world.teller.request(bank.receives.wait, {}, { deadlineMs: 200 });
  await world.pass(20);
  await world.pause();
  await world.pass(LONG_MS);
  expect(world.system.vms.map(({ state }) => state)).toEqual(['running', 'running', 'running']);
  await world.resume();
  world.teller.send(bank.receives.settle, {});
  expect(await world.until(answer)).toEqual({ amount: 0 });
  await world.until(world.system.stop());
});

test('a step handles one message of all VMs, the one that was sent first, and nothing is lost', async () => {
  const world = await open();
  await world.pause();
  world.deposit(1);
  world.deposit(2);
  const before = await world.handled();
  const steps: Paused[] = [];
  for (let step = await world.step(); ; step = await world.step()) {
    steps.push(step);
    expect(await world.handled()).toBe(before + steps.length);
    if (!step.next) break;
  }
  // The deposit, then what came of it in other VMs, and the second: no effect before its cause.
  const kinds = steps.map(({ message }) => message?.kindName);
  expect(kinds.filter((kind) => kind === 'bank.deposit')).toHaveLength(2);
  expect(kinds.indexOf('bank.deposit')).toBeLessThan(kinds.indexOf('teller.receipt'));
  expect(kinds.filter((kind) => kind === 'bank.total').length).toBeGreaterThanOrEqual(4);
  expect(steps.every(({ message, vm }, i) => i === 0 || (vm !== null && steps[i - 1].next?.sequence === message?.sequence))).toBe(true);
  expect(world.totals).toEqual([1, 3]);
  await expect(world.step()).rejects.toMatchObject({ code: 'nothing' });
  // Messages of a step are stamped after all that were before.
  expect(steps.every(({ at }, i) => i === 0 || at >= steps[i - 1].at)).toBe(true);
  await world.resume();
  await world.until(world.system.stop());
});

test('a breakpoint holds the whole application before the message, once, also within a batch', async () => {
  const world = await open();
  await world.until(world.system.pauseAt(['bank.deposit to bank if message.amount > 1']));
  for (const amount of [1, 2, 3]) world.deposit(amount);
  await world.pass(200);
  const first = world.system.paused!;
  expect(told(first)).toEqual(['breakpoint', 'bank.deposit', expect.anything()]);
  expect(world.system.paused).toMatchObject({ vm: 'js', message: { party: 'bank', source: 'teller' } });
  await world.resume();
  await world.pass(200);
  const { sequence } = first.message!;
  expect(world.system.paused).toMatchObject({ why: 'breakpoint', message: { kindName: 'bank.deposit', sequence: sequence + 1 } });
  await world.until(world.system.pauseAt(['bank.deposit if message.amount.none.text']));
  world.deposit(4);
  await world.resume();
  await world.pass(200);
  expect(world.system.paused?.detail).toMatch(/^the condition of bank\.deposit if message\.amount\.none\.text threw: .*undefined/);
  await world.until(world.system.pauseAt([]));
  await world.resume();
  await world.pass(200);
  expect([world.system.paused, world.totals]).toEqual([null, [1, 3, 6, 10]]);
  const wrong = await world.until(world.system.pauseAt(['bank.deposit if message.']).catch((error: unknown) => error));
  expect(wrong).toMatchObject({ name: 'BreakpointError', code: 'condition' });
  await expect(world.until(world.system.pauseAt(['bank.nothing']))).rejects.toMatchObject({ code: 'kind' });
  await world.until(world.system.stop());
});

test('it goes on until a message was handled, or a trap is caught, which is restarted only when it goes on', async () => {
  const world = await open();
  await world.pause();
  world.deposit(1);
  await world.resume({ handled: { kind: 'teller.receipt' } });
  await world.pass(200);
  expect(world.system.paused).toMatchObject({ why: 'after', message: { kindName: 'teller.receipt', party: 'teller' } });
  expect(world.receipts).toHaveLength(1);
  await world.until(world.system.crash('bank'));
  world.deposit(2);
  await world.resume('trap');
  await world.pass(200);
  expect(world.system.paused).toMatchObject({
    why: 'trap',
    detail: 'injected fault',
    message: { kindName: 'bank.deposit', party: 'bank' },
  });
  const { frame } = world.system.paused!.message!;
  expect(readHeader(frame, 0)).toMatchObject({ kind: bank.receives.deposit.kind });
  expect(frame).toHaveLength(frameLength(frame, 0));
  await world.pass(LONG_MS);
  const loadOf = async () => (await world.system.health()).actors.find(({ actor }) => actor === 'bank')?.load?.state;
  expect(await loadOf()).toBe('restarting');
  await world.resume();
  await world.pass(200);
  expect([await loadOf(), world.totals, world.crashes()]).toEqual(['running', [1, 3], 1]);
  await world.pause();
  world.teller.send(bank.receives.explode, { account: 0 });
  await world.resume('trap');
  // To find it, a source map is read.
  const position = async () => {
    await world.pass(10);
    return world.system.paused?.position;
  };
  await expect.poll(position, { timeout: LONG_MS }).toBeTruthy();
  const place = { why: 'trap', detail: 'the vault is on fire', position: expect.stringMatching(/runtime\/bank\.ts:\d+:\d+$/) };
  expect(world.system.paused).toMatchObject(place);
  // Whoever is told of changes alone has it, too.
  expect(world.changes.findLast(({ type }) => type === 'paused')).toMatchObject({ paused: place });
  // More of a message is shown than a crash report has, so that it is whole: in no list is it before it goes on.
  await world.resume();
  await world.pass(500);
  await world.pause();
  await world.until(world.system.crash('bank'));
  world.teller.send(bank.receives.note, { account: 0, text: 'x'.repeat(2_000) });
  await world.resume('trap');
  await world.pass(200);
  const { message, why } = world.system.paused!;
  expect([why, message?.kindName]).toEqual(['trap', 'bank.note']);
  expect(message!.frame).toHaveLength(frameLength(message!.frame, 0));
  expect(message!.frame.length).toBeGreaterThan(2_000);
  await world.until(world.system.stop());
});

test('while a VM hangs, it is told at once for whom is waited, and for how long at most', async () => {
  const world = await open();
  const reports = () => world.changes.flatMap((change) => (change.type === 'pausing' ? [change.report] : []));
  await world.until(world.system.hang('bank'));
  world.deposit(1);
  await world.pass(10);
  const pausing = world.system.pause();
  await world.pass(PAUSING_TOLD_MS + 10);
  expect(reports()).toEqual([{ vms: ['js'], atMostMs: CONTROL_DEADLINE_MS }]);
  expect(world.system.paused).toBeNull();
  // The watchdog ends it, and the others stand.
  expect(await world.until(pausing)).toMatchObject({ why: 'asked' });
  expect(reports().at(-1)).toEqual({ vms: [], atMostMs: CONTROL_DEADLINE_MS });
  await world.resume();
  await world.pass(500);
  expect(world.totals).toEqual([1]);
  // Who stands at once is not told of.
  const before = reports().length;
  await world.pause();
  expect(reports()).toHaveLength(before);
  await world.until(world.system.stop());
});

test('a VM that is lost while it stands comes back as the application goes on, on the same time', async () => {
  const world = await open();
  await world.pause();
  world.deposit(1);
  world.host.lose('js', 'the thread ended');
  await world.pass(LONG_MS);
  expect(world.totals).toEqual([]);
  await world.resume();
  await world.pass(500);
  expect(world.totals).toEqual([1]);
  // Messages of before and after are on one clock, behind that of the platform.
  expect(world.host.kernel.now - world.host.clock.nowMicros()).toBeGreaterThanOrEqual(LONG_MS * 1000);
  await world.until(world.system.stop());
});

test.each([0, 1, 2, 5, 10, 20])('one that is coming back as it is to stand stands, too: %i ms after its loss', async (laterMs) => {
  const world = await open();
  // Everything is loaded.
  await world.pause();
  await world.resume();
  world.host.lose('js', 'the thread ended');
  await world.pass(laterMs);
  await world.pause();
  world.deposit(1);
  await world.pass(LONG_MS);
  expect(world.totals).toEqual([]);
  await world.resume();
  await world.pass(500);
  expect(world.totals).toEqual([1]);
  await world.until(world.system.stop());
});

test('a step at which a VM hangs ends that VM, and the others stand', async () => {
  const world = await open({ hangMs: 20 });
  await world.until(world.system.hang('bank'));
  await world.pause();
  world.deposit(1);
  const stepped = await world.step();
  expect(stepped).toMatchObject({ why: 'step', vm: 'js' });
  expect(stepped.vms.map(({ vm }) => vm)).not.toContain('js');
  await world.resume();
  await world.pass(1_000);
  expect(world.totals).toEqual([1]);
  await world.until(world.system.stop());
});

test('a system that stops does not stand any more, and handles what waits', async () => {
  const world = await open();
  await world.pause();
  world.deposit(1);
  world.teller.send(watcher.receives.look, { account: 0 });
  await world.until(world.system.stop());
  expect([world.totals, world.system.paused]).toEqual([[1], null]);
  await expect(world.system.pause()).rejects.toMatchObject({ code: 'state' });
});
