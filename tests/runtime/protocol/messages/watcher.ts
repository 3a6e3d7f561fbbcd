/** An actor that keeps a replica of the bank's total and asks it for balances. */
import { actor, list, message, request, str, struct, u32 } from '../../../../protocol/schema.js';
import { counterdesk } from '../ports/counterdesk.js';
import { bank } from './bank.js';

export const watcher = actor({
  name: 'watcher',
  address: 71,
  state: struct('WatcherState', { totals: list(u32), answers: list(str()) }),
  receives: {
    look: message({ kind: 0x5101, fields: { account: u32 } }),
    /** Asks for what the bank answers late or never. */
    hang: message({ kind: 0x5102, fields: {} }),
    /** Asks the counterdesk. */
    consult: message({ kind: 0x5104, fields: { text: str() } }),
    report: request({ kind: 0x5103, fields: {}, reply: { kind: 0x5183, fields: { totals: list(u32), answers: list(str()) } } }),
  },
  uses: [bank, counterdesk],
  follows: ['bank.total'],
  sendsTo: ['bank', 'counterdesk'],
});
