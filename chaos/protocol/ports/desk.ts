/** A supervised port beside the couriers, in the JavaScript VM: page code that hears what they send, and ends now and then. */
import { bin, message, port, request, u32 } from '../../../protocol/schema.js';
import { harm, PATIENCE_MS } from '../courier.js';

const fields = { id: u32, label: u32, number: u32, payload: bin(), harm };

export const desk = port({
  name: 'desk',
  address: 106,
  receives: {
    urgent: message({ kind: 0x6601, lane: 'interactive', fields }),
    work: message({ kind: 0x6602, fields }),
    chore: message({ kind: 0x6603, lane: 'idle', fields }),
    ask: request({
      kind: 0x6604,
      deadlineMs: PATIENCE_MS,
      fields: { ...fields, delayMs: u32 },
      reply: { kind: 0x6684, fields: { id: u32 } },
    }),
  },
  sendsTo: ['timer'],
});
