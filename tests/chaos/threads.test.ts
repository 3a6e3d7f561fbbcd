/** A few faults on the real threads of Node and Chromium have no visible effect. `npm run chaos -- --host node --faults 500` does many. */
import { expect, test } from 'vitest';
import { playChromium } from '../../chaos/chromium.js';
import { drawThreadsPlans } from '../../chaos/draw.js';
import { playNode } from '../../chaos/node.js';
import { faultsOf, type StrikeKind } from '../../chaos/plan.js';
import { tryThreads } from '../../chaos/try-threads.js';

const SEED = Number(process.env.TANDEM_SEED ?? 1);
const FAULTS = 20;
const guests = new URL('../../dist/chaos/wasm-actors/', import.meta.url);

test.each([
  ['Node', playNode],
  ['Chromium', playChromium],
] as const)(`${FAULTS} faults on the threads of %s (seed ${SEED}, TANDEM_SEED to change)`, async (_host, play) => {
  const plans = drawThreadsPlans(SEED, FAULTS);
  expect(plans.map(({ sharedMemory }) => sharedMemory)).toEqual([true, false]);
  for (const plan of plans) {
    const faults = faultsOf(plan);
    const counts = ['trap', 'loss', 'hang'].map((kind) => faults.get(kind as StrikeKind) ?? 0);
    expect(counts.reduce((sum, count) => sum + count)).toBe(FAULTS / 2);
  }
  const { tally, recoveriesOfMs } = await tryThreads(plans, play, guests);
  expect(tally.failures.map(({ problems }) => problems)).toEqual([]);
  expect(tally).toMatchObject({ lost: 0, duplicated: 0, reordered: 0, divergent: 0 });
  for (const recoveries of Object.values(recoveriesOfMs)) expect(Object.values(recoveries).flat().length).toBeGreaterThan(0);
});
