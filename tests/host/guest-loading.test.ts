/** Guests that cannot be run, on threads of Node: the same as in the simulation, and faults that only ending the thread can bound. */
import { readFileSync, rmSync } from 'node:fs';
import { afterEach, beforeEach, describe, expect, onTestFinished, test, vi } from 'vitest';
import type { SiteSearch } from '../../actors/contract/instance.js';
import { startSystem } from '../../actors/index.js';
import { Guests } from '../../host-shim/common/guests.js';
import { guestDeadlineOf, NOTHING_KNOWN } from '../../host-shim/common/known-guests.js';
import { GUEST_LOAD_DEADLINE_MS, LOAD_DEADLINE_MS, SOURCE_MAP_DEADLINE_MS } from '../../host-shim/limits.js';
import { createNodeHost, detectCapabilities } from '../../host-shim/node/index.js';
import { GuestSources, positionOf, SourcePositions } from '../../host-shim/wasm/positions.js';
import { readableMap } from '../../host-shim/wasm/readable-map.js';
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
  // What the device does without is said as well, and is not of interest here.
  const lines = () => warn.mock.calls.map(([line]) => String(line)).filter((line) => !line.includes('does without'));
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

test.each([
  ['start', { start: 'loop' }],
  ['first snapshot', { snapshot: 'loop' }],
] as const)('a module whose %s loops has its thread ended, and the others begin in another', async (what, guest) => {
  const module = moduleOf(plainGuest(guest), `loops-${what.length}.wasm`);
  const { system, press, statusOf, lines } = await open(module, { guestStartDeadlineMs: 1_500 });
  expect(await press(5)).toBe(5);
  const detail = 'its start has not returned in 1500 ms';
  expect(statusOf('counter')).toMatchObject({ vm: 'js', twin: { side: 'js', why: 'guest', detail } });
  expect(statusOf('metrics')).toMatchObject({ vm: 'wasm', state: 'running', restarts: 0 });
  expect(system.vms).toContainEqual({ vm: 'wasm', state: 'running', reason: '', failedOver: false });
  expect(lines()).toEqual([`tandem: the guest of counter cannot be run, its JavaScript twin begins in its place: ${detail}`]);
});

test('a restarted VM has the same modules, even if their files are gone', async () => {
  const module = moduleOf(readFileSync(counterModule), 'leaves.wasm');
  const { system, press, statusOf } = await open(module);
  expect(await press(3)).toBe(3);
  rmSync(module);
  await system.hang('counter');
  expect(await press(2)).toBe(5);
  expect(statusOf('counter')).toMatchObject({ vm: 'wasm', twin: { side: 'wasm', why: 'configured' }, restarts: 1 });
});

/** A file that a server never sends, and the VM that waits for it. */
describe('a file that never arrives', () => {
  beforeEach(() => void vi.useFakeTimers({ toFake: ['setTimeout', 'clearTimeout'] }));
  afterEach(() => void vi.useRealTimers());

  const never = () => new Promise<never>(() => {});
  const metricsModule = new URL('wasm-actors/metrics.wasm', dist);
  const metricsCompiled = new WebAssembly.Module(readFileSync(metricsModule));
  const { guests } = wasmDefinition(counterModule, dist);

  test.each([
    ['of its own', LOAD_DEADLINE_MS, GUEST_LOAD_DEADLINE_MS],
    ["that is part of a shorter one of its thread's", 1_500, 1_000],
  ])("a module: is its own actor's loss at a deadline %s", async (_what, loadDeadlineMs, deadlineMs) => {
    const compile = async (url: URL) => (url.href === metricsModule.href ? metricsCompiled : never());
    const loaded = new Guests(parties, { load: never, compile, deadlineMs: guestDeadlineOf(loadDeadlineMs) });
    const loading = loaded.load(guests!, NOTHING_KNOWN);
    await vi.advanceTimersByTimeAsync(deadlineMs - 1);
    expect(loaded.unfit).toEqual([]);
    await vi.advanceTimersByTimeAsync(1);
    await loading;
    loaded.checkAll();
    expect(loaded.unfit).toEqual([{ actor: 'counter', reason: `${counterModule}: no answer in ${deadlineMs} ms` }]);
    expect(loaded.factories.map(({ schema }) => schema.name).sort()).toEqual(['counter', 'metrics']);
  });

  test('a source map: crash reports have no line until it arrives', async () => {
    const missing: string[] = [];
    let come = (_json: string) => {};
    const source = new Promise<string>((resolve) => void (come = resolve));
    const positions = new SourcePositions(
      async () => readableMap(await source),
      new GuestSources(),
      (reason) => missing.push(reason),
    );
    const crash = Object.assign(new Error('unreachable'), { stack: 'at wasm://wasm/1:wasm-function[1]:0x5' });
    const search = positionOf(crash, positions) as SiteSearch;
    const ready = search.ready?.();
    await vi.advanceTimersByTimeAsync(SOURCE_MAP_DEADLINE_MS - 1);
    expect(missing).toEqual([]);
    await vi.advanceTimersByTimeAsync(1);
    await ready;
    expect([search(), missing]).toEqual(['', [`no answer in ${SOURCE_MAP_DEADLINE_MS} ms`]]);
    come(JSON.stringify({ version: 3, sources: ['counter.ts'], names: [], mappings: 'AAAA' }));
    await positions.load();
    expect([search(), missing.length]).toEqual(['counter.ts:1:1', 1]);
  });

  test.each([
    ['nothing', ''],
    ['a page', '<!doctype html>'],
    ['another thing', '{"version":3}'],
    ['null', 'null'],
    ['a map without an end', '{"version":3,"sources":["counter.ts"],"names":[],"mappings":"AAA'],
    ['sources that are none', '{"version":3,"sources":null,"names":[],"mappings":"AAAA"}'],
  ])('a source map that is %s costs the lines, and is told once', async (_what, json) => {
    const missing: string[] = [];
    const positions = new SourcePositions(
      async () => readableMap(json),
      new GuestSources(),
      (reason) => missing.push(reason),
    );
    await positions.load();
    for (let crash = 0; crash < 2; crash++) expect(positions.inStack('at wasm://wasm/1:wasm-function[1]:0x5')).toBe('');
    expect(missing).toHaveLength(1);
  });
});
