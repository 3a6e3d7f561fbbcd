/**
 * Comparisons for the inside of loops. `expect` costs a hundred times what comparing costs, with its chain of words and its message, and nobody
 * reads that of a comparison that holds.
 */
import { isDeepStrictEqual } from 'node:util';
import { expect } from 'vitest';

/** As `expect(actual, note).toEqual(expected)`. What is equal for the engine is so for it, too. */
export function expectEqual(actual: unknown, expected: unknown, note?: string): void {
  if (!isDeepStrictEqual(actual, expected)) expect(actual, note).toEqual(expected);
}
