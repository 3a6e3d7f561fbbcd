import { readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { expect, test } from 'vitest';
import { madeOnce } from './made-once.js';

test('of several that need a thing one makes it, and the others find it whole', async () => {
  let made = 0;
  const make = async (folder: string): Promise<void> => {
    made++;
    await new Promise(setImmediate);
    writeFileSync(join(folder, 'thing'), 'whole');
  };
  const folders = await Promise.all([1, 2, 3].map(() => madeOnce('made-once-test', make)));
  expect(made).toBe(1);
  expect(folders.map((folder) => readFileSync(join(folder, 'thing'), 'utf8'))).toEqual(['whole', 'whole', 'whole']);
});

test('a thing that cannot be made fails all that need it', async () => {
  const make = async (): Promise<void> => {
    throw new Error('no room');
  };
  const ends = await Promise.allSettled([1, 2].map(() => madeOnce('made-once-failure', make)));
  expect(ends.map((end) => end.status === 'rejected' && (end.reason as Error).message)).toEqual([
    'no room',
    'made-once-failure was not made: the test that began it says why',
  ]);
});
