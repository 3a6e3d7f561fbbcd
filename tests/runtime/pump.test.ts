/** One VM at a ring: when it goes to sleep, and when it gives back the room of drained frames. */
import { expect, test } from 'vitest';
import { MAILBOX_FRAMES_MAX } from '../../protocol/limits.js';
import { FRAMES_ANY, VmAtRing } from './vm-at-ring.js';

const PUMP_MICROS = 1_000_000;
const RING_BYTES = 1 << 17;

test('a VM whose full mailbox waits for a restart sleeps, and goes on with everything when it is woken', async () => {
  const bench = await VmAtRing.open({ keep: async () => {} });
  await bench.vm.end('bank');
  bench.write(MAILBOX_FRAMES_MAX + 100);
  expect([bench.vm.pump(PUMP_MICROS), bench.vm.pump(PUMP_MICROS)]).toEqual([false, false]);
  const { wakes } = bench;
  await bench.vm.restart('bank', 2);
  expect(bench.wakes).toBeGreaterThan(wakes);
  expect(bench.vm.pump(PUMP_MICROS)).toBe(false);
  expect(await bench.handled()).toBe(MAILBOX_FRAMES_MAX + 100);
});

test('under load the room of what is journaled comes back, though the mailbox is never empty and no checkpoint is confirmed', async () => {
  let confirms = true;
  const keep = () => (confirms ? Promise.resolve() : new Promise<void>(() => {}));
  // In one turn more frames come from two senders than are handled.
  const bench = await VmAtRing.open({ keep, ringBytes: RING_BYTES, peers: 2 });
  confirms = false;
  const atFirst = bench.write(FRAMES_ANY);
  let more = 0;
  for (let round = 0; round < 200; round++) {
    bench.vm.pump(0);
    expect((await bench.vm.health())[0].mailboxFrames).toBeGreaterThan(0);
    more += bench.write(FRAMES_ANY);
  }
  expect(more).toBeGreaterThan(10 * atFirst);
});
