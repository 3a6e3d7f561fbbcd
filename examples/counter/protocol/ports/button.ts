/** The outside world: somebody who presses the button and reads the count. */
import { port } from 'tandem/schema';
import { counter } from '../messages/counter.js';

export const button = port({
  name: 'button',
  address: 65,
  receives: {},
  uses: [counter],
  follows: ['counter.changed'],
  sendsTo: ['counter'],
});
