import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { admitRestart, checkIntensity, type RestartTimes } from '../../actors/supervisor/intensity.js';

const second = 1_000_000;
const budget = { intensity: 2, periodMs: 1000 };

/** Restarts at these times, in microseconds. @returns which were admitted */
function admitted(times: readonly number[], limit = budget): boolean[] {
  let counted: RestartTimes = [];
  return times.map((time) => {
    const next = admitRestart(counted, time, limit);
    counted = next ?? counted;
    return next !== null;
  });
}

describe('restart intensity', () => {
  test('multiple_restarts: restarts spaced beyond the period never exhaust the budget', () => {
    expect(admitted(Array.from({ length: 50 }, (_, i) => i * 0.51 * second))).toEqual(Array(50).fill(true));
  });

  test('the restart that is one too many within the period is refused', () => {
    expect(admitted([0, 1, 2])).toEqual([true, true, false]);
  });

  test('a restart exactly one period ago still counts', () => {
    expect(admitted([0, 1, second])).toEqual([true, true, false]);
    expect(admitted([0, 1, second + 1])).toEqual([true, true, true]);
  });

  test('intensity 0 admits none', () => {
    expect(admitted([0], { intensity: 0, periodMs: 1000 })).toEqual([false]);
  });

  test('a clock that steps back an hour neither lifts the budget nor blocks it for an hour', () => {
    const hour = 3600 * second;
    expect(admitted([hour, hour + 1, 0])).toEqual([true, true, false]);
    expect(admitted([hour, 0, 2 * second])).toEqual([true, true, true]);
  });

  test('sup_flags: numbers that make no sense are refused by name', () => {
    expect(() => checkIntensity({ intensity: -1, periodMs: 1 })).toThrow(/intensity.*-1/);
    expect(() => checkIntensity({ intensity: 1.5, periodMs: 1 })).toThrow(/intensity.*1.5/);
    expect(() => checkIntensity({ intensity: 1, periodMs: 0 })).toThrow(/periodMs.*0/);
    expect(() => checkIntensity({ intensity: 1, periodMs: Number.NaN })).toThrow(/periodMs/);
  });

  test('property: no window of one period ever holds more restarts than the intensity', () => {
    const gaps = fc.array(fc.integer({ min: 0, max: 700_000 }), { maxLength: 60, size: 'max' });
    fc.assert(
      fc.property(gaps, fc.integer({ min: 0, max: 4 }), (steps, intensity) => {
        let now = 0;
        const times = steps.map((step) => (now += step));
        const verdicts = admitted(times, { intensity, periodMs: 1000 });
        const restarts = times.filter((_, i) => verdicts[i]);
        for (const start of restarts) {
          expect(restarts.filter((time) => time >= start && time <= start + second).length).toBeLessThanOrEqual(intensity);
        }
      }),
      { seed: 20_261_121, numRuns: 500 },
    );
  });
});
