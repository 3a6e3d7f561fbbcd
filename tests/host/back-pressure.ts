/**
 * Two actors flood each other until everything between them is full: mailboxes, links, gates. Then each waits for room that
 * only the other can make. They make progress because a mailbox takes frames beyond its bounds while its actor's own output waits.
 */
import { describe, expect, it } from 'vitest';
import type { System } from '../../actors/application/supervised-system.js';
import { startSystem } from '../../actors/application/system.js';
import { MAILBOX_BYTES_MAX, RING_BYTES } from '../../protocol/limits.js';
import { type HostOfPorts, lesserDevicesOf, type TestedHost } from './host-conformance.js';
import { ebb, probe, tide } from './protocol/generated/index.js';
import { parties } from './world.js';

const WATER_BYTES = 64 << 10;
/** The number of waves doubles with each step down. */
const HEIGHT = 8;
/** Waves that tide gets, of all heights; ebb gets all but the first. */
const WAVES = 2 ** (HEIGHT + 1) - 1;
const LOOK_AGAIN_MS = 20;

/**
 * Messages of one sender keep their order, and each of the two hears only the other, so the waves arrive in the order of their heights. The
 * first one to handle a last wave has sent everything that the other gets, and the other has handled none of its last waves. That is more
 * than link and mailbox hold, so the rest was let in beyond the bounds. Two starts, one for each, would not do: the waves of a late start would run out without a crowd.
 */
const LAST_WAVES_BYTES = 2 ** HEIGHT * WATER_BYTES;

/** On separate threads, or side by side on a device without WebAssembly. */
const ACTORS = [
  { schema: ebb, twins: { js: true, wasm: false } },
  { schema: tide, twins: { js: true, wasm: true } },
];

async function whenAllAreHandled(host: HostOfPorts, system: System): Promise<void> {
  for (;;) {
    const { handled } = await system.counters();
    if (handled['tide>ebb'] === WAVES - 1 && handled['ebb>tide'] === WAVES) return;
    await new Promise<void>((resolve) => host.timers.set(LOOK_AGAIN_MS, resolve));
  }
}

export function backPressureSuite<H extends HostOfPorts>(name: string, { create, until, capabilities }: TestedHost<H>): void {
  describe(`back-pressure on ${name}`, () => {
    it.each(lesserDevicesOf(capabilities))('two actors that wait for each other make progress %s', async (_what, lacks) => {
      expect(LAST_WAVES_BYTES).toBeGreaterThan(RING_BYTES + MAILBOX_BYTES_MAX + 8 * WATER_BYTES);
      const host = create({ ...capabilities, ...lacks });
      const startFlood = openProbe(host);
      const system = await startSystem(host, { parties, actors: ACTORS, placement: 'ebb=js,tide=wasm' });
      startFlood();
      await until(host, whenAllAreHandled(host, system));
      const counters = await system.counters();
      expect(counters.handled).toEqual(counters.sent);
      expect(counters).toMatchObject({ duplicates: 0, deadLetters: 0, refused: 0, dropped: 0, waiting: 0, traps: 0 });
      expect(counters.forced).toBeGreaterThan(0);
      await system.stop();
    });
  });
}

function openProbe(host: HostOfPorts): () => void {
  const port = host.vm.openPort<typeof probe>(probe, { onFinished() {}, onWoken() {} });
  return () => port.send(ebb.receives.start, { height: HEIGHT, water: new Uint8Array(WATER_BYTES) });
}
