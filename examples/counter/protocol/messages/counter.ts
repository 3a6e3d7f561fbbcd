/** A counter: its state, the messages that it handles, and what it publishes. */
import { actor, message, publication, request, struct, u32 } from 'tandem/schema';

export const counter = actor({
  name: 'counter',
  address: 64,
  state: struct('CounterState', { count: u32 }),
  receives: {
    increment: message({ kind: 0x4001, fields: { by: u32 } }),
    read: request({ kind: 0x4002, fields: {}, reply: { kind: 0x4082, fields: { count: u32 } } }),
  },
  publishes: {
    changed: publication({ kind: 0x4040, fields: { count: u32 } }),
  },
});
