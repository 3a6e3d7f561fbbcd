/** In the JavaScript VM: sends receiver as many samples as it is told, a burst at a time. */
import { actor, message, struct, u32 } from '../../../protocol/schema.js';

export const sender = actor({
  name: 'sender',
  address: 80,
  state: struct('SenderState', { left: u32, node: u32 }),
  receives: {
    start: message({ kind: 0x5001, fields: { samples: u32 } }),
    /** To itself, after each burst: the bus may have other things to do in between. */
    more: message({ kind: 0x5002, fields: {} }),
  },
  sendsTo: ['sender', 'receiver'],
});
