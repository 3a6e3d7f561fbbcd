/** An application on the simulation, with a new host for each life: what ends a life, how the next one starts, and when none follows. */
import { expect, test } from 'vitest';
import { encodeRecord } from '../../actors/application/persistence/record.js';
import { BreakpointError } from '../../actors/contract/breakpoint.js';
import { type Application, type ApplicationChange, ApplicationError, type Life, startApplication } from '../../actors/index.js';
import { openStorage, type StorageMemory } from '../../host-shim/sim/ports/storage.js';
import type { MessageOf } from '../../protocol/fields.js';
import { fingerprintOf } from '../../protocol/fingerprint.js';
import { CONTROL_DEADLINE_MS, LIFE_OPEN_DEADLINE_MS, PERSIST_DELAY_MS } from '../../protocol/limits.js';
import { settle, VirtualTime } from '../supervisor/virtual-time.js';
import { Bank, type BankOptions, type BankWorld, bank, openBank } from './bank.js';

/** A bank that crashes when it is rich. */
class Modest extends Bank {
  override onDeposit(deposit: MessageOf<typeof bank, 'deposit'>): void {
    if (this.snapshot().accounts[0] > 10) throw new Error('so much money');
    super.onDeposit(deposit);
  }
}

interface Options extends BankOptions {
  readonly memory?: StorageMemory;
  /** Called when a life begins to open. */
  readonly before?: (life: Life) => Promise<void>;
}

class World {
  readonly time = new VirtualTime();
  readonly memory: StorageMemory;
  readonly worlds: BankWorld[] = [];
  readonly changes: ApplicationChange[] = [];
  /** Lives that were closed, in order. */
  readonly closed: number[] = [];
  readonly puts: string[] = [];
  application!: Application;

  constructor(private readonly options: Options = {}) {
    this.memory = options.memory ?? new Map();
  }

  async start(): Promise<this> {
    this.application = await startApplication({
      clock: this.time,
      timers: this.time,
      onChange: (change) => this.changes.push(change),
      open: async (life) => {
        life.onEnd(() => void this.closed.push(life.number));
        const { memory, puts } = this;
        const fault = (key: string) => {
          puts.push(key);
          return null;
        };
        const storage = await openStorage(memory, { fault });
        await this.options.before?.(life);
        const start: BankOptions['start'] = (host, system) => life.startSystem(host, { ...system, intensity: 1, storage });
        this.worlds.push(await openBank({ makeBank: () => new Modest(), start, ...this.options }));
      },
    });
    return this;
  }

  get present(): BankWorld {
    return this.worlds.at(-1)!;
  }

  async balance(): Promise<number> {
    const { teller, until } = this.present;
    return (await until(teller.request(bank.receives.balance, { account: 0 }))).amount;
  }

  async deposit(amount: number): Promise<void> {
    this.present.teller.send(bank.receives.deposit, { account: 0, amount });
    await this.present.pass(20);
  }

  /** Exhausts the bank's budget in the present life. Resolves when that life is closed and the next, if any, is open. */
  async giveUp(): Promise<void> {
    const { teller, pass } = this.present;
    const { lives } = this.application;
    for (let i = 0; i < 3; i++) teller.send(bank.receives.explode, { account: 0 });
    await pass(2 * CONTROL_DEADLINE_MS);
    await settle();
    expect(this.closed).toContain(lives);
  }

  get told(): string[] {
    return this.changes.flatMap((change) => (change.type === 'application' ? [`${change.state} ${change.life}`] : []));
  }

  get began(): string[] {
    const ofBank = this.changes.flatMap((change) => (change.type === 'storage' && change.actor === 'bank' ? [change] : []));
    return ofBank.map((change) => (change.event === 'restored' ? `generation ${change.generation}` : change.event));
  }
}

const recordOf = (amount: number, generation: number) =>
  encodeRecord({
    fingerprint: fingerprintOf(bank.state),
    generation,
    snapshot: Uint8Array.of(0x94, 0x90, 0x90, 1, 0x92, 0x94, amount, 0, 0, 0, 0x90),
  });

const opened = (options?: Options) => new World(options).start();

test('an actor crashes too often in its last twin: the next life starts from storage, and the failed life writes nothing', async () => {
  const world = await opened();
  await world.deposit(5);
  await world.present.pass(2 * PERSIST_DELAY_MS);
  await world.deposit(2);
  expect(await world.balance()).toBe(7);
  const puts = [...world.puts];
  const first = world.application.system;
  await world.giveUp();
  expect(world.puts).toEqual(puts);
  expect(first.state).toBe('stopped');
  expect(first.vms.map(({ state }) => state)).toEqual(['stopped', 'stopped']);
  expect(first.failure).toBe('restart budget exhausted by child bank');
  expect(world.told).toEqual(['running 1', 'restarting 1', 'running 2']);
  expect(world.application).toMatchObject({ state: 'running', lives: 2, reason: first.failure });
  expect(world.application.system).toBe(world.present.system);
  expect(await world.balance()).toBe(5);
  await world.deposit(1);
  await world.present.until(world.application.stop());
  expect(world.told.slice(3)).toEqual(['stopping 2', 'stopped 2']);
  expect(world.closed).toEqual([1, 2]);

  const later = await opened({ memory: world.memory });
  expect(await later.balance()).toBe(6);
});

test('a state that kills the application: the newest is used once more, then the one before, then none', async () => {
  const rich = new Map([
    ['bank/0', recordOf(11, 1)],
    ['bank/1', recordOf(12, 2)],
  ]);
  const world = await opened({ memory: rich });
  const balances: number[] = [];
  for (let life = 1; life <= 4; life++) {
    balances.push(await world.balance());
    if (life === 4) break;
    world.present.teller.send(bank.receives.deposit, { account: 0, amount: 1 });
    await world.present.pass(2 * CONTROL_DEADLINE_MS);
    await settle();
  }
  expect(balances).toEqual([12, 12, 11, 0]);
  expect(world.began).toEqual(['generation 2', 'generation 2', 'generation 1', 'fresh']);
  await world.deposit(1);
  await world.present.pass(2 * PERSIST_DELAY_MS);
  await world.present.until(world.application.stop());
  expect(await (await opened({ memory: rich })).balance()).toBe(1);
});

test('one restart too many within the period: failed, and everything has ended', async () => {
  const world = await opened();
  for (let life = 1; life <= 4; life++) await world.giveUp();
  await world.application.ended;
  expect(world.application).toMatchObject({ state: 'failed', lives: 4 });
  expect(world.told.at(-1)).toBe('failed 4');
  expect(world.closed).toEqual([1, 2, 3, 4]);
  expect(world.worlds.map(({ system }) => system.state)).toEqual(Array(4).fill('stopped'));
  expect(world.time.pending).toBe(0);
  await world.application.stop();
  expect(world.application.state).toBe('failed');
});

test('restarts that are long past do not count: the newest state is used again', async () => {
  const world = await opened({ memory: new Map([['bank/0', recordOf(1, 1)]]) });
  for (let life = 1; life <= 6; life++) {
    await world.giveUp();
    world.time.stop(60_001);
  }
  expect(world.began).toEqual(Array(7).fill('generation 1'));
  expect(world.application.state).toBe('running');
});

test('a life that cannot be opened has failed: the parts that it had opened are closed, and the next life is tried', async () => {
  const world = await opened({
    before: async ({ number }) => {
      if (number === 2 || number === 3) throw new Error(`no power, ${number}`);
    },
  });
  await world.giveUp();
  expect(world.application).toMatchObject({ state: 'running', lives: 4, reason: 'no power, 3' });
  expect(world.closed).toEqual([1, 2, 3]);
});

test('a breakpoint that makes no sense is refused by the first life, and no other begins', async () => {
  const world = new World({
    before: async ({ number }) => {
      throw new BreakpointError('kind', `no kind, ${number}`);
    },
  });
  const error = await world.start().catch((error: unknown) => error);
  expect(error).toMatchObject({ message: 'the application did not start: no kind, 1', cause: { name: 'BreakpointError' } });
});

test('an application does not start when none of its lives can be opened', async () => {
  const world = new World({
    before: async ({ number }) => {
      throw new Error(`no power, ${number}`);
    },
  });
  const error = await world.start().catch((error: unknown) => error);
  expect(error).toBeInstanceOf(ApplicationError);
  expect(error).toMatchObject({ message: 'the application did not start: no power, 4', cause: { message: 'no power, 4' } });
  expect(world.closed).toEqual([1, 2, 3, 4]);
});

test('a stop during a restart ends the life that is being opened, and no other begins', async () => {
  let open = () => {};
  const world = await opened({
    before: ({ number }) =>
      number === 1
        ? Promise.resolve()
        : new Promise((resolve) => {
            open = resolve;
          }),
  });
  await world.giveUp();
  expect(world.application).toMatchObject({ state: 'restarting', lives: 2 });
  const stopped = world.application.stop();
  expect(world.application.state).toBe('stopping');
  open();
  await settle();
  await world.present.until(stopped);
  expect(world.told).toEqual(['running 1', 'restarting 1', 'stopping 2', 'stopped 2']);
  expect(world.worlds.map(({ system }) => system.state)).toEqual(['stopped', 'stopped']);
  expect(world.closed).toEqual([1, 2]);
});

test('a life that opens too late is closed at once', async () => {
  let open = () => {};
  const world = await opened({
    before: ({ number }) =>
      number !== 2
        ? Promise.resolve()
        : new Promise((resolve) => {
            open = resolve;
          }),
  });
  await world.giveUp();
  await world.time.advance(LIFE_OPEN_DEADLINE_MS);
  expect(world.application).toMatchObject({ state: 'running', lives: 3, reason: 'life 2 was not open in 60000 ms' });
  const { system } = world.application;
  open();
  await settle();
  expect(world.worlds).toHaveLength(2); // the second was never handed out
  expect(world.application.system).toBe(system);
  expect(await world.balance()).toBe(0);
});

test('a part that does not close, or closes with an error, is reported and makes nobody wait for ever', async () => {
  const world = await opened({
    before: async (life) => {
      life.onEnd(() => new Promise<void>(() => {}));
      life.onEnd(() => {
        throw new Error('it is stuck');
      });
    },
  });
  const stopped = world.application.stop();
  await world.present.until(world.present.system.stop());
  await world.time.advance(CONTROL_DEADLINE_MS);
  await stopped;
  const unclosed = world.changes.flatMap((change) => (change.type === 'unclosed' ? [(change.error as Error).message] : []));
  expect(unclosed).toEqual(['it is stuck', 'what life 1 had opened did not close in 5000 ms']);
  expect(world.closed).toEqual([1]);
});

test('a system that is stopped in order ends the application; one that loses a VM for good is followed by the next', async () => {
  const world = await opened({ vmIntensity: { intensity: 0, periodMs: 1_000 } });
  world.present.host.lose('js', 'pulled out');
  await world.present.pass(2 * CONTROL_DEADLINE_MS);
  await settle();
  expect(world.application).toMatchObject({ state: 'running', lives: 2, reason: 'VM js was lost: pulled out' });
  await world.present.until(world.present.system.stop());
  await world.application.ended;
  expect(world.application).toMatchObject({ state: 'stopped', lives: 2 });
});

test('a life that has no actor left is followed by the next', async () => {
  const world = await opened();
  const { host, until, system, pass } = world.present;
  for (const { actor } of system.actors) await until(system.stopActor(actor));
  host.vmOf('js').spawn = async () => {
    throw new Error('no room');
  };
  for (const { actor } of system.actors) await expect(until(system.startActor(actor))).rejects.toThrow('no room');
  await pass(2 * CONTROL_DEADLINE_MS);
  await settle();
  expect(world.application).toMatchObject({ state: 'running', lives: 2, reason: 'no actor is left' });
});
