/** When a Wasm VM cannot go on, its actors go on as their JavaScript twins, with their state and everything on its way. */
import { describe, expect, test } from 'vitest';
import type { Host } from '../../actors/contract/host.js';
import { type SystemOptions, startSystem } from '../../actors/index.js';
import { COOL_DOWN_MS } from '../../actors/supervisor/party/circuit.js';
import { Random } from '../../bus/random.js';
import { jsDefinition, parties, wasmDefinition } from '../../examples/counter/application.js';
import { button, counter } from '../../examples/counter/protocol/generated/index.js';
import { LOAD_DEADLINE_MS } from '../../host-shim/limits.js';
import { createSimHost, type SimHost } from '../../host-shim/sim/index.js';
import { VM_RETRY_MS } from '../../protocol/limits.js';
import { SMALL_MEMORIES } from '../small-memories.js';
import { type BankOptions, type BankWorld, bank, counterdesk, openBank } from './bank.js';
import { endingOf, nextStep, type Step } from './bank-run.js';

const SEED = Number(process.env.TANDEM_SEED ?? 1);
const RUNS = 6;
const LONG_MS = 60_000;
const NEVER_AGAIN = { intensity: 0, periodMs: LONG_MS };
/** Links that have no room now and then: gates hold output, and mailboxes have frames in them when a VM is lost. */
const FULL_LINKS = { refuseRate: 0.1, refuseMicrosMax: 3_000 };

const vmOf = ({ system }: Pick<BankWorld, 'system'>, name: string) => system.vms.find(({ vm }) => vm === name);
const actorOf = ({ system }: Pick<BankWorld, 'system'>, name: string) => system.actors.find(({ actor }) => actor === name);

/** @param budget of each VM. What goes wrong leaves the JavaScript VM within it, and takes the Wasm VM beyond it once at the most. */
function mishaps(random: Random, budget: number): (world: BankWorld) => unknown {
  const left = { js: budget, wasm: 2 * budget + 1 };
  const lose = ({ host }: BankWorld, vm: 'js' | 'wasm') => {
    if (left[vm]-- > 0) host.lose(vm, 'the thread ended');
  };
  const crash = ({ system }: BankWorld, name: string) => void system.crash(name).catch(() => {});
  const pause = () => random.integer(5);
  const kinds: Step[] = [
    (world) => lose(world, 'wasm'),
    (world) => lose(world, 'js'),
    (world) => {
      lose(world, 'wasm');
      lose(world, 'js');
    },
    async (world) => {
      lose(world, 'wasm');
      await world.pass(pause());
      lose(world, random.chance(0.7) ? 'wasm' : 'js');
    },
    (world) => crash(world, random.chance(0.5) ? 'bank' : 'watcher'),
    (world) => {
      crash(world, 'bank');
      lose(world, 'wasm');
    },
  ];
  return (world) => kinds[random.integer(kinds.length)](world);
}

interface Device {
  readonly sharedMemory: boolean;
  readonly placement: string;
}

async function play(seed: number, { sharedMemory, placement }: Device, faulty: boolean) {
  const random = new Random(seed);
  const budget = random.integer(3);
  const world = await openBank({
    seed,
    capabilities: { wasm: true, workers: true, sharedMemory },
    placement,
    vmIntensity: { intensity: budget, periodMs: LONG_MS },
    faults: FULL_LINKS,
    ...SMALL_MEMORIES,
  });
  const chance = new Random(seed + 1);
  const goWrong = mishaps(chance, budget);
  for (let step = 0; step < 80; step++) {
    const next = nextStep(random, 40);
    if (faulty && chance.chance(0.15)) await goWrong(world);
    await next(world);
    await world.pass(0);
  }
  await world.pass(200);
  return { world, ending: await endingOf(world), failedOver: vmOf(world, 'wasm')?.failedOver };
}

test.each([
  { sharedMemory: true, placement: 'wasm' },
  { sharedMemory: true, placement: 'bank=wasm,watcher=js' },
  { sharedMemory: true, placement: 'bank=js,watcher=wasm' },
  { sharedMemory: false, placement: 'wasm' },
  { sharedMemory: false, placement: 'bank=wasm,watcher=js' },
  { sharedMemory: false, placement: 'bank=js,watcher=wasm' },
])(
  `random runs in which the Wasm VM fails over end like calm ones: shared memory $sharedMemory, $placement (seed ${SEED}, TANDEM_SEED to change)`,
  async (device) => {
    let failedOver = 0;
    for (let run = 0; run < RUNS; run++) {
      const seed = SEED * 1000 + run;
      const calm = await play(seed, device, false);
      const faulty = await play(seed, device, true);
      expect(faulty.ending, `seed ${seed}`).toEqual(calm.ending);
      expect(await faulty.world.counters(), `seed ${seed}`).toMatchObject({ divergent: 0, fenced: 0, waiting: 0 });
      if (faulty.failedOver) failedOver++;
    }
    expect(failedOver).toBeGreaterThan(0);
  },
);

type Way = 'first' | 'again' | 'failed over';

/** The Wasm VM does not start, in the ways that are given. @param afterMs until that is known */
const without =
  (ways: readonly Way[], afterMs = 0) =>
  (host: SimHost): Host => {
    const startVm: Host['startVm'] = async (name, listener, how = {}) => {
      const way = how.failedOver ? 'failed over' : how.again ? 'again' : 'first';
      if (name !== 'wasm' || !ways.includes(way)) return host.startVm(name, listener, how);
      if (afterMs > 0) await new Promise<void>((resolve) => host.timers.set(afterMs, resolve));
      throw new Error(`no ${way}`);
    };
    return new Proxy(host, { get: (target, key) => (key === 'startVm' ? startVm : Reflect.get(target, key)) });
  };

async function banked(options: BankOptions) {
  const world = await openBank({ placement: 'bank=wasm,watcher=js', ...options });
  const deposit = async (amount: number) => {
    world.teller.send(bank.receives.deposit, { account: 0, amount });
    await world.pass(20);
  };
  await deposit(5);
  return { ...world, deposit };
}

const amounts = ({ receipts }: BankWorld) => receipts.map(({ amount }) => amount);

describe('a Wasm VM that has failed over', () => {
  test('is seen, and so are its actors; the system is whole', async () => {
    const world = await banked({ vmIntensity: NEVER_AGAIN });
    world.host.lose('wasm', 'out of memory');
    await world.deposit(2);
    expect(amounts(world)).toEqual([5, 7]);
    expect(vmOf(world, 'wasm')).toEqual({ vm: 'wasm', state: 'running', reason: 'out of memory', failedOver: true });
    expect(actorOf(world, 'bank')).toMatchObject({ state: 'running', vm: 'wasm', epoch: 2, circuit: 'open', condition: 'failed over' });
    expect(actorOf(world, 'watcher')).toMatchObject({ state: 'running', circuit: null, condition: 'running' });
    expect(world.system.state).toBe('running');
  });

  test('may also be one whose module no longer loads', async () => {
    const world = await banked({ vmIntensity: { intensity: 3, periodMs: LONG_MS }, hostOf: without(['again']) });
    world.host.lose('wasm', 'gone');
    await world.deposit(2);
    expect(vmOf(world, 'wasm')).toMatchObject({ state: 'restarting', reason: 'no again', failedOver: false, retryMs: VM_RETRY_MS });
    await world.pass(3 * VM_RETRY_MS);
    expect(amounts(world)).toEqual([5, 7]);
    expect(vmOf(world, 'wasm')).toMatchObject({ state: 'running', reason: 'no again', failedOver: true });
  });

  test('may also be one whose module never arrives: its budget is for the time in which it runs', async () => {
    const vmIntensity = { intensity: 3, periodMs: LOAD_DEADLINE_MS };
    const world = await banked({ vmIntensity, hostOf: without(['again'], LOAD_DEADLINE_MS) });
    world.host.lose('wasm', 'gone');
    await world.deposit(2);
    await world.pass(4 * LOAD_DEADLINE_MS);
    await world.pass(3 * VM_RETRY_MS);
    expect(amounts(world)).toEqual([5, 7]);
    expect(vmOf(world, 'wasm')).toMatchObject({ state: 'running', failedOver: true });
  });

  test('opens no ports: they belong to the VM whose definition it has', async () => {
    const opened: string[] = [];
    const ports: BankOptions['ports'] = (vm) => {
      opened.push(vm.name);
      vm.openPort(counterdesk, { onCall() {}, onAsk: () => ({ text: '' }), onBankTotal() {} });
    };
    const world = await banked({ vmIntensity: NEVER_AGAIN, ports });
    world.host.lose('wasm', 'gone');
    await world.deposit(2);
    expect(opened).toEqual(['js']);
  });

  test('has a new budget, and no other place to go', async () => {
    const world = await banked({ vmIntensity: { intensity: 1, periodMs: LONG_MS } });
    for (let loss = 0; loss < 3; loss++) {
      world.host.lose('wasm', `loss ${loss}`);
      await world.deposit(1);
    }
    expect(amounts(world)).toEqual([5, 6, 7, 8]);
    expect(vmOf(world, 'wasm')).toMatchObject({ state: 'running', failedOver: true });
    world.host.lose('wasm', 'loss 3');
    await world.pass(20);
    expect(vmOf(world, 'wasm')).toMatchObject({ state: 'lost', reason: 'loss 3' });
    expect(actorOf(world, 'bank')).toMatchObject({ state: 'lost', condition: 'stopped' });
    expect(world.system.state).toBe('degraded');
  });

  test('does not go back, and takes nobody in', async () => {
    const world = await banked({ vmIntensity: NEVER_AGAIN });
    world.host.lose('wasm', 'gone');
    await world.pass(2 * COOL_DOWN_MS);
    expect(vmOf(world, 'wasm')).toMatchObject({ state: 'running', failedOver: true });
    await expect(world.until(world.system.moveActor('watcher', 'wasm'))).rejects.toMatchObject({ code: 'state' });
    await world.until(world.system.moveActor('bank', 'js'));
    await world.deposit(2);
    expect(actorOf(world, 'bank')).toMatchObject({ state: 'running', vm: 'js', circuit: null });
    expect(amounts(world)).toEqual([5, 7]);
  });

  test('leaves its actors to their supervisors: no twin is left', async () => {
    const world = await banked({ vmIntensity: NEVER_AGAIN, intensity: 1 });
    world.host.lose('wasm', 'gone');
    await world.pass(20);
    for (let crash = 0; crash < 2; crash++) {
      await world.until(world.system.crash('bank'));
      await world.deposit(1);
    }
    expect(actorOf(world, 'bank')).toMatchObject({ state: 'exhausted', vm: 'wasm' });
  });
});

describe('a Wasm VM that does not start', () => {
  test.each([true, false])('fails over from the start, which comes back when it is lost: shared memory %s', async (sharedMemory) => {
    const capabilities = { wasm: true, workers: true, sharedMemory };
    const world = await banked({ vmIntensity: { intensity: 1, periodMs: LONG_MS }, capabilities, hostOf: without(['first', 'again']) });
    expect(vmOf(world, 'wasm')).toEqual({ vm: 'wasm', state: 'running', reason: 'no first', failedOver: true });
    expect(actorOf(world, 'bank')).toMatchObject({ state: 'running', vm: 'wasm', epoch: 1, restarts: 0, condition: 'failed over' });
    expect(world.system.state).toBe('running');
    await world.deposit(2);
    world.host.lose('wasm', 'gone');
    await world.deposit(1);
    expect(amounts(world)).toEqual([5, 7, 8]);
    expect(vmOf(world, 'wasm')).toMatchObject({ state: 'running', reason: 'gone', failedOver: true });
  });

  const onlyInWasm = { watcher: { js: false, wasm: true } };
  test.each([
    { why: 'when the twins do not either', options: { hostOf: without(['first', 'failed over']) }, reason: 'no failed over' },
    { why: 'without a circuit', options: { circuit: null }, reason: 'no first' },
    { why: 'with an actor that has no JavaScript twin', options: { placement: 'wasm', twins: onlyInWasm }, reason: 'no first' },
  ])('ends the start: $why', async ({ options, reason }) => {
    const hosts: SimHost[] = [];
    const hostOf = (host: SimHost) => {
      hosts.push(host);
      return (options.hostOf ?? without(['first']))(host);
    };
    const opening = openBank({ placement: 'bank=wasm,watcher=js', ...options, hostOf });
    await expect(opening).rejects.toMatchObject({ name: 'StartError', vm: 'wasm', party: '', message: `VM wasm did not start: ${reason}` });
    for (const vm of ['js', 'wasm'] as const) expect(() => hosts[0].vmOf(vm)).toThrow(`no VM ${vm} runs`);
  });
});

describe('an actor without a JavaScript twin', () => {
  const twins = { watcher: { js: false, wasm: true } };

  test('is lost as its VM fails over; the others of that VM go on', async () => {
    const world = await banked({ vmIntensity: NEVER_AGAIN, placement: 'wasm', twins });
    world.host.lose('wasm', 'gone');
    await world.deposit(2);
    expect(amounts(world)).toEqual([5, 7]);
    expect(actorOf(world, 'bank')).toMatchObject({ state: 'running', condition: 'failed over' });
    expect(actorOf(world, 'watcher')).toMatchObject({ state: 'lost', reason: 'VM wasm was lost: gone', circuit: null });
    expect(vmOf(world, 'wasm')).toMatchObject({ state: 'running', failedOver: true });
    expect(world.system.state).toBe('degraded');
  });

  test('stays lost when the VM is lost again', async () => {
    const world = await banked({ vmIntensity: { intensity: 1, periodMs: LONG_MS }, placement: 'wasm', twins });
    for (let loss = 0; loss < 3; loss++) {
      world.host.lose('wasm', `loss ${loss}`);
      await world.deposit(1);
    }
    expect(amounts(world)).toEqual([5, 6, 7, 8]);
    expect(actorOf(world, 'watcher')).toMatchObject({ state: 'lost' });
  });

  test('ends the system where that is how it escalates', async () => {
    const world = await banked({ vmIntensity: NEVER_AGAIN, placement: 'wasm', twins, escalation: 'stop' });
    world.host.lose('wasm', 'gone');
    await world.pass(100);
    expect(world.system).toMatchObject({ state: 'stopped', failure: 'VM wasm was lost: gone' });
  });
});

describe('a Wasm VM that does not fail over', () => {
  test.each([
    { why: 'when it cannot fail over', options: { hostOf: without(['again', 'failed over']) } },
    { why: 'without a circuit', options: { circuit: null } },
  ])('is lost: $why', async ({ options }) => {
    const world = await banked({ vmIntensity: NEVER_AGAIN, ...options });
    const asked = world.teller.request(bank.receives.wait, {}).catch(({ code }) => code);
    await world.pass(20);
    world.host.lose('wasm', 'gone');
    expect(await world.until(asked)).toBe('unreachable');
    expect(actorOf(world, 'bank')).toMatchObject({ state: 'lost' });
    expect(world.system.state).toBe('degraded');
  });

  test('ends the system where that is how it escalates', async () => {
    const world = await banked({ vmIntensity: NEVER_AGAIN, circuit: null, escalation: 'stop' });
    world.host.lose('wasm', 'gone');
    await world.pass(100);
    expect(world.system).toMatchObject({ state: 'stopped', failure: 'VM wasm was lost: gone' });
  });
});

test('the JavaScript VM does not fail over', async () => {
  const world = await openBank({ vmIntensity: NEVER_AGAIN, placement: 'bank=js,watcher=wasm', escalation: 'stop' });
  world.host.lose('js', 'gone');
  await world.pass(100);
  expect(vmOf(world, 'js')).toMatchObject({ state: 'lost', failedOver: false });
  expect(world.system).toMatchObject({ state: 'stopped', failure: 'VM js was lost: gone' });
});

const guests = new URL('../../dist/examples/counter/wasm-actors/', import.meta.url);

async function openCounter(options: Partial<SystemOptions>) {
  const shown: number[] = [];
  const vms = { js: { load: async () => jsDefinition }, wasm: { load: async () => wasmDefinition(guests) } };
  const host = createSimHost({ seed: 1, parties, vms });
  const port = host.vm.openPort(button, { onCounterChanged: ({ count }) => void shown.push(count) });
  const twins = { js: true, wasm: true };
  const actors = [{ schema: counter, twins }];
  const system = await startSystem(host, { parties, actors, placement: 'wasm', vmIntensity: NEVER_AGAIN, ...options });
  const press = (times: number) => {
    for (let i = 0; i < times; i++) port.send(counter.receives.increment, { by: 1 });
  };
  return { host, system, port, press, shown };
}

test('a guest in WebAssembly goes on in JavaScript from its snapshot and what it had handled since', async () => {
  const { host, system, press, shown, port } = await openCounter({});
  press(5);
  await host.pass(20);
  press(5);
  await host.pass(1);
  host.lose('wasm', 'the engine crashed');
  press(5);
  await host.pass(100);
  expect((await host.until(port.request(counter.receives.read, {}))).count).toBe(15);
  expect(shown.filter((count, i) => count !== shown[i - 1])).toEqual(Array.from({ length: 15 }, (_, i) => i + 1));
  expect(system.actors[0]).toMatchObject({ state: 'running', circuit: 'open' });
  expect(await system.counters()).toMatchObject({ divergent: 0, fenced: 0, deadLetters: 0, waiting: 0 });
});

test('one that crashes too often in Wasm and is in JavaScript already does not go back to a VM that has failed over', async () => {
  const { host, system, press } = await openCounter({
    circuit: { intensity: 0, coolDownMs: 1_000 },
    actors: [{ schema: counter, twins: { js: true, wasm: true } }],
  });
  await system.crash('counter');
  press(1);
  await host.pass(20);
  expect(system.actors[0]).toMatchObject({ vm: 'js', circuit: 'open' });
  host.lose('wasm', 'gone');
  await host.pass(5_000);
  expect(system.actors[0]).toMatchObject({ state: 'running', vm: 'js', circuit: 'open', epoch: 2 });
});
