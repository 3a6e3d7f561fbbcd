/** In the JavaScript VM: sends receiver so many samples, in bursts. */
import { actor, message, struct, u32 } from '../../../protocol/schema.js';

export const sender = actor({
  name: 'sender',
  address: 80,
  state: struct('SenderState', { left: u32, node: u32 }),
  receives: {
    start: message({ kind: 0x5001, fields: { samples: u32 } }),
    /** Sent to itself after each burst, so that the bus can do other things in between. */
    more: message({ kind: 0x5002, fields: {} }),
  },
  sendsTo: ['sender', 'receiver'],
});
