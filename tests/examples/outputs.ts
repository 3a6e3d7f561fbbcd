/** What the examples that are programs of Node print. */

export const OUTPUTS: Readonly<Record<string, string>> = {
  node: `life 1: begins with 0
life 1: the counter says 1
life 1: the counter says 11
life 1: was running, has stopped
life 2: begins with 11
life 2: the counter says 12
life 2: the counter says 22
life 2: was running, has stopped
`,
  replay: `recorded: 24.50 were paid in, and the bank has 24
Bank: 5 messages played, all identical
MendedBank: 5 messages played, until one differs
  message 3, bank.deposit: bank.changed.cents
    recorded 1700
    replayed 1750
`,
  why: `stock.pots is 2, it was 3. Set by:
  6  stock.take, from shop to stock
caused by:
  3  shop.buy, from client to shop
`,
  twins: `the twins of change differ: they emit different messages
after 1 of 11 steps:
  1. change.coins {cents: 4294967097}
  js    change.coins.reply to 64001 {request: 11, coins: 21474836}
  wasm  change.coins.reply to 64001 {request: 11, coins: 0}
first difference: [0].body.coins: 21474836 and 0
again with { seed: 1, run: 0 }
`,
  simulation: `seed 1, faults 0: 120 cents, heard 60 times, none refused
seed 1, faults 0.5: 120 cents, heard 60 times, frames refused
seed 2, faults 0.5: 120 cents, heard 60 times, frames refused
`,
};
