/** Sends to the trap actor, and receives its sums. */
import { bin, i32, message, port } from '../../../../protocol/schema.js';

export const trapper = port({
  name: 'trapper',
  address: 64,
  receives: {
    sum: message({ kind: 0x4010, fields: { sum: i32 } }),
    filling: message({ kind: 0x4011, fields: { bytes: bin(1 << 20) } }),
  },
  sendsTo: ['trap'],
});
