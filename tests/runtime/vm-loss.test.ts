/** The loss of a VM keeps everything: whatever is lost when, the application ends as if nothing had happened. */
import { expect, test } from 'vitest';
import { Random } from '../../bus/random.js';
import { type BankWorld, bank, openBank, watcher } from './bank.js';

const SEED = Number(process.env.TANDEM_SEED ?? 1);
const RUNS = 60;
const OFTEN = { intensity: 1000, periodMs: 10_000 };

type Step = (world: BankWorld) => unknown;

/** What the application does, and what goes wrong before it, which the calm run leaves out. */
function steps(random: Random, length: number): { step: Step; fault: Step | null }[] {
  return Array.from({ length }, () => {
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
        await pass(40);
        teller.send(watcher.receives.look, { account });
        await pass(40);
      },
    ];
    const faults: Step[] = [
      ({ host }) => host.lose('js', 'the thread ended'),
      ({ host }) => host.lose('js', 'the thread ended'),
      async ({ host, pass }) => {
        host.lose('js', 'the thread ended');
        await pass(pause);
        host.lose('js', 'and once more');
      },
      ({ system }) => system.crash('bank').catch(() => {}),
      ({ system }) => system.crash('watcher').catch(() => {}),
      ({ system, host }) => {
        void system.crash('bank').catch(() => {});
        host.lose('js', 'the thread ended with a trap on its way');
      },
    ];
    const step = kinds[random.integer(kinds.length)];
    return { step, fault: random.chance(0.15) ? faults[random.integer(faults.length)] : null };
  });
}

async function play(seed: number, faulty: boolean): Promise<{ world: BankWorld; ending: unknown; losses: number }> {
  const world = await openBank({ seed, vmIntensity: OFTEN });
  let losses = 0;
  world.system.onChange((change) => {
    if (change.type === 'vm' && change.state === 'restarting') losses++;
  });
  for (const { step, fault } of steps(new Random(seed), 80)) {
    if (faulty) await fault?.(world);
    await step(world);
    await world.pass(0);
  }
  await world.pass(200);
  const ending = {
    receipts: world.receipts,
    totals: world.totals,
    portErrors: world.portErrors,
    bank: await world.state('bank'),
    watcher: await world.state('watcher'),
    deadLetters: await world.system.deadLetters(),
    state: world.system.state,
  };
  return { world, ending, losses };
}

test(`random runs with lost VMs and traps end like calm ones (seed ${SEED}, TANDEM_SEED to change)`, async () => {
  let all = 0;
  for (let run = 0; run < RUNS; run++) {
    const seed = SEED * 1000 + run;
    const calm = await play(seed, false);
    const faulty = await play(seed, true);
    expect(faulty.ending, `seed ${seed}`).toEqual(calm.ending);
    expect(await faulty.world.counters(), `seed ${seed}`).toMatchObject({ divergent: 0, fenced: 0, waiting: 0 });
    all += faulty.losses;
  }
  expect(all).toBeGreaterThan(RUNS);
});
