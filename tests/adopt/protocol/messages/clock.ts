/** Counts what its timer has fired: an actor with one topic. */
import { actor, message, publication, request, struct, u32 } from '../../../../protocol/schema.js';

export const clock = actor({
  name: 'clock',
  address: 65,
  state: struct('ClockState', { ticks: u32 }),
  sendsTo: ['timer'],
  receives: {
    begin: message({ kind: 0x4101, fields: { delayMs: u32 } }),
    read: request({ kind: 0x4102, fields: {}, reply: { kind: 0x4182, fields: { ticks: u32 } } }),
  },
  publishes: { ticked: publication({ kind: 0x4140, fields: { ticks: u32 } }) },
});
