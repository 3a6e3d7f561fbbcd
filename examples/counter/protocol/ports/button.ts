/** The edge to the outside: whoever presses the button, and looks at the count. */
import { port } from '../../../../protocol/schema.js';

export const button = port({
  name: 'button',
  address: 65,
  receives: {},
  follows: ['counter.changed'],
  sendsTo: ['counter'],
});
