/** In the JavaScript VM: asks receiver, waits for its answer, and asks again. */
import { message, port, u32 } from '../../../protocol/schema.js';

export const pacer = port({
  name: 'pacer',
  address: 83,
  receives: {
    pace: message({ kind: 0x5301, fields: { rounds: u32 } }),
  },
  sendsTo: ['receiver', 'stopwatch'],
});
