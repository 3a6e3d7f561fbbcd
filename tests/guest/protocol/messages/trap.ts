/** The actor of tests/guests/trap: it keeps a sum, and traps in the way it is asked to. */
import { actor, i32, message, struct, u32 } from '../../../../protocol/schema.js';

export const trap = actor({
  name: 'trap',
  address: 99,
  state: struct('TrapState', { sum: i32 }),
  receives: {
    add: message({ kind: 0x4001, fields: { number: u32 } }),
    /** Number of the way. */
    trap: message({ kind: 0x4002, fields: { way: u32 } }),
    litter: message({ kind: 0x4003, fields: { objects: u32 } }),
    fill: message({ kind: 0x4004, fields: { bytes: u32 } }),
    flood: message({ kind: 0x4005, fields: { frames: u32 } }),
  },
  sendsTo: ['trapper'],
});
