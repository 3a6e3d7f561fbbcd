/** Guests that cannot be run, on threads of Node: the same as in the simulation, and what only the end of a thread can bound. */
import { readFileSync, rmSync } from 'node:fs';
import { expect, onTestFinished, test, vi } from 'vitest';
import { startSystem } from '../../actors/index.js';
import { createNodeHost, detectCapabilities } from '../../host-shim/node/index.js';
import { plainGuest } from '../guest/plain-guest.js';
import { brokenModule, counterModule, moduleOf } from './broken-guests.js';
import { bundleEntries } from './node-entries.js';
import { ACTORS, button, counter, jsDefinition, parties, wasmDefinition } from './two-guests.js';

const entries = await bundleEntries('two-guests-js', 'two-guests-wasm');
const dist = new URL('../../dist/', import.meta.url);

async function open(module: URL, { sharedMemory = true, workers = true, guestStartDeadlineMs = 10_000 } = {}) {
  const warn = vi.spyOn(console, 'warn').mockImplementation(() => {});
  onTestFinished(() => warn.mockRestore());
  process.env.GUEST_MODULE = module.href;
  const host = createNodeHost({
    capabilities: { ...detectCapabilities(), sharedMemory, workers },
    parties,
    vms: {
      js: { entry: entries['two-guests-js'], load: async () => jsDefinition },
      wasm: { entry: entries['two-guests-wasm'], load: async () => wasmDefinition(module, dist) },
    },
    guestStartDeadlineMs,
    console: 'on',
  });
  const port = host.vm.openPort(button, { onCounterChanged() {} });
  const system = await startSystem(host, { parties, actors: ACTORS, placement: 'wasm' });
  onTestFinished(async () => void (await system.stop()));
  const press = async (times: number) => {
    for (let i = 0; i < times; i++) port.send(counter.receives.increment, { by: 1 });
    return (await port.request(counter.receives.read, {})).count;
  };
  const statusOf = (name: string) => system.actors.find(({ actor }) => actor === name)!;
  const lines = () => warn.mock.calls.map(([line]) => String(line));
  return { system, press, statusOf, lines };
}

test.each([
  ['with shared memory', {}],
  ['without', { sharedMemory: false }],
  ['in one thread', { workers: false }],
])("a page in place of a module is its own actor's affair: %s", async (_what, device) => {
  const { system, press, statusOf, lines } = await open(brokenModule('is a page'), device);
  expect(await press(5)).toBe(5);
  expect(statusOf('counter')).toMatchObject({
    vm: 'js',
    twin: { side: 'js', why: 'guest', detail: expect.stringMatching(/not a module/) },
  });
  expect(statusOf('metrics')).toMatchObject({ vm: 'wasm', twin: { side: 'wasm', why: 'configured' } });
  expect(system.vms.every(({ failedOver }) => !failedOver)).toBe(true);
  expect(lines()).toHaveLength(1);
});

test('a module whose start loops has its thread ended, and the others begin in another', async () => {
  const { system, press, statusOf, lines } = await open(moduleOf(plainGuest({ start: 'loop' }), 'loops.wasm'), {
    guestStartDeadlineMs: 1_500,
  });
  expect(await press(5)).toBe(5);
  const detail = 'its start has not returned in 1500 ms';
  expect(statusOf('counter')).toMatchObject({ vm: 'js', twin: { side: 'js', why: 'guest', detail } });
  expect(statusOf('metrics')).toMatchObject({ vm: 'wasm', state: 'running', restarts: 0 });
  expect(system.vms).toContainEqual({ vm: 'wasm', state: 'running', reason: '', failedOver: false });
  expect(lines()).toEqual([`tandem: the guest of counter cannot be run, its JavaScript twin begins in its place: ${detail}`]);
});

test('a VM that is started again has the modules that it had, wherever their files are now', async () => {
  const module = moduleOf(readFileSync(counterModule), 'leaves.wasm');
  const { system, press, statusOf } = await open(module);
  expect(await press(3)).toBe(3);
  rmSync(module);
  await system.hang('counter');
  expect(await press(2)).toBe(5);
  expect(statusOf('counter')).toMatchObject({ vm: 'wasm', twin: { side: 'wasm', why: 'configured' }, restarts: 1 });
});
