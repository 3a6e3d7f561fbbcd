/** In the host's VM: starts a run, and is told of its end. */
import { f64, list, message, port } from '../../../protocol/schema.js';

export const stopwatch = port({
  name: 'stopwatch',
  address: 82,
  receives: {
    /** The sum over all samples, which shows that none is missing. */
    finished: message({ kind: 0x5201, fields: { sum: f64 } }),
    /** Time of each round, in milliseconds. */
    paced: message({ kind: 0x5202, fields: { roundsMs: list(f64) } }),
  },
  sendsTo: ['sender', 'pacer'],
});
