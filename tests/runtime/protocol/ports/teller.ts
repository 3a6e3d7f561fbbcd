/** The tests' own place on the bus. */
import { message, port, u32 } from '../../../../protocol/schema.js';
import { bank } from '../messages/bank.js';

export const teller = port({
  name: 'teller',
  address: 72,
  receives: { receipt: message({ kind: 0x5201, fields: { account: u32, amount: u32 } }) },
  uses: [bank],
  follows: ['bank.total'],
  sendsTo: ['bank', 'watcher', 'counterdesk'],
  watches: ['counterdesk'],
});
