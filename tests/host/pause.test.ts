/** On threads of Node the whole application stands between two messages, and what was sent goes on where it was. */
import { expect, test } from 'vitest';
import { startSystem } from '../../actors/application/system.js';
import { createNodeHost, detectCapabilities } from '../../host-shim/node/index.js';
import { bundleEntries } from './node-entries.js';
import { mirror, probe, relay } from './protocol/generated/index.js';
import { jsDefinition, parties, wasmDefinition } from './world.js';

const ROUNDS = 3;
const module = new URL('../../dist/tests/guests/host/mirror.wasm', import.meta.url);
const { js, wasm } = await bundleEntries('js', 'wasm');

test.each([true, false])('shared memory %s: breakpoint, steps through all VMs, and on', async (sharedMemory) => {
  const host = createNodeHost({
    capabilities: { ...detectCapabilities(), sharedMemory },
    console: 'off',
    parties,
    vms: { js: { entry: js, load: async () => jsDefinition }, wasm: { entry: wasm, load: async () => wasmDefinition(module) } },
  });
  const finished: unknown[] = [];
  const port = host.vm.openPort<typeof probe>(probe, { onFinished: (result) => void finished.push(result), onWoken() {} });
  const actors = [
    { schema: relay, twins: { js: true, wasm: false } },
    { schema: mirror, twins: { js: true, wasm: true } },
  ];
  const system = await startSystem(host, { parties, actors, placement: 'mirror=wasm' });
  await system.pauseAt(['mirror.thrown']);
  const stands = new Promise<void>((resolve) => {
    system.onChange((change) => change.type === 'paused' && change.paused && resolve());
  });
  port.send(relay.receives.start, { rounds: ROUNDS, bytes: 40 });
  await stands;
  expect(system.paused).toMatchObject({ why: 'breakpoint', vm: 'wasm', message: { party: 'mirror', kindName: 'mirror.thrown' } });
  const at = host.clock.nowMicros();
  const total = async () => Object.values((await system.counters()).handled).reduce((sum, more) => sum + more, 0);
  const before = await total();
  await system.pauseAt([]);
  const handlers: (string | undefined)[] = [];
  for (let step = system.paused!; step.next; step = await system.step()) {
    expect(await total()).toBe(before + handlers.length);
    handlers.push(step.next.party);
  }
  expect(handlers).toEqual(expect.arrayContaining(['mirror', 'relay', 'probe']));
  expect(finished).toEqual([{ rounds: ROUNDS, wrong: 0 }]);
  // Time has passed only while messages were handled, and from then on it is behind that of the platform.
  expect(host.clock.nowMicros()).toBeGreaterThanOrEqual(at);
  await system.resume();
  port.send(relay.receives.start, { rounds: ROUNDS, bytes: 40 });
  await expect.poll(() => finished.length, { timeout: 60_000 }).toBe(2);
  await system.stop();
});
