/** A guest that lies, in every possible way: the lie is its actor's trap, then poison or a fail over, and no other actor notices. */
import { describe, expect, test } from 'vitest';
import { createSimHost, type SimHost } from '../../host-shim/sim/index.js';
import { wasmActorFactory } from '../../host-shim/wasm/guest.js';
import { frame } from './frames.js';
import { readModule } from './guests.js';
import { hostileGuest, type Lie, wayOf } from './hostile-guest.js';
import { HostileStage, type HostileStageOptions } from './hostile-stage.js';
import { jsDefinition, parties, wasmDefinition } from './hostile-world.js';
import { trap } from './protocol/generated/index.js';
import { catchTrap } from './trap.js';

const neighbour = new WebAssembly.Module(readModule('dist/tests/guests/base/base.wasm'));
const hostile = new WebAssembly.Module(hostileGuest());

async function open(options: HostileStageOptions = {}, module = hostile): Promise<{ stage: HostileStage; host: SimHost }> {
  const vms = { js: { load: async () => jsDefinition }, wasm: { load: async () => wasmDefinition(module, neighbour) } };
  const host = createSimHost({ seed: 1, parties, vms, spareInstances: false, journalBytes: 512 << 10, ringBytes: 256 << 10 });
  const stage = new HostileStage(host);
  await stage.start(options);
  return { stage, host };
}

/** In the order in which the ways of the guest are listed. */
const LIES: readonly (readonly [Lie, RegExp])[] = [
  ['outbox out of range', /its outbox of 52 bytes at 2147483632 is beyond its memory of 65536/],
  ['outbox of 2 GB', /its outbox of 2147483648 bytes/],
  ['outbox over the end', /its outbox of 52 bytes at 65528 is beyond its memory of 65536/],
  ['frame longer than the rest', /no frame at byte 0 of its outbox: truncated/],
  ['frame of length 0', /no frame at byte 0 of its outbox: header/],
  ['frame of a negative length', /no frame at byte 0 of its outbox: too long/],
  ['frame shorter than a header', /no frame at byte 0 of its outbox: header/],
  ['frame with a wrong tag', /no frame at byte 0 of its outbox: header at byte 4/],
  ['frame of 6 MB', /no frame at byte 0 of its outbox: too long/],
  ['malformed frames, 4 G', /it notes 4294967295 malformed frames of/],
  ['malformed frames out of range', /its list of malformed frames of 12 bytes at 4294967280 is beyond its memory/],
  ['malformed frame after the batch', /it notes frame 70000 of \d as malformed/],
  ['inbox out of range', /its inbox of 16384 bytes at 4294967232 is beyond/],
  ['inbox of 4 GB', /its inbox of 4294967295 bytes/],
  ['progress beyond the batch, and a trap', /it has handled 70000 frames of \d: unreachable/],
  ['progress of a frame for ever', /it tells of progress at frame 0/],
  ['progress of every frame for ever', /it tells of progress at frame \d/],
  ['progress of a negative frame', /it tells of progress at frame -1/],
];

async function becomesPoison(lie: Lie, reason: RegExp, alone: boolean): Promise<void> {
  const { stage, host } = await open();
  const asked = [stage.ask()];
  stage.add(1);
  if (alone) await host.pass(5);
  stage.lie(lie);
  if (alone) await host.pass(5);
  stage.add(2);
  asked.push(stage.ask());
  await host.pass(20);
  asked.push(stage.ask());
  stage.add(4);
  await host.until(Promise.all(asked));
  await host.pass(5);
  expect(stage.losses).toBe(0);
  expect(stage.sums).toEqual([1, 3, 7]);
  expect(stage.crashes.map(({ party }) => party)).toEqual(['trap', 'trap']);
  for (const report of stage.crashes) expect(report.reason).toMatch(reason);
  expect(stage.poisoned).toMatchObject([{ party: 'trap', attempt: 2, message: { kindName: 'trap.trap' } }]);
  expect(await stage.system.deadLetters()).toMatchObject([{ code: 'poisoned' }]);
  expect(stage.actor('trap')).toMatchObject({ state: 'running', vm: 'wasm' });
  expect(stage.actor('base')).toMatchObject({ state: 'running', epoch: 1 });
}

describe('a lie is a trap, and poison at the second', () => {
  test.each(LIES)('%s', (lie, reason) => becomesPoison(lie, reason, false));
  test.each(LIES.slice(0, 4))('%s, alone in its batch', (lie, reason) => becomesPoison(lie, reason, true));
});

describe('an invalid snapshot is found when it is taken, and the message before it is poison', () => {
  test.each<[Lie, RegExp]>([
    ['an empty snapshot', /its snapshot could not be restored: truncated at byte 0/],
    ['a snapshot of garbage', /its snapshot could not be restored: type at byte 1 in snapshot.publicationVersions/],
    ['a snapshot that differs each time', /its snapshot differs when it is taken again/],
    ['a snapshot of 17 MB', /its snapshot has 17825792 bytes, more than SNAPSHOT_BYTES_MAX/],
    ['a snapshot out of range', /its snapshot of 6 bytes at 4294967292 is beyond its memory/],
    ['a snapshot that traps', /unreachable/],
    ['a snapshot with progress', /it tells of progress at frame 1, outside of a batch/],
  ])('%s', async (lie, reason) => {
    const { stage, host } = await open();
    stage.add(1);
    await host.pass(5);
    stage.lie(lie);
    stage.add(2);
    await host.pass(5);
    stage.add(4);
    await host.until(stage.ask());
    await host.pass(5);
    await stage.system.snapshot('trap').catch(() => {});
    await host.pass(20);
    stage.add(8);
    await host.pass(5);
    host.lose('wasm', 'the thread ended');
    await host.pass(20);
    stage.add(16);
    await host.until(stage.ask());
    await host.pass(20);
    expect(stage.losses).toBe(1);
    expect(stage.sums).toEqual([1, 3, 7, 15, 31]);
    expect(stage.crashes).toMatchObject([
      { party: 'trap', attempt: 1, message: { kindName: '' } },
      { party: 'trap', attempt: 2, message: { kindName: 'trap.trap' } },
    ]);
    for (const report of stage.crashes) expect(report.reason).toMatch(reason);
    expect(await stage.system.deadLetters()).toMatchObject([{ code: 'poisoned' }]);
    expect(stage.actor('trap')).toMatchObject({ state: 'running', vm: 'wasm' });
    expect(stage.actor('base')).toMatchObject({ state: 'running', epoch: 2 });
  });
});

test.each([true, false])('a state that its guest cannot restore ends only that actor when the VM is lost; with a twin %s', async (twin) => {
  const { stage, host } = await open({ twin, intensity: 3 });
  stage.lie('a state whose restore traps');
  await host.until(stage.ask());
  await host.pass(5);
  // During recovery it handles that message again, and its state goes into a checkpoint.
  for (const _time of [1, 2]) {
    host.lose('wasm', 'the thread ended');
    await host.until(stage.ask());
    await host.pass(100);
  }
  stage.add(1);
  await host.until(stage.ask());
  await host.pass(20);
  expect(stage.losses).toBe(2);
  expect(new Set(stage.crashes.map(({ party, reason }) => `${party} ${reason}`))).toEqual(new Set(['trap unreachable']));
  if (twin) expect(stage.actor('trap')).toMatchObject({ state: 'running', vm: 'js' });
  else expect(stage.actor('trap')).toMatchObject({ state: 'exhausted', reason: expect.stringMatching(/unreachable/) });
  expect(stage.sums).toEqual(twin ? [101] : []);
  expect(stage.actor('base')).toMatchObject({ state: 'running', vm: 'wasm', epoch: 3 });
});

test('a lie at every message ends in a fail over with the earlier state', async () => {
  const { stage, host } = await open();
  stage.add(1);
  await host.pass(5);
  for (const [lie] of LIES.slice(0, 6)) stage.lie(lie);
  stage.add(2);
  await host.until(stage.ask());
  await host.pass(100);
  expect(stage.losses).toBe(0);
  expect(stage.sums).toEqual([1, 3]);
  expect(stage.actor('trap')).toMatchObject({ state: 'running', vm: 'js' });
  expect(stage.actor('base')).toMatchObject({ state: 'running', vm: 'wasm', epoch: 1 });
});

test('without a twin only the lying actor ends', async () => {
  const { stage, host } = await open({ twin: false, intensity: 3 });
  for (const [lie] of LIES.slice(0, 6)) stage.lie(lie);
  await host.pass(100);
  await host.until(stage.ask());
  expect(stage.losses).toBe(0);
  expect(stage.actor('trap')).toMatchObject({ state: 'exhausted', reason: expect.stringMatching(/the guest breaks its ABI/) });
  expect(stage.actor('base')).toMatchObject({ state: 'running', epoch: 1 });
});

test('the new part of growing shared memory is read', async () => {
  const { stage, host } = await open({}, new WebAssembly.Module(hostileGuest({ shared: true })));
  for (let number = 1; number <= 8; number++) {
    stage.add(number);
    if (number % 2) await host.pass(5);
  }
  await host.until(stage.ask());
  await host.pass(20);
  expect(stage.sums).toEqual([1, 3, 6, 10, 15, 21, 28, 36]);
  expect(stage.crashes).toEqual([]);
  expect(stage.losses).toBe(0);
});

test.each([
  ['NaN', { type: 'f64', value: '(f64.const nan)' }],
  ['no integer', { type: 'f64', value: '(f64.const 256.5)' }],
  ['a long', { type: 'i64', value: '(i64.const 256)' }],
  ['beyond the memory', { type: 'i32', value: '(i32.const 65500)' }],
  ['negative', { type: 'i32', value: '(i32.const -256)' }],
  ['between two words', { type: 'i32', value: '(i32.const 257)' }],
])('an address of the cells that is %s is refused before anything runs', (_name, cells) => {
  const module = new WebAssembly.Module(hostileGuest({ cells }));
  expect(() => wasmActorFactory(trap, module)).toThrow(/^cells: .* is no address of 10 words in a memory of 65536 bytes$/);
});

test('a guest’s abort message is read as far as it exists', () => {
  const instance = wasmActorFactory(trap, hostile).create({});
  const batch = frame(trap.receives.trap.kind, [wayOf('abort with a text out of range')]);
  const end = catchTrap(() => instance.handle(batch, 0, batch.length));
  expect([end.message, end.position]).toEqual(['abort', '']);
});
