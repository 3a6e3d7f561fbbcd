/** The counter's contract: one suite for both twins. Runs on the simulated host with a virtual clock, so every run is the same. */
import { decodeSavedState, startSystem } from 'tandem';
import { createSimHost } from 'tandem/testing';
import { describe, expect, test } from 'vitest';
import { jsDefinition, parties, wasmDefinition } from './application.js';
import { button, counter } from './protocol/generated/index.js';

const guests = new URL('../../dist/examples/counter/wasm-actors/', import.meta.url);
const vms = { js: { load: async () => jsDefinition }, wasm: { load: async () => wasmDefinition(guests) } };

async function start(placement: string) {
  const shown: number[] = [];
  const host = createSimHost({ seed: 1, parties, vms });
  const port = host.vm.openPort(button, { onCounterChanged: ({ count }) => void shown.push(count) });
  const system = await startSystem(host, { parties, actors: [{ schema: counter, twins: { js: true, wasm: true } }], placement });
  return {
    system,
    shown,
    increment: (by: number) => port.send(counter.receives.increment, { by }),
    read: async () => (await host.until(port.request(counter.receives.read, {}))).count,
  };
}

async function countTo(placement: string, ...steps: number[]): Promise<Uint8Array> {
  const { increment, read, system } = await start(placement);
  for (const by of steps) increment(by);
  await read();
  return decodeSavedState(await system.snapshot('counter')).snapshot;
}

describe.each(['js', 'wasm'])('in the %s VM', (placement) => {
  test('it adds up, publishes the count, and answers requests', async () => {
    const { increment, read, shown } = await start(placement);
    for (const by of [1, 2, 3]) increment(by);
    expect(await read()).toBe(6);
    expect(shown).toEqual([1, 3, 6]);
  });

  test('it wraps around at the end of 32 bits', async () => {
    const { increment, read } = await start(placement);
    for (const by of [0xffff_ffff, 5]) increment(by);
    expect(await read()).toBe(4);
  });

  test('it restarts after a crash with nothing lost and nothing published twice', async () => {
    const { increment, read, shown, system } = await start(placement);
    increment(7);
    await read();
    await system.crash('counter');
    increment(1);
    expect(await read()).toBe(8);
    expect(shown).toEqual([7, 8]);
    expect(system.actors[0].restarts).toBe(1);
  });
});

test('the twins have the same snapshot, byte for byte', async () => {
  expect(await countTo('wasm', 3, 400, 70_000)).toEqual(await countTo('js', 3, 400, 70_000));
});
