/** Messages of the runtimes themselves: every actor may receive them, and no schema lists them. The address is nobody's. */
import { message, port, u8, u16, u32 } from '../schema.js';

export const system = port({
  name: 'system',
  address: 63,
  receives: {
    /** A follower asks the owner of a topic (its kind) to publish the whole state, fresh. */
    refresh: message({ kind: 0x0001, fields: { topic: u16, follower: u16 } }),
    /** A request of the target's ended without a reply; `code` is an index into ERROR_CODES. */
    requestFailed: message({ kind: 0x0002, fields: { request: u32, requestKind: u16, code: u8 } }),
    /** A timer of the target's has come to its time. */
    timerFired: message({ kind: 0x0003, fields: { timer: u32 } }),
  },
});
