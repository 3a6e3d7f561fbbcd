/** Successive lives of an application on a storage that tears writes, fails, or cannot be read now and then: only the newest version is at stake. */
import { expect, test } from 'vitest';
import { decodeRecord } from '../../actors/application/persistence/record.js';
import { decodeSnapshot } from '../../actors/contract/snapshot.js';
import { Random } from '../../bus/random.js';
import { openStorage, type StorageFault, type StorageMemory } from '../../host-shim/sim/ports/storage.js';
import { PERSIST_DELAY_MS } from '../../protocol/limits.js';
import { type BankWorld, bank, openBank } from '../runtime/bank.js';

const SEED = Number(process.env.TANDEM_SEED ?? 1);
const RUNS = 30;
const LIVES = 5;
const STEPS = 12;
const OFTEN = { intensity: 1000, periodMs: 10_000 };

interface Attempt {
  readonly balance: number;
  readonly fault: StorageFault | null;
}

function balanceIn(record: Uint8Array): number {
  return decodeSnapshot(bank, decodeRecord(record).snapshot).state.accounts[0] ?? 0;
}
const balance = async ({ teller, until }: BankWorld) => (await until(teller.request(bank.receives.balance, { account: 0 }))).amount;

class Storages {
  readonly attempts: Attempt[] = [{ balance: 0, fault: null }];
  private readonly memory: StorageMemory = new Map();

  constructor(private readonly random: Random) {}

  private drawFault(length: number): StorageFault | null {
    const { random } = this;
    if (random.chance(0.6)) return null;
    if (random.chance(0.3)) return { kind: 'failed' };
    return { kind: 'torn', bytes: random.integer(length), rest: random.chance(0.5) ? 'old' : 'nothing' };
  }

  /** A key that cannot be read at the first attempt can be read at the second. */
  open() {
    const unreadable = new Set<string>();
    return openStorage(this.memory, {
      fault: (key, bytes) => {
        const fault = this.drawFault(bytes.length);
        if (key.startsWith('bank')) this.attempts.push({ balance: balanceIn(bytes), fault });
        return fault;
      },
      unreadable: (key) => {
        if (unreadable.has(key) || !this.random.chance(0.3)) return false;
        unreadable.add(key);
        return true;
      },
    });
  }

  /** Versions that may be found: the last one that was completely written, or a torn one after it in which nothing was missing. */
  get possible(): number[] {
    const last = this.attempts.findLastIndex(({ fault }) => fault === null);
    return this.attempts.filter(({ fault }, i) => i === last || (i > last && fault?.kind === 'torn')).map((attempt) => attempt.balance);
  }
}

/** A life with deposits, traps and lost VMs, which is not stopped in order. */
async function live(world: BankWorld, random: Random): Promise<void> {
  for (let step = 0; step < STEPS; step++) {
    world.teller.send(bank.receives.deposit, { account: 0, amount: 1 + random.integer(9) });
    if (random.chance(0.1)) void world.system.crash('bank').catch(() => {});
    if (random.chance(0.1)) world.host.lose(random.chance(0.5) ? 'js' : 'wasm', 'its thread was ended');
    await world.pass(random.integer(PERSIST_DELAY_MS));
  }
}

test(`${RUNS} runs of ${LIVES} lives (seed ${SEED}, TANDEM_SEED to change)`, async () => {
  let torn = 0;
  for (let run = 0; run < RUNS; run++) {
    const random = new Random(SEED * 1000 + run);
    const storages = new Storages(random);
    for (let number = 1; number <= LIVES; number++) {
      const world = await openBank({ storage: await storages.open(), vmIntensity: OFTEN, intensity: OFTEN.intensity });
      const found = await balance(world);
      expect(storages.possible, `seed ${SEED * 1000 + run}, life ${number}`).toContain(found);
      await live(world, random);
      torn += storages.attempts.at(-1)?.fault?.kind === 'torn' ? 1 : 0;
    }
  }
  // Lives whose newest write was torn.
  expect(torn).toBeGreaterThan(RUNS / 2);
});
