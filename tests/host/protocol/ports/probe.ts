/** The test's own port: starts something, and hears the result. */
import { message, port, u32 } from '../../../../protocol/schema.js';

export const probe = port({
  name: 'probe',
  address: 66,
  receives: {
    /** Number of `wrong` balls: out of order, or changed. */
    finished: message({ kind: 0x4201, fields: { rounds: u32, wrong: u32 } }),
    woken: message({ kind: 0x4202, fields: {} }),
  },
  sendsTo: ['relay', 'mirror', 'ebb', 'desk'],
  watches: ['relay', 'mirror'],
});
