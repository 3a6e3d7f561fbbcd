/** Actors that are restarted with their group keep their state and the frames on their way: nothing is lost, doubled or reordered. */
import { expect, test } from 'vitest';
import type { SupervisorSpec } from '../../actors/supervisor/supervision.js';
import { Random } from '../../bus/random.js';
import { SMALL_MEMORIES } from '../small-memories.js';
import { type BankWorld, bank, openBank, watcher } from './bank.js';

const SEED = Number(process.env.TANDEM_SEED ?? 1);
const RUNS = 10;
const often = { intensity: 1000, periodMs: 10_000 };
const backoff = { minMs: 5, maxMs: 20, randomFactor: 0.5 };

const TREES: Record<string, SupervisorSpec> = {
  one_for_all: { supervisor: 'root', strategy: 'one_for_all', ...often, children: ['bank', 'watcher'] },
  rest_for_one: { supervisor: 'root', strategy: 'rest_for_one', ...often, children: ['watcher', 'bank'] },
  'one_for_all with backoff': { supervisor: 'root', strategy: 'one_for_all', backoff, ...often, children: ['bank', 'watcher'] },
  'a supervisor that exhausts its budget at every crash': {
    supervisor: 'root',
    ...often,
    children: [{ supervisor: 'pair', intensity: 0, children: ['bank', 'watcher'] }],
  },
};

const sum = (counts: Readonly<Record<string, number>>): number => Object.values(counts).reduce((total, count) => total + count, 0);

type Step = (world: BankWorld) => Promise<void> | void;

function steps(random: Random, length: number): { step: Step; crash: 'bank' | 'watcher' | null }[] {
  return Array.from({ length }, () => {
    const account = random.integer(4);
    const amount = 1 + random.integer(100);
    const kinds: Step[] = [
      ({ teller }) => teller.send(bank.receives.deposit, { account, amount }),
      ({ teller }) => teller.send(bank.receives.deposit, { account, amount }),
      ({ teller }) => teller.send(bank.receives.note, { account, text: 'note' }),
      ({ pass }) => pass(random.integer(5)),
      // An answer depends on the frames that arrived before it from elsewhere, so nothing must be on its way now.
      async ({ teller, pass }) => {
        await pass(100);
        teller.send(watcher.receives.look, { account });
        await pass(100);
      },
    ];
    const step = kinds[random.integer(kinds.length)];
    const draw = random.integer(8);
    return { step, crash: draw === 0 ? 'bank' : draw === 1 ? 'watcher' : null };
  });
}

async function play(seed: number, supervision: SupervisorSpec, crashing: boolean): Promise<{ world: BankWorld; ending: unknown }> {
  const world = await openBank({ seed, supervision, ...SMALL_MEMORIES });
  for (const { step, crash } of steps(new Random(seed), 60)) {
    if (crash && crashing) await world.until(world.system.crash(crash));
    await step(world);
  }
  await world.pass(500);
  const ending = {
    receipts: world.receipts,
    totals: world.totals,
    portErrors: world.portErrors,
    bank: await world.state('bank'),
    watcher: await world.state('watcher'),
    deadLetters: await world.system.deadLetters(),
  };
  return { world, ending };
}

test.each(Object.entries(TREES))(
  `%s: random runs with crashes end like calm ones (seed ${SEED}, TANDEM_SEED to change)`,
  async (_name, tree) => {
    let traps = 0;
    let restarts = 0;
    for (let run = 0; run < RUNS; run++) {
      const seed = SEED * 1000 + run;
      const calm = await play(seed, tree, false);
      const crashed = await play(seed, tree, true);
      expect(crashed.ending, `seed ${seed}`).toEqual(calm.ending);
      const counters = await crashed.world.counters();
      expect(counters, `seed ${seed}`).toMatchObject({ divergent: 0, duplicates: 0, fenced: 0, waiting: 0 });
      // A note replaces one that waits.
      expect(sum(counters.handled), `seed ${seed}`).toBe(sum(counters.sent) - counters.conflated);
      traps += counters.traps;
      for (const actor of crashed.world.system.actors) restarts += actor.restarts;
    }
    expect(traps).toBeGreaterThan(RUNS);
    // Siblings that did not crash are restarted too.
    expect(restarts).toBeGreaterThan(traps);
  },
);

test('requests in the hands of an actor stay open while its group is restarted', async () => {
  const world = await openBank({ supervision: TREES.one_for_all });
  world.teller.send(watcher.receives.hang, {});
  await world.pass(50);
  const balance = world.teller.request(bank.receives.balance, { account: 0 });
  await world.system.crash('watcher');
  world.teller.send(watcher.receives.look, { account: 1 });
  await world.pass(50);
  expect(await world.until(balance)).toEqual({ amount: 0 });
  world.teller.send(bank.receives.settle, {});
  await world.pass(50);
  expect((await world.until(world.teller.request(watcher.receives.report, {}))).answers).toEqual(['balance 0', 'settled 0']);
  expect(world.system.actors.map(({ actor, epoch }) => `${actor} ${epoch}`)).toEqual(['bank 2', 'watcher 2']);
});

test('what is sent to a branch that stays down fails as unreachable, and its other actors go on with their state when they are started', async () => {
  const supervision = { supervisor: 'root', intensity: 0, children: [{ supervisor: 'pair', intensity: 0, children: ['bank', 'watcher'] }] };
  const world = await openBank({ supervision });
  world.teller.send(bank.receives.deposit, { account: 0, amount: 5 });
  await world.pass(50);
  await world.system.crash('watcher');
  world.teller.send(watcher.receives.look, { account: 0 });
  await world.pass(50);
  expect(world.system.actors.map(({ state }) => state)).toEqual(['exhausted', 'exhausted']);
  expect(world.system.state).toBe('failed');
  await expect(world.until(world.teller.request(bank.receives.balance, { account: 0 }))).rejects.toMatchObject({ code: 'unreachable' });
  await world.system.startActor('bank');
  expect(await world.until(world.teller.request(bank.receives.balance, { account: 0 }))).toEqual({ amount: 5 });
});
