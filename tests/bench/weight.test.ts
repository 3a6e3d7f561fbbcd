/** What a page with one actor may cost, in a browser. `npm run weight` tells the rest. */
import { expect, test } from 'vitest';
import { weigh } from '../../scripts/weight.js';

const MEGABYTE = 1 << 20;
/**
 * What a page with one actor in step `host` loads at once, as brotli sends it. The goal is 30 KB. What is there: VM and bus 34 KB, supervision 17,
 * XState 11, the application's start and client 6, protocol 8, flight recorders 5.
 */
const HOST_PAGE_BYTES_MAX = 85_600;
/** Size of the worker of one VM. */
const WORKER_BYTES_MAX = 51_800;

test('in step host a page loads no more than that at once, in step js a worker besides', async () => {
  const [host, js] = await weigh(false, ['host', 'js']);
  expect(host.bytes).toBeLessThan(HOST_PAGE_BYTES_MAX);
  expect(host.workerBytes).toBe(0);
  expect(js.workerBytes).toBeLessThan(WORKER_BYTES_MAX);
});

test('step js has one worker and little shared memory, step wasm two workers and 16 MB in all', async () => {
  const [empty, js, wasm] = await weigh(true, ['empty', 'js', 'wasm']);
  expect([js.workers, wasm.workers]).toEqual([1, 2]);
  expect(js.sharedBytes).toBeLessThan(4 * MEGABYTE);
  expect(wasm.memoryBytes! - empty.memoryBytes!).toBeLessThan(16 * MEGABYTE);
});
