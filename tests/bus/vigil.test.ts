/** A vigil ends with the first frame, and one in vain is followed by ever more sleeps without one. */
import { expect, it } from 'vitest';
import type { LinkReader } from '../../bus/link.js';
import { Vigil } from '../../bus/vigil.js';

/** A link on which a frame comes at the look of this number. */
class Watched {
  looks = 0;
  constructor(private readonly comesAt: number) {}
  readonly reader = Object.defineProperty({}, 'empty', { get: () => ++this.looks < this.comesAt }) as LinkReader;
}

/** Sleeps without a look, between vigils in vain. */
function sleepsBetween(vigil: Vigil, vigils: number): number[] {
  const sleeps: number[] = [];
  for (let sleep = 0; sleeps.length < vigils; sleep++) {
    const link = new Watched(Number.POSITIVE_INFINITY);
    expect(vigil.keep([link])).toBe(false);
    if (link.looks === 0) continue;
    sleeps.push(sleep);
    sleep = -1;
  }
  return sleeps;
}

it('sees what comes while it looks, on any of the links', () => {
  const [silent, busy] = [new Watched(Number.POSITIVE_INFINITY), new Watched(3)];
  expect(new Vigil().keep([silent, busy])).toBe(true);
  expect([silent.looks, busy.looks]).toEqual([3, 3]);
});

it('gives up, and does not look at all the next times', () => {
  expect(sleepsBetween(new Vigil(), 12)).toEqual([0, 1, 3, 7, 15, 31, 63, 127, 255, 511, 1023, 1023]);
});

it('looks each time again once it was worth it', () => {
  const vigil = new Vigil();
  sleepsBetween(vigil, 3);
  for (let skipped = 0; skipped < 7; skipped++) expect(vigil.keep([new Watched(1)])).toBe(false);
  expect(vigil.keep([new Watched(1)])).toBe(true);
  expect(vigil.keep([new Watched(1)])).toBe(true);
});

it('does not look when there are no links', () => {
  const vigil = new Vigil();
  expect(vigil.keep([])).toBe(false);
  expect(vigil.keep([new Watched(1)])).toBe(true);
});
