/** A spin-wait ends with the first frame, and one in vain is followed by ever more sleeps without one. */
import { expect, it } from 'vitest';
import type { LinkReader } from '../../bus/link.js';
import { SpinWait } from '../../bus/spin-wait.js';

/** A link on which a frame comes at the look of this number. */
class Watched {
  looks = 0;
  constructor(private readonly comesAt: number) {}
  readonly reader = Object.defineProperty({}, 'empty', { get: () => ++this.looks < this.comesAt }) as LinkReader;
}

/** Sleeps without a look, between spin-waits in vain. */
function sleepsBetween(spinWait: SpinWait, spinWaits: number): number[] {
  const sleeps: number[] = [];
  for (let sleep = 0; sleeps.length < spinWaits; sleep++) {
    const link = new Watched(Number.POSITIVE_INFINITY);
    expect(spinWait.keep([link])).toBe(false);
    if (link.looks === 0) continue;
    sleeps.push(sleep);
    sleep = -1;
  }
  return sleeps;
}

it('sees what comes while it looks, on any of the links', () => {
  const [silent, busy] = [new Watched(Number.POSITIVE_INFINITY), new Watched(3)];
  expect(new SpinWait().keep([silent, busy])).toBe(true);
  expect([silent.looks, busy.looks]).toEqual([3, 3]);
});

it('ends in vain, and does not look at all the next times', () => {
  expect(sleepsBetween(new SpinWait(), 12)).toEqual([0, 1, 3, 7, 15, 31, 63, 127, 255, 511, 1023, 1023]);
});

it('looks every time again once it was worth it', () => {
  const spinWait = new SpinWait();
  sleepsBetween(spinWait, 3);
  for (let skipped = 0; skipped < 7; skipped++) expect(spinWait.keep([new Watched(1)])).toBe(false);
  expect(spinWait.keep([new Watched(1)])).toBe(true);
  expect(spinWait.keep([new Watched(1)])).toBe(true);
});

it('does not look when there are no links', () => {
  const spinWait = new SpinWait();
  expect(spinWait.keep([])).toBe(false);
  expect(spinWait.keep([new Watched(1)])).toBe(true);
});
