/** A recording of actors on threads of Node, with a trap in the middle: what was written is read back, and nothing is missing. */
import { expect, test } from 'vitest';
import { startSystem } from '../../actors/application/system.js';
import type { CrashReport } from '../../actors/contract/events.js';
import { openTimerPort } from '../../host-shim/common/ports/timer.js';
import { createNodeHost, detectCapabilities } from '../../host-shim/node/index.js';
import { MemoryFile, openRecording, type TraceStep } from '../../trace/index.js';
import { bundleEntries } from './node-entries.js';
import { mirror, probe, relay } from './protocol/generated/index.js';
import { jsDefinition, parties, wasmDefinition } from './world.js';

const ROUNDS = 20;
const module = new URL('../../dist/tests/guests/host/mirror.wasm', import.meta.url);
const { js, wasm } = await bundleEntries('js', 'wasm');

async function start(sharedMemory: boolean) {
  const host = createNodeHost({
    capabilities: { ...detectCapabilities(), sharedMemory },
    console: 'off',
    parties,
    vms: { js: { entry: js, load: async () => jsDefinition }, wasm: { entry: wasm, load: async () => wasmDefinition(module) } },
  });
  openTimerPort(host.vm, host.timers);
  let finish: (result: { rounds: number; wrong: number }) => void = () => {};
  const port = host.vm.openPort<typeof probe>(probe, { onFinished: (result) => finish(result), onWoken() {} });
  const actors = [
    { schema: relay, twins: { js: true, wasm: false } },
    { schema: mirror, twins: { js: true, wasm: true } },
  ];
  const system = await startSystem(host, { parties, actors, placement: 'mirror=wasm' });
  const play = () =>
    new Promise<{ rounds: number; wrong: number }>((resolve) => {
      finish = resolve;
      port.send(relay.receives.start, { rounds: ROUNDS, bytes: 40 });
    });
  return { system, play };
}

async function stepsOf(file: MemoryFile): Promise<TraceStep[]> {
  const recording = await openRecording(file);
  expect(recording.truncated).toBe(false);
  const all: TraceStep[] = [];
  for await (const some of recording.steps()) all.push(...some);
  return all;
}

test.each([true, false])('shared memory %s: messages, a trap, and the end', async (sharedMemory) => {
  const { system, play } = await start(sharedMemory);
  const file = new MemoryFile();
  await system.record(file, { level: 'frames' });
  expect(await play()).toEqual({ rounds: ROUNDS, wrong: 0 });
  const told = new Promise<CrashReport>((resolve) => {
    system.onChange((change) => change.type === 'crash' && resolve(change.report));
  });
  await system.crash('mirror');
  expect(await play()).toEqual({ rounds: ROUNDS, wrong: 0 });
  expect((await told).recent?.length).toBe(32);
  await system.stop();
  const steps = await stepsOf(file);
  const { kind } = mirror.receives.thrown;
  const thrown = steps.filter((step) => step.type === 'emitted' && step.kind === kind);
  expect(thrown.every((step) => step.type === 'emitted' && step.frame?.length === step.bytes)).toBe(true);
  const handled = steps.flatMap((step) => (step.type === 'handled' && step.kind === kind && !step.again ? [step] : []));
  expect([thrown.length, handled.length]).toEqual([2 * ROUNDS, 2 * ROUNDS]);
  expect(new Set(handled.map(({ vm, epoch }) => `${vm} ${epoch}`))).toEqual(new Set(['wasm 1', 'wasm 2']));
  const ends = steps.flatMap((step) => (step.type === 'ended' && step.party === mirror.address ? [step.reason === ''] : []));
  expect(ends).toEqual([false, true]);
  expect(steps.reduce((sum, step) => sum + (step.type === 'level' ? step.missing : 0), 0)).toBe(0);
});
