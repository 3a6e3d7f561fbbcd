/** A guest that cannot run concerns only its own actor, which starts as its JavaScript twin; everybody can see that and why. */
import { readFileSync, rmSync } from 'node:fs';
import { describe, expect, onTestFinished, test, vi } from 'vitest';
import { type SystemChange, type SystemOptions, startSystem } from '../../actors/index.js';
import { createSimHost } from '../../host-shim/sim/index.js';
import { plainGuest } from '../guest/plain-guest.js';
import { brokenModule, counterModule, FAULTS, moduleOf, reasonOf } from '../host/broken-guests.js';
import { ACTORS, button, counter, jsDefinition, parties, wasmDefinition } from '../host/two-guests.js';

const dist = new URL('../../dist/', import.meta.url);

async function open(module: URL, options: Partial<SystemOptions> = {}) {
  const warn = vi.spyOn(console, 'warn').mockImplementation(() => {});
  onTestFinished(() => warn.mockRestore());
  const changes: SystemChange[] = [];
  const vms = { js: { load: async () => jsDefinition }, wasm: { load: async () => wasmDefinition(module, dist) } };
  const host = createSimHost({ seed: 1, parties, vms, console: 'on' });
  const port = host.vm.openPort(button, { onCounterChanged() {} });
  const onChange = (change: SystemChange) => void changes.push(change);
  const system = await host.until(startSystem(host, { parties, actors: ACTORS, placement: 'wasm', onChange, ...options }));
  onTestFinished(async () => void (await system.stop()));
  const press = async (times: number) => {
    for (let i = 0; i < times; i++) port.send(counter.receives.increment, { by: 1 });
    return (await host.until(port.request(counter.receives.read, {}))).count;
  };
  const statusOf = (name: string) => system.actors.find(({ actor }) => actor === name)!;
  const lines = () => warn.mock.calls.map(([line]) => String(line));
  return { host, system, press, statusOf, lines, changes };
}

describe.each(FAULTS)('a module that %s', (fault) => {
  test('makes its actor start in JavaScript, and leaves the others in Wasm', async () => {
    const { system, press, statusOf, lines, changes } = await open(brokenModule(fault));
    expect(await press(5)).toBe(5);
    expect(statusOf('counter')).toMatchObject({ vm: 'js', state: 'running', condition: 'failed over' });
    expect(statusOf('counter').twin).toEqual({ side: 'js', why: 'guest', detail: expect.stringMatching(reasonOf(fault)) });
    expect(statusOf('metrics')).toMatchObject({ vm: 'wasm', state: 'running', twin: { side: 'wasm', why: 'configured', detail: '' } });
    expect(system.vms.every(({ failedOver }) => !failedOver)).toBe(true);
    expect(system.state).toBe('running');
    expect(system.placement).toContainEqual({ actor: 'counter', vm: 'js', reason: 'guest' });
    const told = changes.filter(({ type }) => type === 'guest');
    expect(told).toEqual([{ type: 'guest', actor: 'counter', twin: 'js', reason: expect.stringMatching(reasonOf(fault)) }]);
    expect(lines()).toEqual([expect.stringMatching(reasonOf(fault))]);
    const { actors } = await system.health();
    expect(actors.find(({ actor }) => actor === 'counter')).toMatchObject({ twin: { side: 'js', why: 'guest' }, load: { memoryBytes: 0 } });
  });

  test.each([
    ['is strict', { strict: true }],
    ['has no other twin', { actors: [ACTORS[0], { schema: counter, twins: { js: false, wasm: true } }] }],
  ])('ends the start where that %s', async (_why, options) => {
    const starting = open(brokenModule(fault), options);
    await expect(starting).rejects.toMatchObject({ name: 'StartError', vm: 'wasm', party: 'counter' });
    await expect(starting).rejects.toThrow(reasonOf(fault));
  });

  test('does not accept its actor in a move: the actor goes on where it is', async () => {
    const { host, system, press, statusOf } = await open(brokenModule(fault), { placement: 'counter=js,metrics=wasm' });
    expect(await press(3)).toBe(3);
    const failure = await host.until(
      system.moveActor('counter', 'wasm').then(
        () => null,
        (error: Error) => error,
      ),
    );
    expect(failure).toMatchObject({ name: expect.stringMatching(/^(SupervisionError|ControlError)$/) });
    expect(failure!.message).toMatch(reasonOf(fault));
    expect(await press(2)).toBe(5);
    expect(statusOf('counter')).toMatchObject({ vm: 'js', state: 'running', twin: { side: 'js', why: 'configured' } });
  });
});

test('a guest that fails only when it is spawned with its options makes its actor start in JavaScript, too', async () => {
  const whole = moduleOf(plainGuest(), 'plain.wasm');
  const actors = [ACTORS[0], { ...ACTORS[1], options: { step: 1 } }];
  const { system, press, statusOf, changes } = await open(whole, { actors });
  expect(await press(5)).toBe(5);
  const detail = expect.stringMatching(/missing export: configure, for step/);
  expect(statusOf('counter')).toMatchObject({ vm: 'js', state: 'running', twin: { side: 'js', why: 'guest', detail } });
  expect(statusOf('metrics')).toMatchObject({ vm: 'wasm', state: 'running', restarts: 0 });
  expect(changes.filter(({ type }) => type === 'guest')).toEqual([{ type: 'guest', actor: 'counter', twin: 'js', reason: detail }]);
  expect(system.state).toBe('running');
});

test('a missing source map costs the source lines in crash reports, and is reported once', async () => {
  vi.stubEnv('NODE_ENV', 'development');
  onTestFinished(() => void vi.unstubAllEnvs());
  const { host, system, press, changes, statusOf, lines } = await open(counterModule);
  expect(statusOf('counter')).toMatchObject({ vm: 'wasm', twin: { side: 'wasm' } });
  expect(system.vms.every(({ failedOver }) => !failedOver)).toBe(true);
  expect(lines()).toEqual([]);
  for (let crash = 1; crash <= 2; crash++) {
    await host.until(system.crash('counter'));
    expect(await press(1)).toBe(crash);
  }
  await host.pass(100);
  const crashes = changes.flatMap((change) => (change.type === 'crash' ? [change.report] : []));
  expect(crashes.map(({ position, reason }) => [position, reason])).toEqual(Array(2).fill(['', 'unreachable']));
  expect(lines().filter((line) => line.includes('no lines'))).toEqual([
    expect.stringMatching(/crash reports of counter have no lines of its source: ENOENT.*no-such\.map/),
  ]);
});

test('a VM that is started again has the modules that it had, wherever their files are now', async () => {
  const module = moduleOf(readFileSync(counterModule), 'leaves.wasm');
  const { host, system, press, statusOf } = await open(module);
  expect(await press(3)).toBe(3);
  rmSync(module);
  host.lose('wasm', 'the thread ended');
  expect(await press(2)).toBe(5);
  expect(statusOf('counter')).toMatchObject({ vm: 'wasm', twin: { side: 'wasm', why: 'configured' }, restarts: 1 });
  expect(await system.counters()).toMatchObject({ divergent: 0 });
});
