/** Links that refuse frames for a while: emitted frames wait at their gate, in order, and leave when there is room. */
import { expect, test } from 'vitest';
import { Random } from '../../bus/random.js';
import type { LinkFaults } from '../../host-shim/sim/index.js';
import { type BankWorld, bank, openBank, watcher } from './bank.js';

const SEED = Number(process.env.TANDEM_SEED ?? 1);
const RUNS = 12;
const DEPOSITS = 80;
/** Longer than all refusals of a run together. */
const LONG_MS = 20_000;

/** Deposits, questions between two actors, and crashes: the ledger is the same whatever happens to frames on their way. */
async function play(seed: number, faults: LinkFaults | undefined, crashes: boolean): Promise<BankWorld> {
  const world = await openBank({ seed, faults });
  const random = new Random(seed);
  for (let i = 0; i < DEPOSITS; i++) {
    const crashed = random.integer(10) === 0;
    if (crashed && crashes) await world.system.crash('bank');
    world.teller.send(bank.receives.deposit, { account: random.integer(4), amount: 1 + random.integer(100) });
    world.teller.send(watcher.receives.look, { account: random.integer(4) });
    await world.pass(random.integer(3));
  }
  await world.pass(LONG_MS);
  return world;
}

test(`nothing is lost, doubled or put out of order by refusals, with crashes too (seed ${SEED}, TANDEM_SEED to change)`, async () => {
  let refused = 0;
  let traps = 0;
  for (let run = 0; run < RUNS; run++) {
    const seed = SEED * 1000 + run;
    const calm = await play(seed, undefined, false);
    const harried = await play(seed, { refuseRate: 0.2, refuseMicrosMax: 5_000 }, true);
    expect(calm.receipts).toHaveLength(DEPOSITS);
    expect(harried.receipts, `seed ${seed}`).toEqual(calm.receipts);
    expect(harried.totals, `seed ${seed}`).toEqual(calm.totals);
    const { answers, totals } = await harried.until(harried.teller.request(watcher.receives.report, {}));
    expect(
      answers.filter((answer) => answer.startsWith('balance')),
      `seed ${seed}`,
    ).toHaveLength(DEPOSITS);
    expect(totals, `seed ${seed}`).toEqual(calm.totals);
    const counters = await harried.counters();
    expect(counters, `seed ${seed}`).toMatchObject({ duplicates: 0, fenced: 0, refused: 0, deadLetters: 0, divergent: 0, waiting: 0 });
    expect(counters.handled, `seed ${seed}`).toEqual(counters.sent);
    expect(calm.host.carriage.refused).toBe(0);
    refused += harried.host.carriage.refused;
    traps += counters.traps;
  }
  expect(refused).toBeGreaterThan(RUNS * DEPOSITS);
  expect(traps).toBeGreaterThan(RUNS);
});

test('the same seed gives the same run to the microsecond, and another seed another run', async () => {
  const times = async (seed: number) => {
    const world = await openBank({ seed, faults: { refuseRate: 0.2 } });
    const arrivals: number[] = [];
    for (let i = 0; i < 20; i++) {
      world.teller.send(bank.receives.deposit, { account: 0, amount: 1 });
      await world.until(world.teller.request(bank.receives.balance, { account: 0 }));
      arrivals.push(world.host.kernel.now);
    }
    return arrivals;
  };
  const first = await times(7);
  expect(await times(7)).toEqual(first);
  expect(await times(8)).not.toEqual(first);
});
