/** Samples for the benchmarks of messages: every contender gets the same values, made anew for each message. */
import type { MessageOf } from '../protocol/fields.js';
import type { receiver } from './protocol/generated/receiver.js';

export type Sample = MessageOf<typeof receiver, 'sample'>;

const NAMES = ['title', 'rail-drama', 'card', 'poster', 'badge', 'progress', 'button-play', 'description'];

/** The `index`-th node of a screen of cards. Some coordinates are whole, some are not, as in a layout. */
export const sampleAt = (index: number): Sample => ({
  node: index & 2047,
  group: index & 15,
  x: (index & 31) * 212.5,
  y: (index & 7) * 318,
  width: 200 + (index & 3) * 0.25,
  height: 300,
  visible: (index & 3) !== 0,
  name: NAMES[index & 7],
});

/** What a received sample adds to the sum, to prove that every field was read. */
export const weightOf = ({ visible, x, y, width, height, name }: Sample): number => (visible ? x + y + width + height + name.length : 0);

export function weightOfFirst(samples: number): number {
  let sum = 0;
  for (let index = 0; index < samples; index++) sum += weightOf(sampleAt(index));
  return sum;
}
