/** Output of an actor that a command stopped leaves in order: when its VM is lost, when it is started again, when it was in a move. */
import { expect, test } from 'vitest';
import { type BankWorld, bank, openBank, watcher } from './bank.js';

const SEED = Number(process.env.TANDEM_SEED ?? 1);
const RUNS = 12;
const DEPOSITS = 20;
const OFTEN = { intensity: 1000, periodMs: 10_000 };
/** Long enough for the output still to wait when the VM is lost. */
const FULL_LINKS = { refuseRate: 0.3, refuseMicrosMax: 20_000 };

test.each([true, false])(`shared memory %s (seed ${SEED}, TANDEM_SEED to change)`, async (sharedMemory) => {
  let late = 0;
  for (let run = 0; run < RUNS; run++) {
    const seed = SEED * 1000 + run;
    const world = await openBank({
      seed,
      capabilities: { wasm: true, workers: true, sharedMemory },
      vmIntensity: OFTEN,
      faults: FULL_LINKS,
    });
    for (let i = 0; i < DEPOSITS; i++) world.teller.send(bank.receives.deposit, { account: 0, amount: 1 });
    await world.pass(10 + run);
    await world.until(world.system.stopActor('bank'));
    const before = world.receipts.length;
    world.host.lose('js', 'the thread ended');
    await world.pass(2_000);
    expect(world.system.actors.find(({ actor }) => actor === 'bank')?.state).toBe('stopped');
    await world.until(world.system.startActor('bank'));
    const { amount } = await world.until(world.teller.request(bank.receives.balance, { account: 0 }));
    expect(world.receipts, `seed ${seed}`).toEqual(Array.from({ length: amount }, (_, i) => ({ account: 0, amount: i + 1 })));
    if (before < amount) late++;
  }
  expect(late).toBeGreaterThan(RUNS / 4);
});

const again: [string, (world: BankWorld) => Promise<unknown>][] = [
  ['stopped and started', ({ system }) => system.stopActor('bank').then(() => system.startActor('bank'))],
  [
    'stopped, started and moved',
    ({ system }) =>
      system
        .stopActor('bank')
        .then(() => system.startActor('bank'))
        .then(() => system.moveActor('bank', 'wasm')),
  ],
];

test.each(again)('%s: every receipt arrives, in order', async (_name, order) => {
  for (let seed = 1; seed <= 12; seed++) {
    const world = await openBank({ seed, placement: 'bank=js,watcher=wasm', faults: FULL_LINKS });
    for (let i = 0; i < 20; i++) world.teller.send(bank.receives.deposit, { account: 0, amount: 1 });
    await world.pass(10 + seed);
    await world.until(order(world));
    for (let i = 0; i < 5; i++) {
      world.teller.send(bank.receives.deposit, { account: 0, amount: 1 });
      await world.pass(1);
    }
    await world.pass(2_000);
    const { amount } = await world.until(world.teller.request(bank.receives.balance, { account: 0 }));
    const receipts = world.receipts.map((receipt) => receipt.amount);
    expect(receipts, `seed ${seed}`).toEqual(Array.from({ length: amount }, (_, i) => i + 1));
  }
});

test('finished: every receipt of the one that finished arrives, before those of the next', async () => {
  for (let seed = 1; seed <= 12; seed++) {
    const world = await openBank({ seed, placement: 'bank=js,watcher=wasm', faults: FULL_LINKS });
    for (let i = 0; i < 20; i++) world.teller.send(bank.receives.deposit, { account: 0, amount: 1 });
    await world.pass(10 + seed);
    const finished = world.system.finishActor('bank');
    await world.until(finished);
    for (let i = 0; i < 5; i++) {
      world.teller.send(bank.receives.deposit, { account: 0, amount: 1 });
      await world.pass(1);
    }
    await world.pass(2_000);
    const { handled } = await world.counters();
    expect(world.receipts.length, `seed ${seed}`).toBe(handled['teller>bank']);
  }
});

test('the output of an actor leaves, though it was stopped in a move', async () => {
  for (let seed = 20; seed < 32; seed++) {
    const world = await openBank({ seed, placement: 'bank=wasm,watcher=js', vmIntensity: OFTEN, faults: FULL_LINKS });
    for (let i = 0; i < 20; i++) world.teller.send(bank.receives.deposit, { account: 0, amount: 1 });
    await world.pass(10 + (seed % 10));
    void world.system.moveActor('bank', 'js').catch(() => {});
    await world.pass(1);
    const stopped = world.system.stopActor('bank');
    world.host.lose('js', 'gone');
    await world.until(stopped);
    await world.pass(2_000);
    expect((await world.counters()).waiting, `seed ${seed}`).toBe(0);
  }
});

test('the answers of an actor from before it was stopped arrive', async () => {
  for (let moment = 0; moment < 20; moment++) {
    const world = await openBank({ placement: 'bank=js,watcher=wasm', delay: { minMicros: 500, maxMicros: 3_000 } });
    world.teller.send(watcher.receives.look, { account: 0 });
    const asked = world.teller.request(bank.receives.balance, { account: 0 }).catch(() => {});
    for (let i = 0; i < moment; i++) await world.pass(0.5);
    await world.until(world.system.stopActor('bank'));
    await world.until(asked);
    await world.pass(50);
    const refused = (await world.until(world.system.deadLetters())).filter(({ code }) => code === 'refused');
    expect(
      refused.map(({ detail }) => detail),
      `after ${moment / 2} ms`,
    ).toEqual([]);
  }
});
