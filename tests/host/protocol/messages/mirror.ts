/** Sends every ball back to relay as it came. */
import { actor, bin, message, struct, u32 } from '../../../../protocol/schema.js';

export const mirror = actor({
  name: 'mirror',
  address: 65,
  state: struct('MirrorState', { balls: u32 }),
  receives: {
    thrown: message({ kind: 0x4101, fields: { round: u32, ball: bin() } }),
  },
  sendsTo: ['relay'],
});
