/** Keys that follow each other faster than screens do: each has the effect that it has when the viewer waits in between. */
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

test.each(PLACEMENTS)('placement %s: Enter pushes once, and Back leads back from where Enter has led', async (placement) => {
  const world = await openWorld(placement);
  for (const apartMs of [0, 1, 2, 5]) {
    for (const { keys, end } of CASES) {
      await world.press(keys, apartMs);
      expect({ apartMs, keys, ...(await world.place()) }).toEqual({ apartMs, keys, ...end });
      // To the beginning, for the next.
      if (end === DETAILS) await world.press(['back'], 0);
    }
  }
  expect(world.portErrors).toEqual([]);
});
