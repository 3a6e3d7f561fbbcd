/** The steps into an application that exists: each is a word in its definition, and what the application says and hears is the same. */
import { describe, expect, test } from 'vitest';
import type { SystemChange } from '../../actors/supervisor/change-feed.js';
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
