/** A message that hangs each time is poison even if its VM is lost for another reason before the hang is noticed. */
import { expect, test } from 'vitest';
import { Standstill } from '../../actors/contract/fault.js';
import { Bank, bank, openBank } from './bank.js';

const OFTEN = { intensity: 1000, periodMs: 10_000 };

class Looping extends Bank {
  override onPoison(): void {
    throw new Standstill('it loops');
  }
}

test.each([true, false])('shared memory %s', async (sharedMemory) => {
  for (let waitMs = 0; waitMs < 6; waitMs++) {
    const capabilities = { wasm: true, workers: true, sharedMemory };
    const world = await openBank({ makeBank: () => new Looping(), vmIntensity: OFTEN, hangMs: 200, capabilities });
    const poison = () => world.teller.request(bank.receives.poison, { note: '' }, { deadlineMs: 60_000 }).catch(({ code }) => code);
    world.teller.send(bank.receives.deposit, { account: 0, amount: 1 });
    void poison();
    await world.pass(waitMs);
    world.host.lose('js', 'gone');
    world.teller.send(bank.receives.deposit, { account: 0, amount: 1 });
    const failure = poison();
    world.teller.send(bank.receives.deposit, { account: 0, amount: 1 });
    await world.pass(20_000);
    expect(world.system.vms.find(({ vm }) => vm === 'js')?.state, `after ${waitMs} ms`).toBe('running');
    expect(await world.until(failure), `after ${waitMs} ms`).toBe('poisoned');
    expect(world.receipts.map(({ amount }) => amount)).toEqual([1, 2, 3]);
  }
});
