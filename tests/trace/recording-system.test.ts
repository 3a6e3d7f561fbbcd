/** What a recording of a running system has: enough to run each actor again, from its start or from the middle, whatever happens meanwhile. */
import { readFileSync } from 'node:fs';
import { expect, test } from 'vitest';
import { startSystem } from '../../actors/index.js';
import { TraceSteps } from '../../actors/supervisor/trace/trace-steps.js';
import { load } from '../../host-shim/node/load.js';
import { Cast, replay } from '../../host-shim/replay/index.js';
import { NOBODY } from '../../protocol/frame.js';
import { RUNTIME_VERSION } from '../../protocol/version.js';
import { MemoryFile, openRecording, type TraceLevel, type TraceStep } from '../../trace/index.js';
import { allocateTrace, TraceWriter } from '../../trace/memory.js';
import { RecordWriter } from '../../trace/record.js';
import { application } from '../replay/applications/bank.js';
import { type BankOptions, type BankWorld, openBank, parties, Watcher } from '../runtime/bank.js';
import { bank, watcher } from '../runtime/protocol/generated/index.js';

const NO_SHARED_MEMORY = { wasm: true, sharedMemory: false, workers: false };
const PLACEMENT = 'bank=wasm,watcher=js';
const isActor = (address: number) => parties.some((party) => party.role === 'actor' && party.address === address);

async function stepsOf(file: MemoryFile): Promise<TraceStep[]> {
  const recording = await openRecording(file);
  const all: TraceStep[] = [];
  for await (const some of recording.steps()) all.push(...some);
  return all;
}

/** @returns what is missing for a replay; nothing when it is complete */
function gapsIn(steps: readonly TraceStep[]): string[] {
  const gaps: string[] = [];
  const begun = new Map<number, number>();
  const emitted = new Set(steps.flatMap((step) => (step.type === 'emitted' ? [`${step.source} ${step.sequence}`] : [])));
  for (const step of steps) {
    if (step.type === 'snapshot' && step.snapshot && !begun.has(step.party)) begun.set(step.party, step.sequence);
    if (step.type === 'started' && step.begin && !begun.has(step.party)) begun.set(step.party, step.begin.sequence);
  }
  const known = new Set<number>();
  const once = new Set<string>();
  for (const step of steps) {
    if ((step.type === 'snapshot' && step.snapshot) || (step.type === 'started' && step.begin)) known.add(step.party);
    if (step.type !== 'handled' || !isActor(step.target) || step.again || !known.has(step.target)) continue;
    const name = `${step.source} ${step.sequence} at ${step.target}`;
    if (once.has(name)) gaps.push(`${name} was handled twice`);
    once.add(name);
    const since = begun.get(step.source);
    const comesAgain = since !== undefined && step.sequence > since && emitted.has(`${step.source} ${step.sequence}`);
    if (!comesAgain && step.frame === null) gaps.push(`${name} is not there`);
  }
  return gaps;
}

async function play(world: BankWorld, times: number): Promise<void> {
  for (let i = 0; i < times; i++) {
    world.teller.send(bank.receives.deposit, { account: i % 3, amount: 1 });
    if (i % 5 === 0) world.teller.send(watcher.receives.look, { account: i % 3 });
    await world.pass(5);
  }
  await world.pass(300);
}

const WAYS: readonly (readonly [string, BankOptions, (world: BankWorld) => Promise<unknown> | unknown])[] = [
  ['nothing happens', {}, () => {}],
  ['an actor traps', {}, (world) => world.until(world.system.crash('bank'))],
  ['an actor moves', {}, (world) => world.until(world.system.moveActor('bank', 'js'))],
  ['a VM is lost', {}, (world) => world.host.lose('wasm', 'lost')],
  [
    'an actor is stopped and started',
    {},
    async (world) => {
      await world.until(world.system.stopActor('bank'));
      await world.until(world.system.startActor('bank'));
    },
  ],
];

for (const [sight, capabilities] of [
  ['shared memory', undefined],
  ['no shared memory', NO_SHARED_MEMORY],
] as const) {
  for (const [what, options, happens] of WAYS) {
    test(`${sight}, ${what}: a recording from the middle has all that a replay needs`, async () => {
      const world = await openBank({ placement: PLACEMENT, capabilities, ...options });
      await play(world, 10);
      const file = new MemoryFile();
      const recording = await world.until(world.system.record(file));
      await play(world, 20);
      await happens(world);
      await play(world, 20);
      await world.until(recording.stop());
      const steps = await stepsOf(file);
      expect(gapsIn(steps)).toEqual([]);
      const deposits = steps.filter((step) => step.type === 'handled' && step.kind === bank.receives.deposit.kind && !step.again);
      expect(deposits.length).toBe(40);
      expect(steps.some((step) => step.type === 'emitted' && step.digest === null && step.source !== NOBODY)).toBe(false);
    });
  }
}

test('a recording from the start has what each actor began with', async () => {
  const sink = new MemoryFile();
  const world = await openBank({
    placement: PLACEMENT,
    start: (host, options) => startSystem(host, { ...options, record: { sink } }),
  });
  await play(world, 5);
  await world.until(world.system.stop());
  const steps = await stepsOf(sink);
  const begun = steps.flatMap((step) =>
    step.type === 'started' && step.begin ? [[step.party, step.begin.snapshot, step.begin.sequence]] : [],
  );
  expect(begun.sort(([a], [b]) => Number(a) - Number(b))).toEqual([
    [bank.address, null, 0],
    [watcher.address, null, 0],
  ]);
  expect(gapsIn(steps)).toEqual([]);
  expect((await openRecording(sink)).facts).toMatchObject({
    level: 'inputs',
    placement: { bank: 'wasm', watcher: 'js' },
    version: RUNTIME_VERSION,
  });
  expect(sink.closed).toBe(true);
});

test('what cannot be recorded is said', async () => {
  const world = await openBank({});
  const recording = await world.until(world.system.record(new MemoryFile()));
  await expect(world.until(world.system.record(new MemoryFile()))).rejects.toThrow('is being recorded already');
  await world.until(recording.stop());
  const changes: unknown[] = [];
  world.system.onChange((change) => changes.push(change));
  const write = () => {
    throw new Error('the disk is full');
  };
  const failing = await world.until(world.system.record({ write, close() {} }));
  await play(world, 3);
  await expect(world.until(failing.stop())).rejects.toThrow('the disk is full');
  expect(changes).toContainEqual({ type: 'recording', error: new Error('the disk is full') });
});

class LongMemory extends Watcher {
  constructor() {
    super();
    this.restore({ totals: [], answers: Array(600).fill('x'.repeat(4_000)) });
  }
}

for (const [sight, capabilities] of [
  ['shared memory', undefined],
  ['no shared memory', NO_SHARED_MEMORY],
] as const) {
  test(`${sight}: the ends of the actors are in a recording up to the end`, async () => {
    const sink = new MemoryFile();
    const world = await openBank({ placement: PLACEMENT, capabilities });
    const followed: TraceStep[] = [];
    world.system.follow((more) => void followed.push(...more));
    await world.until(world.system.record(sink));
    await play(world, 5);
    await world.until(world.system.stop());
    const ends = (steps: readonly TraceStep[]) => steps.flatMap((step) => (step.type === 'ended' ? [step.party] : []));
    const all = parties.filter(({ name }) => ['bank', 'watcher', 'teller', 'stranger', 'counterdesk'].includes(name));
    for (const ended of [ends(await stepsOf(sink)), ends(followed)])
      expect([...ended].sort((a, b) => a - b)).toEqual(all.map(({ address }) => address).sort((a, b) => a - b));
  });

  test(`${sight}: after a kill all is there that happened seconds before, also when nothing has happened since`, async () => {
    const sink = new MemoryFile();
    const world = await openBank({ placement: PLACEMENT, capabilities });
    const followed: TraceStep[] = [];
    world.system.follow((more) => void followed.push(...more));
    await world.until(world.system.record(sink, { level: 'frames' }));
    await play(world, 5);
    expect(followed.length).toBeGreaterThan(20);
    const count = followed.length;
    await world.pass(5_000);
    // Nobody has closed it: this is what a kill leaves. Statuses are the recording's own.
    const left = (await stepsOf(new MemoryFile(sink.bytes.slice()))).filter(({ type }) => type !== 'status');
    expect(left.slice(0, count)).toEqual(followed.slice(0, count));
  });

  test(`${sight}: a state that is too large for the trace memory is told, and the recording says what is missing`, async () => {
    const sink = new MemoryFile();
    const world = await openBank({ placement: PLACEMENT, capabilities, makeWatcher: () => new LongMemory(), console: 'off' });
    const changes: unknown[] = [];
    world.system.onChange((change) => changes.push(change));
    const recording = await world.until(world.system.record(sink));
    await play(world, 5);
    await world.until(recording.stop());
    const states = (await stepsOf(sink)).filter((step) => step.type === 'snapshot');
    const large = states.find(({ party }) => party === watcher.address);
    expect(large).toMatchObject({ snapshot: null, tooLarge: expect.any(Number) });
    expect(large?.tooLarge).toBeGreaterThan(2 << 20);
    expect(states.find(({ party }) => party === bank.address)?.snapshot).toBeInstanceOf(Uint8Array);
    expect(changes).toContainEqual({ type: 'unrecorded', actor: 'watcher', bytes: large?.tooLarge });
    const { unreplayed, firstDifference } = await replay(await openRecording(sink), new Cast(application, load), { placement: 'js' });
    expect(firstDifference).toBe(null);
    expect(unreplayed.reasons).toContain(`watcher: its state of ${large?.tooLarge} bytes was too large to be recorded (at most 2097152)`);
  });
}

test('what is lost says what is traced, and not what was asked for', () => {
  const memory = allocateTrace(16 << 10, false);
  const writer = new RecordWriter(new TraceWriter(memory));
  const steps = new TraceSteps('js', memory);
  const write = (count: number, level: TraceLevel) => {
    for (let i = 0; i < count; i++) writer.whole({ type: 'level', vm: 'js', at: i, level, why: 'flood', missing: 0 });
    return steps.read(1, 'frames').flatMap(({ step }) => (step.type === 'level' && step.why === 'lost' ? [step.level] : []));
  };
  expect(write(1_000, 'headers')).toEqual(['frames']);
  expect(write(1_000, 'headers')).toEqual(['headers']);
});

test('the version in recordings is that of the package', () => {
  const { version } = JSON.parse(readFileSync(new URL('../../package.json', import.meta.url), 'utf8')) as { version: string };
  expect(RUNTIME_VERSION).toBe(version);
});

test('a system that has ended is neither recorded nor traced any more', async () => {
  const world = await openBank({ placement: PLACEMENT });
  await world.until(world.system.stop());
  await expect(world.system.record(new MemoryFile())).rejects.toMatchObject({ name: 'SupervisionError', code: 'state' });
  expect(world.system.recording).toBeNull();
  const over = { name: 'SupervisionError', code: 'state', message: 'system: it has ended, so nothing is traced any more' };
  await expect(world.system.watch({ level: 'headers' }, () => {})).rejects.toMatchObject(over);
  await expect(world.system.spy({ print: () => {} })).rejects.toMatchObject(over);
  await expect(world.system.trace({ level: 'headers' })).rejects.toMatchObject(over);
});
