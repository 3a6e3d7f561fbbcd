/** Lost and recovered workers leave nothing in their host: no memory, no thread, no handle. */
import { readFileSync } from 'node:fs';
import { expect, test } from 'vitest';
import { type Census, countObjects, grownBy, takeCensus } from './census.js';
import { mortalNodeOf } from './mortal-node.js';
import { MortalGame } from './vm-loss.js';

const RESTARTS = 120;
/** Half a minute on a machine that does nothing else, and five times that beside three other workers of a whole run. */
const GROWTH_MS = 600_000;
/** Restarts after which caches, compiled code and rings of reports are full. */
const WARM_RESTARTS = 70;
/** Tolerance: an ending thread and a starting spare may be counted or not, each with a port and a timer. */
const THREADS_IN_MOTION = 2;
const HANDLES_IN_MOTION = 2 * THREADS_IN_MOTION;

/** The two VMs and the spare of each. */
const THREADS_AT_REST = 4;

/** A spare is started a while after its VM, and its thread has the objects of half the restarts: what is compared has all spares, at rest. */
async function censusAtRest(game: MortalGame): Promise<Census> {
  await expect.poll(() => game.running.size, { timeout: 60_000 }).toBe(THREADS_AT_REST);
  let last = countObjects();
  const moved = () => {
    const before = last;
    last = countObjects();
    return last - before;
  };
  await expect.poll(moved, { timeout: 60_000, interval: 500 }).toBe(0);
  return takeCensus();
}

/** Number of this process's threads, as counted by the kernel. */
const threads = (): number => Number(/^Threads:\s+(\d+)$/m.exec(readFileSync('/proc/self/status', 'utf8'))?.[1]);

const handles = (): number => process.getActiveResourcesInfo().length;

test(`${RESTARTS} restarts of the worker of a VM`, { timeout: GROWTH_MS }, async () => {
  // How many steps the last crash reports have from the flight recorder depends on the moment.
  const game = new MortalGame(mortalNodeOf(undefined, 0), true);
  await game.start('relay=js,mirror=wasm');
  const restart = async (times: number) => {
    for (let i = 0; i < times; i++) await game.kill('wasm');
    await game.play(40, async () => {});
    game.ends.length = 0;
  };
  await restart(WARM_RESTARTS);
  const warm = { census: await censusAtRest(game), threads: threads(), handles: handles() };
  await restart(RESTARTS - WARM_RESTARTS);
  expect(grownBy(RESTARTS - WARM_RESTARTS, warm.census, await censusAtRest(game))).toEqual({});
  expect(threads()).toBeLessThanOrEqual(warm.threads + THREADS_IN_MOTION);
  expect(handles()).toBeLessThanOrEqual(warm.handles + HANDLES_IN_MOTION);
  expect(game.actors.find(({ actor }) => actor === 'mirror')).toMatchObject({ state: 'running', restarts: RESTARTS });
  await game.end();
});

class Forgotten {}

test('a leak is noticed', async () => {
  const before = await takeCensus();
  const kept = Array.from({ length: 100 }, () => new Forgotten());
  expect(grownBy(kept.length, before, await takeCensus())).toMatchObject({ 'object Forgotten': 100 });
});
