/** Who sets the couriers going, from the host, and hears what they send back. */
import { bin, message, port, u32 } from '../../../protocol/schema.js';
import { amber } from '../messages/amber.js';
import { dune } from '../messages/dune.js';

const fields = { id: u32, label: u32, number: u32, payload: bin() };

export const hand = port({
  name: 'hand',
  address: 105,
  receives: {
    urgent: message({ kind: 0x6501, lane: 'interactive', fields }),
    work: message({ kind: 0x6502, fields }),
    chore: message({ kind: 0x6503, lane: 'idle', fields }),
  },
  uses: [amber, dune],
  follows: ['amber.news', 'dune.news'],
  sendsTo: ['amber', 'birch', 'cedar', 'dune', 'ember', 'desk'],
});
