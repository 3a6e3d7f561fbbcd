/** In the Wasm VM: adds up the samples, and answers. */
import { actor, bool, f64, message, request, str, struct, u32 } from '../../../protocol/schema.js';

export const receiver = actor({
  name: 'receiver',
  address: 81,
  state: struct('ReceiverState', { left: u32, sum: f64 }),
  receives: {
    /** Announces so many samples; stopwatch is told of the last. */
    expect: message({ kind: 0x5101, fields: { samples: u32 } }),
    /** A typical small message: a rectangle with a name, like those that scene publishes. */
    sample: message({
      kind: 0x5102,
      fields: { node: u32, group: u32, x: f64, y: f64, width: f64, height: f64, visible: bool, name: str(64) },
    }),
    echo: request({ kind: 0x5103, fields: { value: u32 }, reply: { kind: 0x5183, fields: { value: u32 } } }),
  },
  sendsTo: ['stopwatch'],
});
