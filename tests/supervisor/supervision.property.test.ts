/**
 * Random lives: whatever order ends, deaths, faults, stops and starts come in, everything settles. No actor stays in a state that
 * needs someone else to end it, no call hangs, no window of one period holds more restarts than the budget, epochs only rise,
 * supervisor and VM agree on the incarnation that runs, and routes lead to those that run and to no other.
 *
 * SEED=n in the environment runs other sequences; fast-check prints the one that failed.
 */
import fc from 'fast-check';
import { expect, test } from 'vitest';
import type { System } from '../../actors/application/supervised-system.js';
import type { Side } from '../../actors/contract/states.js';
import type { SystemChange } from '../../actors/supervisor/change-feed.js';
import type { Intensity } from '../../actors/supervisor/intensity.js';
import type { RestartKind } from '../../actors/supervisor/tree/specification.js';
import { anna, bert, carl, order, started } from './application.js';
import type { ScriptedHost, ScriptedVm } from './scripted-host.js';
import { settle } from './virtual-time.js';

// What stands is loaded when it is asked for, which takes no virtual time: so it is here before.
await import('../../actors/supervisor/debugger.js');
await import('../../actors/vm/loop/halt.js');

const names = ['anna', 'bert', 'carl'];
const nameAt = (address: number) => [anna, bert, carl].find((schema) => schema.address === address)?.name;
const SMALL = { intensity: 2, periodMs: 1000 };
/** Never exhausted. */
const LARGE = { intensity: 1000, periodMs: 1000 };
const settledStates = ['running', 'stopped', 'exhausted', 'failed', 'lost'];
/** Longer than any deadline that a call may have to wait for, one after another. */
const longMs = 120_000;

type Step =
  | { readonly do: 'trap' | 'trapAndGoOn' | 'trapAhead' | 'trapLate' | 'stop' | 'start' | 'finish' | 'snapshot'; readonly actor: string }
  | { readonly do: 'refuse' | 'hang'; readonly actor: string; readonly call: string; readonly times: number }
  | { readonly do: 'die'; readonly vm: Side }
  | { readonly do: 'move'; readonly actor: string; readonly vm: Side }
  | { readonly do: 'pause' | 'resume' }
  | { readonly do: 'wait'; readonly ms: number };

const actor = fc.constantFrom(...names);
const events: fc.WeightedArbitrary<Step>[] = [
  { weight: 8, arbitrary: fc.record({ do: fc.constantFrom('trap', 'trapAndGoOn', 'trapAhead'), actor }) },
  { weight: 5, arbitrary: fc.record({ do: fc.constantFrom('stop', 'start', 'finish', 'snapshot'), actor }) },
  { weight: 6, arbitrary: fc.record({ do: fc.constantFrom('wait' as const), ms: fc.constantFrom(0, 1, 200, 999, 1001, 6000) }) },
];
const late: fc.WeightedArbitrary<Step> = { weight: 1, arbitrary: fc.record({ do: fc.constant('trapLate' as const), actor }) };
const move: fc.WeightedArbitrary<Step> = {
  weight: 2,
  arbitrary: fc.record({ do: fc.constantFrom('move' as const), actor, vm: fc.constantFrom<Side>('js', 'wasm') }),
};
const pause: fc.WeightedArbitrary<Step> = { weight: 2, arbitrary: fc.record({ do: fc.constantFrom('pause', 'resume') }) };
const callFault: fc.WeightedArbitrary<Step> = {
  weight: 3,
  arbitrary: fc.record({
    do: fc.constantFrom('refuse', 'hang'),
    actor,
    call: fc.constantFrom('restart', 'stop', 'spawn', 'fence', 'setRoutes'),
    times: fc.integer({ min: 1, max: 4 }),
  }),
};
const loss: fc.WeightedArbitrary<Step> = {
  weight: 3,
  arbitrary: fc.record({ do: fc.constantFrom('die' as const), vm: fc.constantFrom<Side>('js', 'wasm') }),
};

/** The VM that has the actor; where none has it, one of them. */
function homeOf(actor: string, host: ScriptedHost): ScriptedVm {
  const [js, wasm] = [host.vm('js'), host.vm('wasm')];
  return wasm.epochs.has(actor) ? wasm : js;
}

/** Does one step. @returns the promise of a call that must settle, or nothing */
function take(taken: Step, host: ScriptedHost, system: System): Promise<unknown> | undefined {
  switch (taken.do) {
    case 'trap':
      if (homeOf(taken.actor, host).epochs.has(taken.actor)) homeOf(taken.actor, host).trap(taken.actor);
      return;
    case 'trapAndGoOn':
    case 'trapAhead': {
      const vm = homeOf(taken.actor, host);
      if (!vm.isPermitted(taken.actor)) return;
      vm.trapAndGoOn(taken.actor);
      if (taken.do === 'trapAhead') vm.trap(taken.actor);
      return;
    }
    case 'trapLate':
      homeOf(taken.actor, host).trap(taken.actor, 1);
      return;
    case 'move':
      return system.moveActor(taken.actor, taken.vm);
    case 'pause':
      return system.pause();
    case 'resume':
      return system.resume();
    case 'stop':
      return system.stopActor(taken.actor);
    case 'start':
      return system.startActor(taken.actor);
    case 'finish':
      return system.finishActor(taken.actor);
    case 'snapshot':
      return system.snapshot(taken.actor);
    case 'refuse':
      homeOf(taken.actor, host).script(taken.call, { error: new Error('refused') }, taken.times);
      return;
    case 'hang':
      homeOf(taken.actor, host).script(taken.call, 'hang', taken.times);
      return;
    case 'die':
      host.vm(taken.vm).die('exit code 1');
      return;
    case 'wait':
      return host.time.advance(taken.ms);
  }
}

interface Life {
  readonly restartedAt: Map<string, number[]>;
  readonly epochs: Map<string, number>;
}

/**
 * Notes every restart with its time, and checks that epochs only rise. A start by order begins a new budget; the loss of a VM is in that of
 * the VM.
 */
function watch(host: ScriptedHost, system: System, budget: Intensity): Life {
  const life: Life = { restartedAt: new Map(), epochs: new Map() };
  const lossesAt: number[] = [];
  system.onChange((change: SystemChange) => {
    if (change.type === 'vm' && change.state === 'restarting') lossesAt.push(host.time.nowMicros());
    if (change.type !== 'actor') return;
    const before = life.epochs.get(change.actor) ?? 1;
    expect(change.epoch).toBeGreaterThanOrEqual(before);
    life.epochs.set(change.actor, change.epoch);
    if (change.state === 'starting') life.restartedAt.delete(change.actor);
    if (change.state !== 'restarting' || change.epoch === before) return;
    const times = life.restartedAt.get(change.actor) ?? [];
    times.push(host.time.nowMicros());
    life.restartedAt.set(change.actor, times);
    const recent = (of: readonly number[]) => of.filter((time) => time >= host.time.nowMicros() - budget.periodMs * 1000).length;
    expect(recent(times)).toBeLessThanOrEqual(budget.intensity + recent(lossesAt));
  });
  return life;
}

function expectSettled(host: ScriptedHost, system: System): void {
  for (const status of system.actors) expect(settledStates, `${status.actor} is ${status.state}`).toContain(status.state);
  const gone = system.actors.filter(({ state }) => ['exhausted', 'failed', 'lost'].includes(state)).length;
  const failed = gone > 0 && gone === system.actors.length;
  expect(system.state).toBe(failed ? 'failed' : gone > 0 ? 'degraded' : 'running');
  const running = system.actors.filter(({ state }) => state === 'running').map(({ address, vm }) => [address, vm]);
  expect(host.vm('host').routes).toEqual([[34, 'host'], ...running]);
}

/** Besides, no budget is exhausted, no epoch is used twice, each VM has the incarnations that its supervisor knows, and nothing that one has sent is fenced off. */
function expectAgreed(host: ScriptedHost, system: System): void {
  expectSettled(host, system);
  expect(system.actors.map(({ state }) => state)).not.toContain('exhausted');
  const running = system.actors.filter(({ state }) => state === 'running');
  for (const { actor, vm, epoch } of running) expect([actor, host.vm(vm).epochs.get(actor)]).toEqual([actor, epoch]);
  const incarnations = host.everyVm.flatMap(({ incarnations }) => incarnations);
  for (const { address, epoch, lastSequence } of host.everyVm.flatMap(({ fences }) => fences)) {
    const former = incarnations.filter(([name, of]) => name === nameAt(address) && of < epoch).map(([, of]) => of);
    expect(lastSequence, `${nameAt(address)} is fenced as ${epoch}`).toBeGreaterThanOrEqual(Math.max(0, ...former));
  }
  const begun = incarnations.map(([name, epoch]) => `${name} ${epoch}`);
  expect(begun.filter((one, i) => begun.indexOf(one) !== i)).toEqual([]);
}

async function live(steps: readonly Step[], kinds: readonly RestartKind[], budget: Intensity, check: typeof expectAgreed): Promise<void> {
  const { host, system } = await started({
    ...budget,
    vmIntensity: budget,
    actors: [anna, bert, carl].map((schema, i) => order(schema, { restart: kinds[i] })),
  });
  watch(host, system, budget);
  const errors: unknown[] = [];
  const unsettled = new Set<Promise<unknown>>();
  for (const taken of steps) {
    const call = take(taken, host, system);
    if (!call) continue;
    unsettled.add(call);
    call.catch((error) => errors.push(error)).finally(() => unsettled.delete(call));
    if (taken.do === 'wait') await call;
    if (taken.do === 'pause') await settle();
  }
  await host.time.advance(longMs);
  if (system.paused) await system.resume();
  await host.time.advance(longMs);
  expect([...unsettled].length, 'calls').toBe(0);
  for (const error of errors) expect((error as Error).name).toMatch(/^(SupervisionError|StartError|ControlError|PauseError)$/);
  check(host, system);
  const left = names.filter((name) => system.actors.some((status) => status.actor === name));
  const stopped = system.stop();
  await host.time.advance(longMs);
  expect((await stopped).map((entry) => entry.actor)).toEqual(left.reverse());
  expect(system.state).toBe('stopped');
  expect(host.time.pending, 'timers').toBe(0);
}

const kind = fc.constantFrom<RestartKind>('permanent', 'transient', 'temporary');
const parameters = { seed: Number(process.env.SEED ?? 20_261_121), numRuns: 150 };
/** By default fast-check takes a quarter of that at most. */
const LONG = { maxLength: 40, size: 'max' } as const;

test('property: everything settles, within the budget', async () => {
  const steps = fc.array(fc.oneof(...events, late, loss, callFault), LONG);
  const property = fc.asyncProperty(steps, fc.tuple(kind, kind, kind), (taken, kinds) => live(taken, kinds, SMALL, expectSettled));
  await fc.assert(property, parameters);
});

test('property: where every call is answered, supervisor and VMs agree on the incarnations', async () => {
  const steps = fc.array(fc.oneof(...events, loss, move, pause), LONG);
  const property = fc.asyncProperty(steps, fc.tuple(kind, kind, kind), (taken, kinds) => live(taken, kinds, LARGE, expectAgreed));
  await fc.assert(property, parameters);
});
