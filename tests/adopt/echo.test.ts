/** What an input shows while its owner's answers are on their way. */
import { describe, expect, test } from 'vitest';
import { Echo } from '../../ui/echo.js';

const typing = (...values: string[]) => {
  const echo = new Echo('');
  for (const value of values) echo.type(value);
  return echo;
};

describe('local echo', () => {
  test('shows what was typed while earlier letters come back', () => {
    const echo = typing('g', 'go', 'gol');
    for (const published of ['g', 'go']) {
      echo.publish(published);
      expect(echo.value).toBe('gol');
    }
    echo.publish('gol');
    expect(echo.waits).toBe(false);
    echo.publish('silver');
    expect(echo.value).toBe('silver');
  });

  test('a letter that was skipped, since only the latest counts, waits no more', () => {
    const echo = typing('g', 'go', 'gol');
    echo.publish('gol');
    expect(echo.waits).toBe(false);
  });

  test("another's value, and the owner's own form of it, are shown after a pause", () => {
    const echo = typing('g', 'go');
    echo.publish('G');
    echo.publish('GO');
    expect(echo.value).toBe('go');
    echo.settle();
    expect(echo.value).toBe('GO');
  });

  test('the same text typed twice waits for the second answer', () => {
    const echo = typing('a', 'ab', 'a');
    echo.publish('a');
    echo.publish('ab');
    expect([echo.value, echo.waits]).toEqual(['a', true]);
    echo.publish('a');
    expect(echo.waits).toBe(false);
  });
});
