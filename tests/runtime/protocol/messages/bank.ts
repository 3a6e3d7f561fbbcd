/** An actor that owns money, for the tests of the runtime. */
import { actor, list, message, publication, request, str, struct, u32 } from '../../../../protocol/schema.js';

export const bank = actor({
  name: 'bank',
  address: 70,
  state: struct('BankState', { accounts: list(u32), waiting: list(struct('BankWaiter', { source: u32, request: u32 })) }),
  receives: {
    deposit: message({ kind: 0x5001, fields: { account: u32, amount: u32 } }),
    /** A deposit whose handler throws after it has changed the state and emitted, every time. */
    explode: message({ kind: 0x5002, fields: { account: u32 } }),
    balance: request({ kind: 0x5003, fields: { account: u32 }, reply: { kind: 0x5083, fields: { amount: u32 } } }),
    /** Answered when `settle` comes. */
    wait: request({ kind: 0x5004, deadlineMs: 500, fields: {}, reply: { kind: 0x5084, fields: { amount: u32 } } }),
    settle: message({ kind: 0x5005, fields: {} }),
    /** A request whose handler throws every time. */
    poison: request({ kind: 0x5006, fields: { note: str() }, reply: { kind: 0x5086, fields: {} } }),
    /** Only the latest of an account counts. */
    note: message({ kind: 0x5007, overflow: 'latest', key: 'account', fields: { account: u32, text: str() } }),
    /** May be lost when the bank is busy. */
    rumour: message({ kind: 0x5008, lane: 'idle', overflow: 'drop', fields: { text: str() } }),
  },
  publishes: { total: publication({ kind: 0x5040, fields: { amount: u32 } }) },
  sendsTo: ['teller'],
});
