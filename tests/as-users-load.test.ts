/** What tests prove is proved of the packages that users run, and not of their builds for development, which are slower. */
import { createRequire } from 'node:module';
import { expect, test } from 'vitest';
import '../actors/application/system.js';

test('XState is the build that Node loads', () => {
  const loaded = Object.keys(createRequire(import.meta.url).cache).filter((path) => path.includes('/node_modules/xstate/'));
  expect(loaded.length).toBeGreaterThan(0);
  expect(loaded.filter((path) => path.includes('development'))).toEqual([]);
});
