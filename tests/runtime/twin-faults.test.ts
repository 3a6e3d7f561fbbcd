/** Both implementations of an actor under the same faults: traps in the middle of batches, links that refuse, stops and starts. */
import { encode } from '@msgpack/msgpack';
import { describe, expect, test } from 'vitest';
import { decodeSavedState, startSystem } from '../../actors/index.js';
import { Random } from '../../bus/random.js';
import { jsDefinition, parties, wasmDefinition } from '../../examples/counter/application.js';
import { button, counter } from '../../examples/counter/protocol/generated/index.js';
import { createSimHost } from '../../host-shim/sim/index.js';
import { BODY_OFFSET, writeFrameLength, writeHeader } from '../../protocol/frame.js';

const SEED = Number(process.env.TANDEM_SEED ?? 1);
const RUNS = 12;
const guests = new URL('../../dist/examples/counter/wasm-actors/', import.meta.url);
const vms = { js: { load: async () => jsDefinition }, wasm: { load: async () => wasmDefinition(guests) } };

async function open(placement: 'js' | 'wasm', seed: number, refuseRate = 0) {
  const shown: number[] = [];
  const host = createSimHost({ seed, parties, vms, faults: { refuseRate } });
  const port = host.vm.openPort(button, { onCounterChanged: ({ count }) => shown.push(count) });
  const actors = [{ schema: counter, twins: { js: true, wasm: true } }];
  const system = await startSystem(host, { parties, actors, placement, intensity: 100_000 });
  let sequence = 10_000;
  const arrive = (kind: number, ...bodies: unknown[]) => {
    for (const body of bodies) {
      const frame = frameOf(kind, ++sequence, body);
      host.arrive(placement, frame, 0, frame.length);
    }
  };
  return { host, port, system, shown, arrive };
}

/** A frame from the button, as it would come on a link. */
function frameOf(kind: number, sequence: number, body: unknown): Uint8Array {
  const bodyBytes = encode(body);
  const frame = new Uint8Array(BODY_OFFSET + bodyBytes.length);
  const header = { kind, sequence, source: button.address, target: counter.address, epoch: 1, causeSource: 0, causeSequence: 0, sentAt: 1 };
  writeHeader(frame, 0, header);
  frame.set(bodyBytes, BODY_OFFSET);
  writeFrameLength(frame, 0, frame.length);
  return frame;
}

/** Bursts of increments and now and then a malformed one, with faults; `expected` is what a calm run shows. */
async function play(placement: 'js' | 'wasm', seed: number) {
  const random = new Random(seed);
  const { host, system, shown, arrive } = await open(placement, seed, 0.1);
  await host.vmOf(placement).setTrapRate(0.05, seed);
  const expected: number[] = [];
  let count = 0;
  let malformed = 0;
  for (let burst = 0; burst < 25; burst++) {
    const bodies = Array.from({ length: random.integer(40) }, () => (random.chance(0.1) ? ['three'] : [1 + random.integer(9)]));
    for (const [by] of bodies) {
      if (typeof by === 'number') expected.push((count += by));
      else malformed++;
    }
    arrive(counter.receives.increment.kind, ...bodies);
    if (random.chance(0.2)) await host.until(system.snapshot('counter').catch(() => {}));
    if (random.chance(0.1)) {
      await host.pass(2_000);
      await host.until(system.stopActor('counter'));
      await host.until(system.startActor('counter'));
    }
    await host.pass(random.integer(3));
  }
  await host.vmOf(placement).setTrapRate(0, 0);
  await host.pass(5_000);
  const { divergent, duplicates, fenced, waiting, deadLetters, traps } = await system.counters();
  const state = decodeSavedState(await system.snapshot('counter')).snapshot;
  return { shown, expected, malformed, traps, state, counters: { divergent, duplicates, fenced, waiting, deadLetters } };
}

describe.each(['js', 'wasm'] as const)('in the %s VM', (placement) => {
  test(`traps, refusals, stops and malformed frames: each frame is handled once (seed ${SEED}, TANDEM_SEED to change)`, async () => {
    let traps = 0;
    for (let run = 0; run < RUNS; run++) {
      const seed = SEED * 100 + run;
      const ending = await play(placement, seed);
      // A start publishes the whole again: what changed is shown once.
      expect(
        ending.shown.filter((count, i) => count !== ending.shown[i - 1]),
        `seed ${seed}`,
      ).toEqual(ending.expected);
      expect(ending.counters, `seed ${seed}`).toEqual({
        divergent: 0,
        duplicates: 0,
        fenced: 0,
        waiting: 0,
        deadLetters: ending.malformed,
      });
      traps += ending.traps;
    }
    expect(traps).toBeGreaterThan(RUNS * 3);
  });

  test('a malformed frame at which it traps is a dead letter once', async () => {
    const { host, system, shown, arrive } = await open(placement, 1);
    await system.crash('counter');
    arrive(counter.receives.increment.kind, ['one'], [2]);
    await host.pass(20);
    expect(shown).toEqual([2]);
    expect(await system.counters()).toMatchObject({ traps: 1, deadLetters: 1 });
  });

  test('a request in a batch that traps is answered once, under its own number', async () => {
    const { host, port, system } = await open(placement, 1);
    for (let i = 0; i < 20; i++) {
      port.send(counter.receives.increment, { by: 1 });
      await system.crash('counter');
      expect(await host.until(port.request(counter.receives.read, {}))).toEqual({ count: i + 1 });
    }
  });
});

test('under the same faults the twins end in the same state, byte for byte', async () => {
  expect((await play('wasm', 77)).state).toEqual((await play('js', 77)).state);
});
