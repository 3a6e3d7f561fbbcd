/** The overlay: figures of the running application over its own picture, for who develops it. It says nothing while it is not shown. */
import { metrics } from '../messages/metrics.js';
import { port } from '../schema.js';

export const overlay = port({
  name: 'overlay',
  address: 38,
  receives: {},
  uses: [metrics],
  sendsTo: ['scene', 'metrics'],
});
