/**
 * The simulation as a host. It does not run the suite of the control plane, because its VMs have no threads that could die, hang, or fall
 * silent. This file tests what can happen to such a VM.
 */
import { describe, expect, test } from 'vitest';
import type { System } from '../../actors/application/supervised-system.js';
import { startSystem } from '../../actors/application/system.js';
import { createSimHost, detectCapabilities, type SimHost } from '../../host-shim/sim/index.js';
import { KIND_OFFSET, readU16 } from '../../protocol/frame.js';
import { backPressureSuite } from './back-pressure.js';
import { beforeStartSuite } from './before-start.js';
import { hostConformance, type TestedHost } from './host-conformance.js';
import { mirror, probe, relay } from './protocol/generated/index.js';
import { jsDefinition, parties, wasmDefinition } from './world.js';

const SEED = Number(process.env.TANDEM_SEED ?? 1);
const module = new URL('../../dist/tests/guests/host/mirror.wasm', import.meta.url);
const vms = { js: { load: async () => jsDefinition }, wasm: { load: async () => wasmDefinition(module) } };

const tested: TestedHost<SimHost> = {
  capabilities: detectCapabilities(),
  create: (capabilities) => createSimHost({ seed: SEED, capabilities, parties, vms }),
  until: (host, promise) => host.until(promise),
};

const ROUNDS = 150;

interface Outcome {
  readonly host: SimHost;
  readonly system: System;
  readonly portErrors: unknown[];
}

/** Relay in JavaScript and mirror in Wasm play ball over a transport that changes bytes, in headers and bodies alike. */
async function play(seed: number, corruptRate: number): Promise<Outcome> {
  const portErrors: unknown[] = [];
  const onPortError = (_port: string, error: unknown) => void portErrors.push(error);
  const host = createSimHost({ seed, parties, vms, faults: { corruptRate }, onPortError });
  const port = host.vm.openPort<typeof probe>(probe, { onFinished() {}, onWoken() {} });
  const actors = [
    { schema: relay, twins: { js: true, wasm: false } },
    { schema: mirror, twins: { js: false, wasm: true } },
  ];
  const system = await startSystem(host, { parties, actors, placement: 'relay=js,mirror=wasm' });
  port.send(relay.receives.start, { rounds: ROUNDS, bytes: 20 });
  await host.pass(5_000);
  return { host, system, portErrors };
}

hostConformance('sim', tested);
backPressureSuite('sim', tested);
beforeStartSuite('sim', tested);

describe('VMs in one thread', () => {
  test('a VM whose pump throws is lost, once; the others go on', async () => {
    const host = tested.create(tested.capabilities);
    const losses: string[] = [];
    const listener = {
      async report() {},
      crashOf: async () => null,
      lost: (reason: string) => void losses.push(reason),
    };
    const js = await host.startVm('js', listener);
    const wasm = await host.startVm('wasm', listener);
    const vm = host.vmOf('js');
    vm.pump = () => {
      throw new Error('a bug in the VM');
    };
    const waking = js.control.setAnimating(false);
    await expect(waking).rejects.toMatchObject({ code: 'lost', call: 'setAnimating' });
    expect(losses).toEqual(['a bug in the VM']);
    await expect(js.control.health()).rejects.toMatchObject({ name: 'ControlError', code: 'lost', vm: 'js' });
    expect(await wasm.control.health()).toEqual([]);
    const again = await host.startVm('js', listener);
    await js.terminate();
    expect(await again.control.health()).toEqual([]);
    expect(losses).toHaveLength(1);
  });

  test('what it had not flushed is gone when its pump throws, as when a thread is lost', async () => {
    const host = tested.create(tested.capabilities);
    const finished: number[] = [];
    const port = host.vm.openPort<typeof probe>(probe, { onFinished: ({ rounds }) => void finished.push(rounds), onWoken() {} });
    const actors = [
      { schema: relay, twins: { js: true, wasm: false } },
      { schema: mirror, twins: { js: false, wasm: true } },
    ];
    const system = await startSystem(host, { parties, actors, placement: 'relay=js,mirror=wasm' });
    const reasons = new Set<string>();
    system.onChange((change) => {
      if (change.type === 'vm' && change.vm === 'js' && change.reason !== '') reasons.add(change.reason);
    });
    let balls = 0;
    host.vmOf('wasm').tap.listen({
      arrived(bytes, at) {
        if (readU16(bytes, at + KIND_OFFSET) === mirror.receives.thrown.kind) balls++;
      },
    });
    // Called when what a handler has emitted is in the link, and before that is flushed.
    host.vmOf('js').tap.tell.done = () => {
      throw new Error('a bug in the VM');
    };
    port.send(relay.receives.start, { rounds: 3, bytes: 20 });
    await host.pass(5_000);
    expect({ reasons: [...reasons], balls, finished }).toEqual({ reasons: ['a bug in the VM'], balls: 3, finished: [3] });
    await host.until(system.stop());
  });

  test('the counts of links outlive the VMs that they belonged to', async () => {
    const { host, system } = await play(SEED, 0);
    const before = host.carriage.frames;
    host.lose('js', 'its thread was ended');
    await host.pass(1_000);
    await host.until(system.stop());
    expect(before).toBeGreaterThan(2 * ROUNDS);
    expect(host.carriage.frames).toBeGreaterThanOrEqual(before);
  });

  test('a wait that can never end is an error', async () => {
    const host = tested.create(tested.capabilities);
    await expect(host.until(new Promise(() => {}))).rejects.toThrow('nothing is left to happen');
  });
});

describe('corrupted frames', () => {
  const RUNS = 25;

  const total = (pairs: Readonly<Record<string, number>>) => Object.values(pairs).reduce((sum, count) => sum + count, 0);

  test(`end as dead letters; nothing traps, hangs or vanishes (seed ${SEED}, TANDEM_SEED to change)`, async () => {
    const codes = new Set<string>();
    let letters = 0;
    for (let run = 0; run < RUNS; run++) {
      const seed = SEED * 1000 + run;
      const { system, portErrors } = await play(seed, 0.05);
      expect(system.crashReports, `seed ${seed}`).toEqual([]);
      expect(portErrors, `seed ${seed}`).toEqual([]);
      expect(system.actors.map(({ state }) => state)).toEqual(['running', 'running']);
      const { sent, handled, duplicates, deadLetters, waiting, traps } = await system.counters();
      expect({ waiting, traps }, `seed ${seed}`).toEqual({ waiting: 0, traps: 0 });
      expect(total(handled) + duplicates + deadLetters, `seed ${seed}`).toBeGreaterThanOrEqual(total(sent));
      for (const { code, detail } of await system.deadLetters()) {
        codes.add(code);
        expect(detail).not.toBe('');
      }
      letters += deadLetters;
      await system.stop();
    }
    expect(letters).toBeGreaterThan(RUNS);
    expect([...codes].sort()).toEqual(['refused', 'undecodable', 'unreachable']);
  });

  test('are the only faults that are injected', async () => {
    const { system } = await play(SEED, 0);
    const { sent, handled, deadLetters } = await system.counters();
    expect(handled).toEqual(sent);
    expect(handled).toMatchObject({ 'relay>mirror': ROUNDS, 'mirror>relay': ROUNDS, 'relay>probe': 1 });
    expect(deadLetters).toBe(0);
  });
});
