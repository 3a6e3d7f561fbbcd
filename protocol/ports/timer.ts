/** Time for actors, which have no clock: a timer answers with the system message `timerFired`. */
import { message, port, u32 } from '../schema.js';

export const timer = port({
  name: 'timer',
  address: 36,
  sendsTo: ['system'],
  receives: {
    /** Each sender has its own numbers. Starting a running timer restarts it. */
    start: message({ kind: 0x1401, fields: { timer: u32, delayMs: u32 } }),
    cancel: message({ kind: 0x1402, fields: { timer: u32 } }),
  },
});
