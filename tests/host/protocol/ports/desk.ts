/** Application code beside relay, which loops for ever when it is told to. */
import { bool, port, request, u32 } from '../../../../protocol/schema.js';

export const desk = port({
  name: 'desk',
  address: 69,
  receives: {
    /** Loops in the handler, or behind it when it has answered. Incarnation `passesAs` and later ones only answer, with their number. */
    toil: request({
      kind: 0x4501,
      deadlineMs: 600_000,
      fields: { behind: bool, passesAs: u32 },
      reply: { kind: 0x4581, fields: { epoch: u32 } },
    }),
  },
});
