/** A viewer who presses seeded random keys: mostly along a rail, now and then into a film and back. */
import type { Key } from 'tandem/node';
import type { Random } from 'tandem/testing';

/** Keys, with the percentage of presses of each. */
const HABITS: readonly (readonly [Key, number])[] = [
  ['right', 34],
  ['left', 12],
  ['down', 22],
  ['up', 12],
  ['enter', 9],
  ['back', 11],
];

export function nextKey(random: Random): Key {
  let draw = random.integer(HABITS.reduce((sum, [, weight]) => sum + weight, 0));
  for (const [key, weight] of HABITS) {
    if (draw < weight) return key;
    draw -= weight;
  }
  return 'right';
}
