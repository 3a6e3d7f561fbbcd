/** Sends every ball back to relay unchanged, and crashes when it is asked to. */
import { actor, bin, message, request, struct, u32 } from '../../../../protocol/schema.js';

export const mirror = actor({
  name: 'mirror',
  address: 65,
  state: struct('MirrorState', { balls: u32 }),
  receives: {
    thrown: message({ kind: 0x4101, fields: { round: u32, ball: bin() } }),
    shatter: request({ kind: 0x4102, deadlineMs: 600_000, fields: {}, reply: { kind: 0x4182, fields: {} } }),
  },
  sendsTo: ['relay'],
});
