/** When garbage is collected: once after each movement, never in one; and collections that the engine makes are counted by where they fall. */
import { afterEach, expect, it, vi } from 'vitest';
import { BetweenMovements } from '../../host-shim/browser/ports/between-movements.js';
import { Collections, collectionPlatform, SHORT_STILL_MS, STILL_MS } from '../../host-shim/browser/ports/collections.js';

/** A collection takes as long as `tookMs`. */
const clock = { tookMs: 50, at: 0, now: () => (clock.at += clock.tookMs) };
afterEach(() => {
  clock.tookMs = 50;
});

it('is asked for once after each movement, when nothing has moved for a while', () => {
  clock.tookMs = 1;
  const collected: number[] = [];
  let now = 0;
  const collections = new Collections({ collect: () => void collected.push(now), now: clock.now, watch: null });
  const frames = (until: number) => {
    for (; now < until; now += 16) collections.frame(now);
  };
  frames(2_000);
  expect(collected).toEqual([]);
  collections.moves(true, now);
  frames(3_000);
  collections.moves(false, now);
  frames(3_000 + SHORT_STILL_MS / 2);
  collections.moves(true, now); // the viewer goes on
  frames(5_000);
  expect(collected).toEqual([]);
  const ended = now;
  collections.moves(false, now);
  frames(9_000);
  expect(collected).toEqual([ended + Math.ceil(SHORT_STILL_MS / 16) * 16]);
  expect(collections.counts).toEqual({ during: 0, between: 0, asked: 1 });
});

it('is counted by whether something moves', () => {
  let present: object | undefined = {};
  const watch = () => {
    present = {};
    return { deref: () => present };
  };
  const collections = new Collections({ collect: null, watch });
  for (const animating of [true, false, false, true, true]) {
    collections.moves(animating, 0);
    collections.frame(0);
    present = undefined;
    collections.frame(STILL_MS);
    collections.frame(STILL_MS);
  }
  expect(collections.counts).toEqual({ during: 3, between: 2, asked: 0 });
});

it('goes without where the engine has nothing', () => {
  const { collect, watch } = collectionPlatform();
  expect([typeof collect, typeof watch?.().deref()]).toEqual([expect.stringMatching(/^(object|function)$/), 'object']);
  const collections = new Collections({ collect: null, watch: null });
  collections.moves(true, 0);
  collections.moves(false, 1);
  collections.frame(2 * STILL_MS);
  expect(collections.counts).toEqual({ during: 0, between: 0, asked: 0 });
});

afterEach(() => {
  vi.useRealTimers();
  vi.unstubAllGlobals();
});

it('is asked for in a thread without frames as well, once after each movement', () => {
  vi.useFakeTimers();
  clock.tookMs = 1;
  let collected = 0;
  const garbage = new BetweenMovements({ collect: () => void collected++, now: clock.now });
  for (const animating of [false, true, false, true]) {
    garbage.moves(animating);
    vi.advanceTimersByTime(SHORT_STILL_MS / 2); // the viewer goes on
  }
  vi.advanceTimersByTime(10 * STILL_MS);
  expect(collected).toBe(0);
  garbage.moves(false);
  garbage.moves(false);
  vi.advanceTimersByTime(STILL_MS);
  expect(collected).toBe(1);
  vi.advanceTimersByTime(10 * STILL_MS);
  expect(collected).toBe(1);
});

it('is asked for young objects alone where the engine has a function for it', () => {
  const asked: unknown[] = [];
  vi.stubGlobal('gc', (options: unknown) => asked.push(options));
  collectionPlatform().collect?.();
  expect(asked).toEqual([{ type: 'minor' }]);
});

it('is asked for later where one was long', () => {
  const collected: number[] = [];
  const collections = new Collections({ collect: () => void collected.push(0), now: clock.now, watch: null });
  const collectedAfter = (stillMs: number): number => {
    collections.moves(true, 0);
    collections.moves(false, 0);
    collections.frame(stillMs);
    return collected.length;
  };
  expect([collectedAfter(SHORT_STILL_MS), collectedAfter(SHORT_STILL_MS)]).toEqual([1, 1]);
  clock.tookMs = 1;
  expect([collectedAfter(STILL_MS), collectedAfter(SHORT_STILL_MS)]).toEqual([2, 3]);
});
