/** The steps into an application that exists: each is a word in its definition, and what the application says and hears is the same. */
import { describe, expect, test } from 'vitest';
import { reasonsOf } from '../../actors/contract/thrown.js';
import type { SystemChange } from '../../actors/supervisor/change-feed.js';
import { Counter } from '../../examples/counter/js-actors/counter.js';
import { counter } from '../../examples/counter/protocol/generated/counter.js';
import type { ApplicationDefinition } from '../../host-shim/common/application-definition.js';
import { start } from '../../host-shim/node/index.js';
import { startTest } from '../../host-shim/sim/index.js';
import { createCounting } from './counter-application.js';

/** What an application does, in whatever step. */
async function count(options: Partial<Parameters<typeof startTest>[1]>) {
  const changes: SystemChange[] = [];
  const { counter, system, host } = await startTest(createCounting(), {
    seed: 1,
    console: 'off',
    onChange: (change) => changes.push(change),
    ...options,
  });
  const heard: number[] = [];
  counter.on('changed', ({ count }) => heard.push(count));
  for (const by of [1, 2, 3]) counter.increment({ by });
  const read = async () => (await counter.read()).count;
  return { counter, system, host, heard, changes, read, total: await read() };
}

const vmsOf = (changes: readonly SystemChange[]) => new Set(changes.flatMap((change) => (change.type === 'vm' ? [change.vm] : [])));

describe.each([
  ['host', 'js', ['host', 'js']],
  ['js', 'js', ['host', 'js']],
  ['wasm', 'wasm', ['host', 'js', 'wasm']],
  ['counter=wasm', 'wasm', ['host', 'js', 'wasm']],
])('placement %s', (placement, vm, vms) => {
  test('counts the same, and starts the VMs that it needs', async () => {
    const { total, heard, system, changes } = await count({ placement });
    expect(total).toBe(6);
    expect(heard).toEqual([1, 3, 6]);
    expect(system.placement).toMatchObject([{ actor: 'counter', vm, reason: 'configured' }]);
    expect([...vmsOf(changes)].sort()).toEqual(vms);
  });
});

test('a share of devices runs in Wasm: a device stays what it is', async () => {
  const vmOf = async (deviceId: string) => (await count({ placement: 'wasm', deviceId })).system.placement[0].vm;
  const application = { ...createCounting(), rolloutPercent: 50 };
  const placed = async (deviceId: string) => {
    const { system } = await startTest(application, { seed: 1, placement: 'wasm', deviceId });
    return system.placement[0];
  };
  const devices = Array.from({ length: 12 }, (_, i) => `device ${i}`);
  const first = await Promise.all(devices.map(placed));
  expect(new Set(first.map(({ vm, reason }) => `${vm} ${reason}`))).toEqual(new Set(['js rollout', 'wasm configured']));
  expect(await Promise.all(devices.map(placed))).toEqual(first);
  expect(await vmOf('device 0')).toBe('wasm');
});

describe('a guest that traps', () => {
  test("onTrap 'twin': its JavaScript twin answers the very request, with all that it had, and goes on", async () => {
    const { system, host, read, heard, counter, changes } = await count({ placement: 'wasm', onTrap: 'twin' });
    await host.until(system.crash('counter'));
    expect(await read()).toBe(6);
    expect(system.actors[0]).toMatchObject({ vm: 'js', restarts: 1, circuit: 'open', twin: { side: 'js', why: 'crashes' } });
    counter.increment({ by: 4 });
    expect(await read()).toBe(10);
    expect(heard).toEqual([1, 3, 6, 10]);
    expect(changes.filter(({ type }) => type === 'crash')).toHaveLength(1);
  });

  test("onTrap 'twin': after a minute it is tried in Wasm once more, and stays in JavaScript if it traps again", async () => {
    const { system, host, read } = await count({ placement: 'wasm', onTrap: 'twin' });
    await host.until(system.crash('counter'));
    await read();
    await host.pass(61_000);
    expect(system.actors[0]).toMatchObject({ vm: 'wasm', circuit: 'half-open' });
    await host.until(system.crash('counter'));
    expect(await read()).toBe(6);
    await host.pass(600_000);
    expect(system.actors[0]).toMatchObject({ vm: 'js', circuit: 'open' });
  });

  test("onTrap 'restart': it is restarted in Wasm and answers itself", async () => {
    const { system, host, read } = await count({ placement: 'wasm' });
    await host.until(system.crash('counter'));
    expect(await read()).toBe(6);
    expect(system.actors[0]).toMatchObject({ vm: 'wasm', restarts: 1 });
  });

  test.each([
    [{ onTrap: 'twins' as never }, 'onTrap is restart or twin, not "twins"'],
    [
      { onTrap: 'twin' as const, circuit: null },
      "onTrap 'twin' goes to the twin at the first trap: leave out the intensity of the circuit",
    ],
    [{ onTrap: 'twin' as const, circuit: { intensity: 2 } }, 'leave out the intensity of the circuit'],
  ])('%j is refused', async (options, text) => {
    await expect(count({ placement: 'wasm', ...options })).rejects.toThrow(text);
  });
});

describe('a JavaScript twin in a file of its own', () => {
  const moduleFile = createCounting().actors[0].guest;

  /** Starts on one thread of Node. @param loading how the twin is loaded, at each time */
  async function startLazy(placement: string, ...loading: readonly (() => Promise<void>)[]) {
    let loads = 0;
    const load = async () => {
      await loading[loads++]?.();
      return () => new Counter();
    };
    const application = { actors: [{ schema: counter, load, guest: moduleFile }], ports: [] } as const satisfies ApplicationDefinition;
    const capabilities = { wasm: true, workers: false, sharedMemory: false };
    const started = await start(application, { placement, capabilities, console: 'off' }).catch((error) => ({ error }));
    return { started, loads: () => loads };
  }

  const refused = () => Promise.reject(new Error('no network'));

  async function running(placement: string, ...loading: readonly (() => Promise<void>)[]) {
    const { started, loads } = await startLazy(placement, ...loading);
    if ('error' in started) throw started.error;
    return { ...started, loads };
  }

  test('is loaded at the start where the actor is in JavaScript', async () => {
    const { counter, system, loads } = await running('host');
    counter.increment({ by: 2 });
    expect([(await counter.read()).count, loads()]).toEqual([2, 1]);
    await system.stop();
  });

  test('is not loaded while the actor is in Wasm, and once when it moves to JavaScript', async () => {
    const { counter, system, loads } = await running('wasm');
    counter.increment({ by: 2 });
    expect([(await counter.read()).count, loads()]).toEqual([2, 0]);
    for (const vm of ['js', 'wasm', 'js'] as const) await system.moveActor('counter', vm);
    expect([(await counter.read()).count, loads(), system.actors[0].vm]).toEqual([2, 1, 'js']);
    await system.stop();
  });

  test("onTrap 'twin': it is loaded and answers the very request", async () => {
    const { counter, system, loads } = await running('counter=wasm');
    counter.increment({ by: 2 });
    for (let crashes = 0; system.actors[0].vm === 'wasm'; crashes++) {
      expect(crashes).toBeLessThan(20);
      await system.crash('counter');
      expect((await counter.read()).count).toBe(2);
    }
    expect([system.actors[0], loads()]).toMatchObject([{ vm: 'js', twin: { why: 'crashes' } }, 1]);
    await system.stop();
  });

  test('a start whose twin does not load fails, and says which', async () => {
    const { started } = await startLazy('host', refused, refused);
    expect(started).toMatchObject({ error: { name: 'StartError' } });
    const text = reasonsOf((started as { error: unknown }).error);
    expect(text).toContain('the code of actor counter in JavaScript did not load: no network');
  });

  test('an actor that fails over to a twin that does not load is exhausted, and says why', async () => {
    const { counter, system } = await running('wasm', ...Array.from({ length: 20 }, () => refused));
    const told: string[] = [];
    system.onChange((change) => change.type === 'control' && told.push(change.error.message));
    for (let crashes = 0; system.actors[0].state !== 'exhausted'; crashes++) {
      expect(crashes, JSON.stringify(system.actors[0])).toBeLessThan(20);
      await system.crash('counter').catch(() => {});
      await counter.read().catch(() => {});
    }
    expect(system.actors[0]).toMatchObject({ vm: 'wasm', restarts: 10, reason: expect.stringContaining('did not load: no network') });
    expect(told[0]).toContain('adopt in VM js: failed: the code of actor counter in JavaScript did not load: no network');
    await system.stop();
  });

  test('an actor whose twin does not load stays in Wasm, and moves when it does', async () => {
    const { counter, system, loads } = await running('wasm', refused);
    counter.increment({ by: 2 });
    await expect(system.moveActor('counter', 'js')).rejects.toThrow('did not load: no network');
    expect([(await counter.read()).count, system.actors[0].vm]).toEqual([2, 'wasm']);
    await system.moveActor('counter', 'js');
    expect([(await counter.read()).count, system.actors[0].vm, loads()]).toEqual([2, 'js', 2]);
    await system.stop();
  });
});
