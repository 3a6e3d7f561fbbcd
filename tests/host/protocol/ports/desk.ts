/** Application code beside relay. When told to, it loops for ever, or keeps a request unanswered. */
import { bool, port, request, u32 } from '../../../../protocol/schema.js';

export const desk = port({
  name: 'desk',
  address: 69,
  receives: {
    /** Loops in the handler, or after it when it has answered. Incarnation `passesAs` and later ones only answer, with their number. */
    toil: request({
      kind: 0x4501,
      deadlineMs: 600_000,
      fields: { later: bool, passesAs: u32 },
      reply: { kind: 0x4581, fields: { epoch: u32 } },
    }),
    /** Keeps the request, or answers with the number of requests to this incarnation. */
    ask: request({ kind: 0x4502, deadlineMs: 600_000, fields: { keep: bool }, reply: { kind: 0x4582, fields: { asked: u32 } } }),
  },
});
