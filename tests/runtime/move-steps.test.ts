/** Mishaps just before or after each step of a move, in each VM: the application ends as if nobody had moved. */
import { expect, test } from 'vitest';
import { Standstill } from '../../actors/contract/fault.js';
import type { VmName } from '../../actors/contract/instance.js';
import type { Vm } from '../../actors/vm/vm.js';
import type { StateOf } from '../../protocol/fields.js';
import { CONTROL_DEADLINE_MS } from '../../protocol/limits.js';
import { SMALL_MEMORIES } from '../small-memories.js';
import { Bank, type BankWorld, bank, openBank } from './bank.js';
import { endingOf } from './bank-run.js';

const OFTEN = { intensity: 1000, periodMs: 10_000 };
const HANG_MS = 20;
/** Everything on its way has arrived, and lost VMs are back. */
const QUIET_MS = 80;

type Side = 'js' | 'wasm';
const STEPS = ['suspend', 'settle', 'handOver', 'adopt', 'forget', 'setRoutes', 'resume'] as const;
type StepName = (typeof STEPS)[number];

interface Point {
  readonly vm: VmName;
  readonly step: StepName;
  readonly when: 'before' | 'after';
}

/** Every step in every VM that takes it. */
function pointsOf(from: Side, to: Side): readonly Point[] {
  return STEPS.flatMap((step) => {
    const vms: readonly VmName[] = step === 'handOver' || step === 'forget' ? [from] : step === 'adopt' ? [to] : ['host', from, to];
    return vms.flatMap((vm) => (['before', 'after'] as const).map((when) => ({ vm, step, when })));
  });
}

interface Mishap {
  readonly what: string;
  readonly from: Side;
  readonly strike?: (world: BankWorld) => unknown;
  /** The VM loops for ever instead of taking the step, or takes it and does not answer. Not the host's VM: its thread is the caller's. */
  readonly fails?: 'hangs' | 'is silent';
  /** Where the actor may be found in the end: steps before the commit are undone, those after it are not. */
  readonly ends: readonly Side[];
  /** That is all that happens. */
  readonly traps?: true;
}

const lose =
  (...vms: readonly Side[]) =>
  ({ host }: BankWorld) => {
    for (const vm of vms) host.lose(vm, 'the thread ended');
  };

/** The watcher is in Wasm, and stays there. */
const MISHAPS: readonly Mishap[] = [
  { what: 'its VM is lost', from: 'js', strike: lose('js'), ends: ['js', 'wasm'] },
  { what: 'the VM where it goes is lost', from: 'js', strike: lose('wasm'), ends: ['js', 'wasm'] },
  { what: 'both are lost', from: 'wasm', strike: lose('js', 'wasm'), ends: ['js', 'wasm'] },
  {
    what: 'it traps, wherever it is',
    from: 'js',
    strike: ({ host }) => Promise.allSettled([host.vmOf('js').crash('bank'), host.vmOf('wasm').crash('bank')]),
    ends: ['wasm'],
    traps: true,
  },
  {
    what: 'another actor of its VM traps',
    from: 'wasm',
    strike: ({ host }) => host.vmOf('wasm').crash('watcher'),
    ends: ['js'],
    traps: true,
  },
  { what: 'a VM hangs', from: 'js', fails: 'hangs', ends: ['js', 'wasm'] },
  { what: 'a VM does not answer', from: 'js', fails: 'is silent', ends: ['js', 'wasm'] },
];

type Call = (...input: unknown[]) => Promise<unknown>;

const never = () => new Promise<never>(() => {});

/** As a thread that loops for ever: busy, without progress. */
function loopIn(vm: Vm): never {
  return vm.tap.progress.during(bank.address, () => {
    throw new Standstill('at a step of a move');
  });
}

const lives = ({ system }: BankWorld, name: VmName) => system.vms.some(({ vm, state }) => vm === name && state === 'running');

/** Strikes when the step is taken for the first time. @returns whether it was */
function arm(world: BankWorld, { vm: name, step, when }: Point, { strike, fails }: Mishap): () => boolean {
  const vm = name === 'host' ? world.host.vm : world.host.vmOf(name);
  const calls = (step === 'setRoutes' ? vm : vm.moves) as unknown as Record<StepName, Call>;
  const call = calls[step].bind(calls);
  let struck = false;
  calls[step] = async (...input) => {
    if (struck) return call(...input);
    struck = true;
    if (when === 'before') {
      await strike?.(world);
      if (fails === 'hangs') loopIn(vm);
      if (!lives(world, name)) return never(); // a thread that is lost takes no step
    }
    const answer = await call(...input);
    if (when === 'after') await strike?.(world);
    if (fails === 'hangs') loopIn(vm);
    return fails === 'is silent' ? never() : answer;
  };
  return () => struck;
}

interface Options {
  readonly sharedMemory: boolean;
  readonly from: Side;
  readonly waitMs: number;
  readonly makeBank?: () => Bank;
}

/** Deposits before, during and after a move, and a request that is open all the time. */
async function play({ sharedMemory, from, waitMs, makeBank }: Options, move: (world: BankWorld) => Promise<unknown>) {
  const world = await openBank({
    capabilities: { wasm: true, workers: true, sharedMemory },
    placement: `bank=${from},watcher=wasm`,
    vmIntensity: OFTEN,
    hangMs: HANG_MS,
    makeBank,
    faults: { refuseRate: 0.1, refuseMicrosMax: 3_000 },
    ...SMALL_MEMORIES,
  });
  let amount = 0;
  const deposit = () => world.teller.send(bank.receives.deposit, { account: 0, amount: ++amount });
  const answer = world.teller.request(bank.receives.wait, {}, { deadlineMs: 10 * CONTROL_DEADLINE_MS });
  for (let i = 0; i < 5; i++) deposit();
  await world.pass(5);
  for (let i = 0; i < 5; i++) deposit();
  const moved = move(world);
  for (let i = 0; i < 5; i++) {
    deposit();
    await world.pass(1);
  }
  await world.pass(waitMs);
  await world.until(moved);
  deposit();
  world.teller.send(bank.receives.settle, {});
  const settled = (await world.until(answer)).amount;
  await world.pass(QUIET_MS);
  return { world, ending: { ...(await endingOf(world)), settled } };
}

const tryToMove = ({ system }: BankWorld, to: Side) => system.moveActor('bank', to).catch((error: unknown) => error);

test.each(MISHAPS.flatMap((mishap) => [true, false].map((sharedMemory) => ({ what: mishap.what, mishap, sharedMemory }))))(
  'at each step of a move $what: shared memory $sharedMemory',
  async ({ mishap, sharedMemory }) => {
    const { from, fails, ends, traps = false } = mishap;
    const to = from === 'js' ? 'wasm' : 'js';
    const options = { sharedMemory, from, waitMs: fails === 'is silent' ? 3 * CONTROL_DEADLINE_MS : QUIET_MS };
    const calm = await play(options, async () => {});
    const places = new Set<string>();
    let trapped = 0;
    for (const point of pointsOf(from, to).filter(({ vm }) => !fails || vm !== 'host')) {
      const at = `${point.when} ${point.step} in ${point.vm}`;
      let wasStruck = () => false;
      const { world, ending } = await play(options, (armed) => {
        wasStruck = arm(armed, point, mishap);
        return tryToMove(armed, to);
      });
      expect(wasStruck(), at).toBe(true);
      expect(ending, at).toEqual(calm.ending);
      const counters = await world.counters();
      expect(counters, at).toMatchObject({ divergent: 0, fenced: 0, refused: 0, waiting: 0 });
      trapped += counters.traps;
      const [{ state, vm }] = world.system.actors;
      expect(state, at).toBe('running');
      places.add(vm);
    }
    expect([...places].sort()).toEqual(ends);
    expect(trapped > 0).toBe(traps);
  },
);

test.each([true, false])('one that hangs as it is restored in the new VM stays where it was: shared memory %s', async (sharedMemory) => {
  const options = { sharedMemory, from: 'js', waitMs: QUIET_MS } as const;
  const calm = await play(options, async () => {});
  let hangs = false;
  class Stuck extends Bank {
    override restore(state: StateOf<typeof bank>): void {
      if (hangs) {
        hangs = false;
        throw new Standstill('as it is restored');
      }
      super.restore(state);
    }
  }
  const { world, ending } = await play({ ...options, makeBank: () => new Stuck() }, (armed) => {
    const { moves } = armed.host.vmOf('wasm');
    const adopt = moves.adopt.bind(moves);
    moves.adopt = (...input) => {
      hangs = true;
      return adopt(...input);
    };
    return tryToMove(armed, 'wasm');
  });
  expect(hangs).toBe(false);
  expect(ending).toEqual(calm.ending);
  expect(world.system.vms.find(({ vm }) => vm === 'wasm')).toMatchObject({
    state: 'running',
    reason: `hang: no progress in ${HANG_MS} ms`,
  });
  expect(world.system.actors[0]).toMatchObject({ state: 'running', vm: 'js' });
});
