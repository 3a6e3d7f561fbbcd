/** A restart keeps the state: whatever traps and when, the application ends as if nothing had happened. */
import { describe, expect, test } from 'vitest';
import { Random } from '../../bus/random.js';
import { SMALL_MEMORIES } from '../small-memories.js';
import { type BankWorld, bank, openBank, watcher } from './bank.js';

const SEED = Number(process.env.TANDEM_SEED ?? 1);
const RUNS = 60;

type Step = (world: BankWorld) => Promise<void> | void;

const QUIET_MS = 60;

/** One random step of the application, perhaps after a crash, which the calm run leaves out. */
function steps(random: Random, length: number): { step: Step; crash: 'bank' | 'watcher' | null }[] {
  return Array.from({ length }, () => {
    const account = random.integer(4);
    const amount = 1 + random.integer(100);
    const kinds: Step[] = [
      ({ teller }) => teller.send(bank.receives.deposit, { account, amount }),
      ({ teller }) => teller.send(bank.receives.deposit, { account, amount }),
      // What an answer says depends on what came before it from elsewhere: nothing is on its way then.
      async ({ teller, pass }) => {
        await pass(QUIET_MS);
        teller.send(watcher.receives.look, { account });
        await pass(QUIET_MS);
      },
      ({ teller }) => teller.send(bank.receives.note, { account, text: 'note' }),
      ({ pass }) => pass(random.integer(5)),
    ];
    const step = kinds[random.integer(kinds.length)];
    const draw = random.integer(10);
    return { step, crash: draw === 0 ? 'bank' : draw === 1 ? 'watcher' : null };
  });
}

async function play(seed: number, crashing: boolean): Promise<{ world: BankWorld; ending: unknown }> {
  const world = await openBank({ seed, ...SMALL_MEMORIES });
  for (const { step, crash } of steps(new Random(seed), 80)) {
    if (crash && crashing) await world.system.crash(crash);
    await step(world);
  }
  await world.pass(100);
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

const total = (pairs: Readonly<Record<string, number>>) => Object.values(pairs).reduce((sum, count) => sum + count, 0);

test(`random runs with crashes end like calm ones (seed ${SEED}, TANDEM_SEED to change)`, async () => {
  let traps = 0;
  for (let run = 0; run < RUNS; run++) {
    const seed = SEED * 1000 + run;
    const calm = await play(seed, false);
    const crashed = await play(seed, true);
    expect(crashed.ending, `seed ${seed}`).toEqual(calm.ending);
    const counters = await crashed.world.counters();
    expect(counters, `seed ${seed}`).toMatchObject({ divergent: 0, duplicates: 0, fenced: 0, waiting: 0 });
    // Notes of one account that wait together are one.
    expect(total(counters.handled) + counters.conflated).toBe(total(counters.sent));
    traps += counters.traps;
  }
  expect(traps).toBeGreaterThan(RUNS);
});

describe('a handler that always throws', () => {
  test('its output is withheld, its frame becomes a dead letter with the report, and the actor goes on from the state before it', async () => {
    const world = await openBank();
    world.teller.send(bank.receives.deposit, { account: 0, amount: 1 });
    world.teller.send(bank.receives.explode, { account: 0 });
    world.teller.send(bank.receives.deposit, { account: 0, amount: 2 });
    await world.pass(100);
    expect(world.receipts).toEqual([
      { account: 0, amount: 1 },
      { account: 0, amount: 3 },
    ]);
    expect(world.totals).toEqual([1, 3]);
    const letters = await world.system.deadLetters();
    expect(letters).toHaveLength(1);
    expect(letters[0]).toMatchObject({ code: 'poisoned', detail: 'the vault is on fire' });
    expect(world.system.actors.find(({ actor }) => actor === 'bank')).toMatchObject({ state: 'running', restarts: 2, epoch: 3 });
  });

  test('the crash report names actor, incarnation, message, attempt, cause and source line', async () => {
    const world = await openBank();
    world.teller.send(bank.receives.explode, { account: 0 });
    await world.pass(100);
    const [first, second] = world.system.crashReports;
    expect(first).toMatchObject({ party: 'bank', vm: 'js', epoch: 1, attempt: 1, reason: 'the vault is on fire' });
    expect(first.message).toMatchObject({ kindName: 'bank.explode', source: 'teller', sequence: 1 });
    expect(first.position).toMatch(/runtime\/bank\.ts:\d+:\d+/);
    expect(second).toMatchObject({ epoch: 2, attempt: 2 });
  });
});

test('an actor that exhausts its budget is stopped, and its requests end', async () => {
  const world = await openBank({ intensity: 3 });
  const held = world.teller.request(bank.receives.wait, {}, { deadlineMs: 60_000 });
  for (let i = 0; i < 4; i++) world.teller.send(bank.receives.explode, { account: 0 });
  await expect(world.until(held)).rejects.toMatchObject({ code: 'ended' });
  await world.pass(100);
  expect(world.system.actors.find(({ actor }) => actor === 'bank')?.state).not.toBe('running');
  expect(world.system.state).toBe('degraded');
});

test('a journal that wraps many times over loses nothing', async () => {
  const world = await openBank();
  const text = 'x'.repeat(4000);
  for (let i = 0; i < 3000; i++) {
    world.teller.send(bank.receives.rumour, { text });
    if (i % 100 === 0) {
      world.teller.send(bank.receives.deposit, { account: 1, amount: 1 });
      await world.system.crash('bank');
      await world.pass(10);
    }
  }
  await world.pass(100);
  expect(await world.until(world.teller.request(bank.receives.balance, { account: 1 }))).toEqual({ amount: 30 });
  expect(await world.counters()).toMatchObject({ divergent: 0, traps: 30, waiting: 0 });
});
