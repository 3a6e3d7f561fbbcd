/** In the Wasm VM: adds up what comes, and answers. */
import { actor, bool, f64, message, request, str, struct, u32 } from '../../../protocol/schema.js';

export const receiver = actor({
  name: 'receiver',
  address: 81,
  state: struct('ReceiverState', { left: u32, sum: f64 }),
  receives: {
    /** That many samples will follow; stopwatch hears of the last. */
    expect: message({ kind: 0x5101, fields: { samples: u32 } }),
    /** What a typical small message is: a rectangle with a name, as scene publishes them. */
    sample: message({
      kind: 0x5102,
      fields: { node: u32, group: u32, x: f64, y: f64, width: f64, height: f64, visible: bool, name: str(64) },
    }),
    echo: request({ kind: 0x5103, fields: { value: u32 }, reply: { kind: 0x5183, fields: { value: u32 } } }),
  },
  sendsTo: ['stopwatch'],
});
