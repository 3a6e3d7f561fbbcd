/** When garbage is collected: once after each movement, never in one; and collections that the engine makes are counted by where they fall. */
import { expect, it } from 'vitest';
import { Collections, collectionPlatform, STILL_MS } from '../../host-shim/browser/ports/collections.js';

it('is asked for once after each movement, when nothing has moved for a while', () => {
  const collected: number[] = [];
  let now = 0;
  const collections = new Collections({ collect: () => void collected.push(now), watch: null });
  const frames = (until: number) => {
    for (; now < until; now += 16) collections.frame(now);
  };
  frames(2_000);
  expect(collected).toEqual([]);
  collections.moves(true, now);
  frames(3_000);
  collections.moves(false, now);
  frames(3_000 + STILL_MS / 2);
  collections.moves(true, now); // the viewer goes on
  frames(5_000);
  expect(collected).toEqual([]);
  const ended = now;
  collections.moves(false, now);
  frames(9_000);
  expect(collected).toEqual([ended + Math.ceil(STILL_MS / 16) * 16]);
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
