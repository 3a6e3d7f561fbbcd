/** What a recording tells of the tree, its machines, circuits, epochs and storage, compared with what the system itself said at that moment. */
import { expect, test } from 'vitest';
import { startSystem } from '../../actors/index.js';
import { Statuses } from '../../debugger/table/statuses.js';
import { MemoryFile, openRecording, type TraceStep } from '../../trace/index.js';
import { supervisorsOf } from '../../trace/status.js';
import { type BankWorld, openBank } from '../runtime/bank.js';
import { bank } from '../runtime/protocol/generated/index.js';

type Said = Readonly<Record<string, unknown>>;

/** @returns only what both tell */
const common = (said: readonly object[], told: readonly object[]): readonly Said[] =>
  told.map((one, i) => Object.fromEntries(Object.keys(one).map((name) => [name, (said[i] as Said)[name]])));

async function stepsOf(file: MemoryFile): Promise<readonly TraceStep[]> {
  const steps: TraceStep[] = [];
  for await (const some of (await openRecording(file)).steps()) steps.push(...some);
  return steps;
}

async function play(world: BankWorld, times: number): Promise<void> {
  for (let i = 0; i < times; i++) {
    world.teller.send(bank.receives.deposit, { account: i % 3, amount: 1 });
    await world.pass(5);
  }
  await world.pass(300);
}

test('a recording from the middle knows at each moment what the system said then', async () => {
  const world = await openBank({ placement: 'bank=wasm,watcher=js' });
  const { system, host } = world;
  await play(world, 5);
  const file = new MemoryFile();
  const recording = await world.until(system.record(file, { snapshotEveryMs: 2_000 }));
  const moments: {
    readonly at: number;
    readonly actors: readonly object[];
    readonly ports: readonly object[];
    readonly vms: readonly object[];
  }[] = [];
  const look = async () => {
    // A later change has a later time.
    await world.pass(1);
    moments.push({ at: host.clock.nowMicros(), actors: system.actors, ports: system.ports, vms: system.vms });
    await world.pass(1);
  };
  await look();
  for (const happens of [
    () => system.crash('bank'),
    () => system.moveActor('bank', 'js'),
    () => system.stopActor('watcher'),
    () => system.startActor('watcher'),
  ]) {
    await world.until(happens());
    await play(world, 30);
    await look();
  }
  const { supervision } = await world.until(system.health());
  await world.until(recording.stop());

  const steps = await stepsOf(file);
  const statuses = new Statuses();
  for (const step of steps) statuses.note(step);
  for (const { at, ...said } of moments) {
    const told = statuses.at(at)!;
    for (const list of ['actors', 'ports', 'vms'] as const) {
      expect(told[list].length).toBe(said[list].length);
      expect(told[list]).toEqual(common(said[list], told[list]));
    }
    expect(told.supervisors).toEqual(supervisorsOf(supervision.tree, supervision.intensity));
  }
  const [first, , , stopped] = moments.map(({ at }) => statuses.at(at)!);
  expect(first.actors.map(({ state }) => state)).toEqual(first.actors.map(() => 'running'));
  expect(stopped.actors.find(({ actor }) => actor === 'watcher')?.state).toBe('stopped');
  expect(statuses.at(0)).toEqual(statuses.at(moments[0].at));

  // On change, and as a whole at the interval: not with each message.
  const noted = steps.flatMap((step) => (step.type === 'status' ? [step] : []));
  const seconds = (noted.at(-1)!.at - noted[0].at) / 1e6;
  expect(noted.filter(({ whole }) => whole).length).toBeLessThanOrEqual(2 + seconds / 2);
  expect(noted.filter(({ whole }) => !whole).length).toBeLessThan(40);
  expect(steps.filter(({ type }) => type === 'handled').length).toBeGreaterThan(120);
});

test('a recording from the start has how everything came to run', async () => {
  const sink = new MemoryFile();
  const world = await openBank({
    placement: 'bank=wasm,watcher=js',
    start: (host, options) => startSystem(host, { ...options, record: { sink } }),
  });
  await play(world, 3);
  await world.until(world.system.stop());
  const noted = (await stepsOf(sink)).flatMap((step) => (step.type === 'status' ? [step] : []));
  const states = noted.flatMap(({ status }) => status.actors.flatMap(({ actor, state }) => (actor === 'bank' ? [state] : [])));
  expect(states).toEqual(expect.arrayContaining(['starting', 'running', 'stopped']));
  expect(noted.at(-1)!.status.state).toBe('stopped');
});

test('what came before the first whole status is not told', () => {
  const statuses = new Statuses();
  const status = { state: 'up', escalation: 'degrade', supervisors: [], vms: [], actors: [], ports: [], persistent: [] };
  statuses.note({ type: 'status', vm: 'host', at: 5, whole: false, status });
  expect(statuses.at(9)).toBeNull();
});
