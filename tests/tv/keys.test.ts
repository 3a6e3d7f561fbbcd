/** Keys that follow each other faster than screens: each has the same effect as if the viewer waited in between. */
import { expect, test } from 'vitest';
import type { Key } from '../../host-shim/common/ports/input-port.js';
import { openWorld } from './world.js';

const PLACEMENTS = ['js', 'wasm', 'mixed', 'focus=wasm'];
const BROWSE = { route: 'browse', focus: 1, depth: 0 };
const DETAILS = { route: 'details', focus: 1, depth: 1 };

interface Case {
  readonly keys: readonly Key[];
  readonly end: object;
}

const CASES: readonly Case[] = [
  { keys: ['enter', 'enter'], end: DETAILS },
  { keys: ['enter', 'back'], end: BROWSE },
  { keys: ['enter', 'enter', 'back'], end: BROWSE },
  { keys: ['enter', 'back', 'back'], end: BROWSE },
];

test.each(PLACEMENTS)('placement %s: Enter pushes once, and Back leaves the screen that Enter has opened', async (placement) => {
  const world = await openWorld(placement);
  for (const apartMs of [0, 1, 2, 5]) {
    for (const { keys, end } of CASES) {
      await world.press(keys, apartMs);
      expect({ apartMs, keys, ...(await world.place()) }).toEqual({ apartMs, keys, ...end });
      // Back to the beginning, for the next case.
      if (end === DETAILS) await world.press(['back'], 0);
    }
  }
  expect(world.portErrors).toEqual([]);
});

/** Focus as the page keeps it in the history entry. */
const cardAt = (rail: number, position: number): object => ({ ...BROWSE, focus: rail * 10_000 + position + 1 });
const times = (count: number, key: Key): readonly Key[] => Array.from({ length: count }, () => key);

/** Only the rails near the focused one have nodes. Meanwhile their numbers go to nodes of other rails. */
test.each(['js', 'wasm'])('placement %s: a viewer who returns to a distant rail is at the same card as before', async (placement) => {
  const world = await openWorld(placement);
  let position = 0;
  for (const steps of [3, 2]) {
    position += steps;
    for (const key of [...times(steps, 'right'), ...times(4, 'down'), ...times(4, 'up')]) await world.press([key], 0);
    expect(await world.place()).toEqual(cardAt(0, position));
  }
  expect(world.portErrors).toEqual([]);
});

test.each(['js', 'mixed'])('placement %s: keys that are pressed before any film has arrived count', async (placement) => {
  const world = await openWorld(placement, {}, 7, ['right', 'down', 'right']);
  await world.press([], 0);
  expect(await world.place()).toEqual(cardAt(1, 2));
  expect(world.portErrors).toEqual([]);
});
