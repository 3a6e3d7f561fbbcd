/** The outside world: somebody who presses the button and reads the count. */
import { port } from 'tandem/schema';

export const button = port({
  name: 'button',
  address: 65,
  receives: {},
  follows: ['counter.changed'],
  sendsTo: ['counter'],
});
