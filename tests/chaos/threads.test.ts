/** A few faults on the real threads of Node and of Chromium: nothing shows of them. `npm run chaos -- --host node --faults 500` does many. */
import { expect, test } from 'vitest';
import { playChromium } from '../../chaos/chromium.js';
import { drawThreadsPlan } from '../../chaos/draw.js';
import { playNode } from '../../chaos/node.js';
import { type FaultKind, faultsOf } from '../../chaos/plan.js';
import { tryThreads } from '../../chaos/try-threads.js';

const SEED = Number(process.env.TANDEM_SEED ?? 1);
const FAULTS = 20;
const guests = new URL('../../dist/chaos/wasm-actors/', import.meta.url);

test.each([
  ['Node', playNode],
  ['Chromium', playChromium],
] as const)(`${FAULTS} faults on the threads of %s (seed ${SEED}, TANDEM_SEED to change)`, async (_host, play) => {
  const plan = drawThreadsPlan(SEED, FAULTS);
  const faults = faultsOf(plan);
  expect(['trap', 'loss', 'hang'].map((kind) => faults.get(kind as FaultKind)!).reduce((sum, count) => sum + count)).toBe(FAULTS);
  const { tally } = await tryThreads(plan, play, guests);
  expect(tally.failures.map(({ problems }) => problems)).toEqual([]);
  expect(tally).toMatchObject({ lost: 0, duplicated: 0, reordered: 0, divergent: 0 });
  expect(tally.recoveriesMs.length).toBeGreaterThan(0);
});
