/** A port that watches the others from the host. */
import { port } from '../../../../protocol/schema.js';

export const onlooker = port({
  name: 'onlooker',
  address: 72,
  receives: {},
  sendsTo: ['base', 'peer', 'page'],
  watches: ['base', 'peer', 'page'],
});
