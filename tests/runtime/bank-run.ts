/** Random runs of the bank: the application's actions and its final state, to compare a run with faults to a calm one. */
import type { Random } from '../../bus/random.js';
import { type BankWorld, bank, watcher } from './bank.js';

export type Step = (world: BankWorld) => unknown;

/** @param quietMs time in which everything on its way arrives */
export function nextStep(random: Random, quietMs: number): Step {
  const account = random.integer(4);
  const amount = 1 + random.integer(100);
  const pause = random.integer(5);
  const deposit: Step = ({ teller }) => teller.send(bank.receives.deposit, { account, amount });
  const kinds: Step[] = [
    deposit,
    deposit,
    ({ teller }) => teller.send(bank.receives.note, { account, text: 'note' }),
    ({ pass }) => pass(pause),
    // An answer depends on the frames that arrived before it from elsewhere, so nothing must be on its way now.
    async ({ teller, pass }) => {
      await pass(quietMs);
      teller.send(watcher.receives.look, { account });
      await pass(quietMs);
    },
  ];
  return kinds[random.integer(kinds.length)];
}

/** Everything that can be seen of the application. */
export async function endingOf(world: BankWorld) {
  return {
    receipts: world.receipts,
    totals: world.totals,
    portErrors: world.portErrors,
    bank: await world.until(world.state('bank')),
    watcher: await world.until(world.state('watcher')),
    deadLetters: await world.until(world.system.deadLetters()),
    state: world.system.state,
  };
}
