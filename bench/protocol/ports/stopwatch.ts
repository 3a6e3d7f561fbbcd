/** In the host's VM: says when to begin, and hears of the end. */
import { f64, list, message, port } from '../../../protocol/schema.js';

export const stopwatch = port({
  name: 'stopwatch',
  address: 82,
  receives: {
    /** The sum over all samples: nothing was left out. */
    finished: message({ kind: 0x5201, fields: { sum: f64 } }),
    /** How long each round took, in milliseconds. */
    paced: message({ kind: 0x5202, fields: { roundsMs: list(f64) } }),
  },
  sendsTo: ['sender', 'pacer'],
});
