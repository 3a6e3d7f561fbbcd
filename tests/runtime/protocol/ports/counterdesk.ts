/** Application code as a port in the JavaScript VM, beside the actors: what it does, each test says. */
import { message, port, request, str, u32 } from '../../../../protocol/schema.js';
import { bank } from '../messages/bank.js';

export const counterdesk = port({
  name: 'counterdesk',
  address: 74,
  receives: {
    call: message({ kind: 0x5401, fields: { text: str() } }),
    ask: request({
      kind: 0x5402,
      lane: 'interactive',
      deadlineMs: 60_000,
      fields: { text: str() },
      reply: { kind: 0x5482, fields: { served: u32 } },
    }),
  },
  uses: [bank],
  follows: ['bank.total'],
  sendsTo: ['bank', 'teller'],
});
