/** Random runs of the bank: what the application does, and how it ends, to compare a run in which things went wrong with a calm one. */
import type { Random } from '../../bus/random.js';
import { type BankWorld, bank, watcher } from './bank.js';

export type Step = (world: BankWorld) => unknown;

/** @param quietMs in which all that is on its way arrives */
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
    // What an answer says depends on what came before it from elsewhere: nothing is on its way then.
    async ({ teller, pass }) => {
      await pass(quietMs);
      teller.send(watcher.receives.look, { account });
      await pass(quietMs);
    },
  ];
  return kinds[random.integer(kinds.length)];
}

/** All that there is to see of the application. */
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
