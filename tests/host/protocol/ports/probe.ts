/** The test's own edge: starts what is to happen, and hears how it went. */
import { message, port, u32 } from '../../../../protocol/schema.js';

export const probe = port({
  name: 'probe',
  address: 66,
  receives: {
    /** `wrong` balls came out of their order or were not as they had been thrown. */
    finished: message({ kind: 0x4201, fields: { rounds: u32, wrong: u32 } }),
    woken: message({ kind: 0x4202, fields: {} }),
  },
  sendsTo: ['relay', 'mirror', 'ebb', 'desk'],
  watches: ['relay', 'mirror'],
});
