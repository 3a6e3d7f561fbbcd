/** Output of an actor that was stopped by order outlives the loss of its VM, though the actor does not come back. */
import { expect, test } from 'vitest';
import { bank, openBank } from './bank.js';

const SEED = Number(process.env.TANDEM_SEED ?? 1);
const RUNS = 12;
const DEPOSITS = 20;
const OFTEN = { intensity: 1000, periodMs: 10_000 };
/** For so long at a time that the output still waits when the VM is lost. */
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
