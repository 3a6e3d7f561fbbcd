/** Plays ball with mirror, over the link between their VMs, and tells probe how it went. */
import { actor, bin, message, struct, u32 } from '../../../../protocol/schema.js';

export const relay = actor({
  name: 'relay',
  address: 64,
  state: struct('RelayState', { rounds: u32, bytes: u32, next: u32, returned: u32, wrong: u32 }),
  receives: {
    /** Starts a game of so many rounds with a ball of so many bytes. */
    start: message({ kind: 0x4001, fields: { rounds: u32, bytes: u32 } }),
    returned: message({ kind: 0x4002, fields: { round: u32, ball: bin() } }),
    wait: message({ kind: 0x4003, fields: { delayMs: u32 } }),
    /** Keeps the thread busy for this time, or for ever. */
    toil: message({ kind: 0x4010, fields: { milliseconds: u32 } }),
  },
  sendsTo: ['mirror', 'probe', 'timer'],
});
