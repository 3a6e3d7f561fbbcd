/** A short evening of the run whose memory `npm run chaos -- --frames 1000000 --navigations 100000` looks at. */
import { expect, test } from 'vitest';
import type * as LongRun from '../../chaos/long-run.js';

/** The built files: the stage finds the guests beside them. */
const { runLong } = (await import(/* @vite-ignore */ new URL('../../dist/chaos/long-run.js', import.meta.url).href)) as typeof LongRun;

test('a viewer who opens and leaves films, and actors that trap: all goes on, and memory is looked at twice', async () => {
  let collections = 0;
  const report = await runLong({ frames: 2_000, navigations: 200, collect: () => void collections++ });
  expect(report).toMatchObject({ frames: 2_000, traps: 4, problems: [] });
  expect(report.navigations).toBeGreaterThanOrEqual(190);
  expect(collections).toBe(4);
});
