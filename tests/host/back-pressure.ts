/**
 * Two actors flood each other until everything between them is full: mailboxes, links, gates. Then each waits for room that
 * only the other can make. They make progress because a mailbox takes frames beyond its bounds while its actor's own output waits.
 */
import { describe, expect, it } from 'vitest';
import type { System } from '../../actors/application/supervised-system.js';
import { startSystem } from '../../actors/application/system.js';
import { FRAME_BYTES_MAX, MAILBOX_BYTES_MAX, RING_BYTES } from '../../protocol/limits.js';
import { type HostOfPorts, lesserDevicesOf, type TestedHost } from './host-conformance.js';
import { ebb, probe, tide } from './protocol/generated/index.js';
import { parties } from './world.js';

const WATER_BYTES = 64 << 10;
/** As in the simulation, and less than usual: what has to be sent until it is full costs seconds. Message ports hold RING_BYTES. */
const SMALL_RING_BYTES = 2 * FRAME_BYTES_MAX;
const LOOK_AGAIN_MS = 20;

/**
 * Number of times that the number of waves doubles. Messages of one sender keep their order, and each of the two hears only the other, so the
 * waves arrive in the order of their heights. The first one to handle a last wave has sent everything that the other gets, and the other has
 * handled none of its last waves. That has to be more than link and mailbox hold, so that the rest is let in beyond the bounds. Two starts,
 * one for each, would not do: the waves of a late start would run out without a crowd.
 */
const heightOver = (linkBytes: number): number => Math.ceil(Math.log2((linkBytes + MAILBOX_BYTES_MAX) / WATER_BYTES + 8));

/** On separate threads, or side by side on a device without WebAssembly. */
const ACTORS = [
  { schema: ebb, twins: { js: true, wasm: false } },
  { schema: tide, twins: { js: true, wasm: true } },
];

async function whenAllAreHandled(host: HostOfPorts, system: System, waves: number): Promise<void> {
  for (;;) {
    const { handled } = await system.counters();
    if (handled['tide>ebb'] === waves - 1 && handled['ebb>tide'] === waves) return;
    await new Promise<void>((resolve) => host.timers.set(LOOK_AGAIN_MS, resolve));
  }
}

export function backPressureSuite<H extends HostOfPorts>(name: string, { create, until, capabilities }: TestedHost<H>): void {
  // Nothing of a host is between two actors in one thread: the simulation tries those.
  const devices = lesserDevicesOf(capabilities).filter(([, lacks]) => {
    const { workers, wasm } = { ...capabilities, ...lacks };
    return !capabilities.workers || (workers && wasm);
  });
  describe(`back-pressure on ${name}`, () => {
    it.each(devices)('two actors that wait for each other make progress %s', async (_what, lacks) => {
      const chosen = { ...capabilities, ...lacks };
      const height = heightOver(chosen.wasm && !chosen.sharedMemory ? RING_BYTES : SMALL_RING_BYTES);
      const host = create(chosen, { ringBytes: SMALL_RING_BYTES });
      const startFlood = openProbe(host, height);
      // A thread that a busy machine leaves without time for seconds does not hang.
      const hangMs = Number.POSITIVE_INFINITY;
      const system = await startSystem(host, { parties, actors: ACTORS, placement: 'ebb=js,tide=wasm', hangMs });
      startFlood();
      // Tide gets waves of all heights, ebb all but the first.
      await until(host, whenAllAreHandled(host, system, 2 ** (height + 1) - 1));
      const counters = await system.counters();
      expect(counters.handled).toEqual(counters.sent);
      expect(counters).toMatchObject({ duplicates: 0, deadLetters: 0, refused: 0, dropped: 0, waiting: 0, traps: 0 });
      expect(counters.forced).toBeGreaterThan(0);
      await system.stop();
    });
  });
}

function openProbe(host: HostOfPorts, height: number): () => void {
  const port = host.vm.openPort<typeof probe>(probe, { onFinished() {}, onWoken() {} });
  return () => port.send(ebb.receives.start, { height, water: new Uint8Array(WATER_BYTES) });
}
