/** Spare threads: when they are prepared, what uses them, and what happens when they end unused. */
import { expect, test } from 'vitest';
import { DebuggerAwareDeadlines } from '../../host-shim/common/debugger-aware-deadlines.js';
import type { WorkerName } from '../../host-shim/common/definition.js';
import { SPARE_DEATHS_MAX, SPARE_DELAY_MS, Spares } from '../../host-shim/common/spares.js';
import { WorkerVm } from '../../host-shim/common/worker-vm.js';
import { VirtualTime } from '../supervisor/virtual-time.js';
import { PortThread } from './port-thread.js';

function open() {
  const time = new VirtualTime();
  const threads: PortThread[] = [];
  const deadlines = new DebuggerAwareDeadlines({ timers: time, clock: time, debugging: () => false });
  const prepare = (name: WorkerName) => {
    const thread = new PortThread();
    threads.push(thread);
    const limits = { deadlines, controlDeadlineMs: Number.POSITIVE_INFINITY, loadDeadlineMs: Number.POSITIVE_INFINITY };
    return new WorkerVm(thread, name, { wasm: true, failedOver: false, lifeLock: '' }, limits);
  };
  const spares = new Spares(prepare, time);
  return { time, threads, spares };
}

test('a spare is prepared a while after the VM runs, and used once', async () => {
  const { time, threads, spares } = open();
  await spares.keep('js', true);
  await spares.keep('js', true);
  expect(spares.take('js')).toBeNull();
  await time.advance(SPARE_DELAY_MS - 1);
  expect(threads).toHaveLength(0);
  await time.advance(1);
  expect(threads).toHaveLength(1);
  expect(spares.take('wasm')).toBeNull();
  expect(spares.take('js')).not.toBeNull();
  expect(spares.take('js')).toBeNull();
  await spares.keep('js', true);
  await time.advance(SPARE_DELAY_MS);
  expect(threads).toHaveLength(2);
  await spares.keep('js', false);
  expect(threads.map(({ ended }) => ended)).toEqual([false, true]);
});

test('a spare that is not wanted any more is not prepared', async () => {
  const { time, threads, spares } = open();
  await spares.keep('wasm', true);
  await spares.keep('wasm', false);
  await time.advance(10 * SPARE_DELAY_MS);
  expect(threads).toHaveLength(0);
});

test('a spare that ends unused is replaced, a few times', async () => {
  const { time, threads, spares } = open();
  await spares.keep('js', true);
  for (let i = 0; i < 10; i++) {
    await time.advance(SPARE_DELAY_MS);
    threads.at(-1)?.onEnd?.('it ran out of memory');
    expect(spares.take('js')).toBeNull();
  }
  expect(threads).toHaveLength(SPARE_DEATHS_MAX);
  expect(threads.every(({ ended }) => ended)).toBe(true);
});
