/** What a page with one actor may cost, in a browser. `npm run weight` tells the rest. */
import { expect, test } from 'vitest';
import { weigh } from '../../scripts/weight.js';

const MEGABYTE = 1 << 20;

test('step js has one worker and little shared memory, step wasm two workers and 16 MB in all', async () => {
  const [empty, js, wasm] = await weigh(true, ['empty', 'js', 'wasm']);
  expect([js.workers, wasm.workers]).toEqual([1, 2]);
  expect(js.sharedBytes).toBeLessThan(4 * MEGABYTE);
  expect(wasm.memoryBytes! - empty.memoryBytes!).toBeLessThan(16 * MEGABYTE);
});
