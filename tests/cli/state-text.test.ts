/** States as people read them. */
import { expect, test } from 'vitest';
import { stateLines } from '../../cli/state-text.js';

test('a line for each field; what is long is shortened, and says how long it is', () => {
  const lines = stateLines({
    shelf: {
      count: 3,
      title: 'a'.repeat(50),
      bytes: new Uint8Array(9000),
      books: Array.from({ length: 400 }, (_, number) => ({ number, place: 'left' })),
      nodes: Object.fromEntries(Array.from({ length: 80 }, (_, node) => [node, { x: node }])),
      none: null,
    },
    door: [1, 2],
    lamp: null,
  });
  expect(lines).toEqual([
    'shelf:',
    '  count: 3',
    `  title: "${'a'.repeat(40)}…"`,
    '  bytes: <9000 bytes>',
    expect.stringMatching(/^ {2}books: 400 items \[\{number: 0, place: "left"\}, .*…$/),
    expect.stringMatching(/^ {2}nodes: 80 entries \{0: \{x: 0\}, .*…$/),
    '  none: null',
    'door: [1, 2]',
    'lamp: null',
  ]);
  expect(Math.max(...lines.map((line) => line.length))).toBeLessThan(160);
});
