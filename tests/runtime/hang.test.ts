/** An actor loops for ever: its VM is ended and goes on, nothing is lost, and a message that hangs twice is poison. */
import { describe, expect, test } from 'vitest';
import { Standstill } from '../../actors/contract/fault.js';
import type { SystemChange } from '../../actors/supervisor/change-feed.js';
import { Random } from '../../bus/random.js';
import type { MessageOf, StateOf } from '../../protocol/fields.js';
import { SMALL_MEMORIES } from '../small-memories.js';
import { arriveTogether, Bank, type BankOptions, type BankWorld, bank, counterdesk, openBank, watcher } from './bank.js';
import { endingOf, nextStep, type Step } from './bank-run.js';

const SEED = Number(process.env.TANDEM_SEED ?? 1);
const RUNS = 25;
const OFTEN = { intensity: 10_000, periodMs: 10_000 };
/** Short, so that a hang is over before the application looks. */
const HANG_MS = 8;
/** Longer than a hang and everything that follows. */
const OVER_MS = 200;

/** What the application does, and what goes wrong before it, which the calm run leaves out. */
function steps(random: Random, length: number): { step: Step; fault: Step | null }[] {
  return Array.from({ length }, () => {
    const account = random.integer(4);
    const pause = random.integer(5);
    // A VM that stands still answers when time has passed.
    const hang =
      (actor: string): Step =>
      ({ system }) =>
        void system.hang(actor).catch(() => {});
    const faults: Step[] = [
      hang('bank'),
      hang('bank'),
      hang('watcher'),
      ({ system }) => void system.crash('bank').catch(() => {}),
      ({ host }) => host.lose('js', 'the thread ended'),
      async (world) => {
        await hang('bank')(world);
        world.teller.send(bank.receives.note, { account, text: 'a note changes nothing' });
        await world.pass(pause);
        world.host.lose('js', 'the thread ended as it hung');
      },
    ];
    return { step: nextStep(random, OVER_MS), fault: random.chance(0.15) ? faults[random.integer(faults.length)] : null };
  });
}

/** Tells how often each thing happened. */
function watch({ system }: BankWorld) {
  const changes: SystemChange[] = [];
  system.onChange((change) => changes.push(change));
  return {
    crashes: () => changes.flatMap((change) => (change.type === 'crash' ? [change.report] : [])),
    poisoned: () => changes.flatMap((change) => (change.type === 'poisoned' ? [change.report] : [])),
    hangs: () =>
      changes.filter((change) => change.type === 'vm' && change.state === 'restarting' && change.reason.startsWith('hang')).length,
  };
}

const device = (sharedMemory: boolean) => ({ capabilities: { wasm: true, workers: true, sharedMemory } });

async function play(
  seed: number,
  sharedMemory: boolean,
  faulty: boolean,
): Promise<{ world: BankWorld; ending: unknown; hangs: number; poisoned: number }> {
  const world = await openBank({ seed, vmIntensity: OFTEN, hangMs: HANG_MS, ...SMALL_MEMORIES, ...device(sharedMemory) });
  const seen = watch(world);
  for (const { step, fault } of steps(new Random(seed), 60)) {
    if (faulty) await fault?.(world);
    await step(world);
    await world.pass(0);
  }
  await world.pass(OVER_MS);
  const ending = await endingOf(world);
  return { world, ending, hangs: seen.hangs(), poisoned: seen.poisoned().length };
}

test.each([true, false])(
  `random runs with hangs, traps and lost VMs end like calm ones, shared memory %s (seed ${SEED}, TANDEM_SEED to change)`,
  async (sharedMemory) => {
    let hangs = 0;
    for (let run = 0; run < RUNS; run++) {
      const seed = SEED * 1000 + run;
      const calm = await play(seed, sharedMemory, false);
      const faulty = await play(seed, sharedMemory, true);
      expect(faulty.ending, `seed ${seed}`).toEqual(calm.ending);
      expect(faulty.poisoned, `seed ${seed}`).toBe(0);
      expect(await faulty.world.counters(), `seed ${seed}`).toMatchObject({ divergent: 0, fenced: 0, waiting: 0 });
      hangs += faulty.hangs;
    }
    expect(hangs).toBeGreaterThan(RUNS);
  },
);

/** A bank whose `explode` hangs, traps or passes: one letter for each attempt. */
function openDefective(tries: string, options: BankOptions = {}) {
  let tried = 0;
  class Defective extends Bank {
    override onExplode({ account }: MessageOf<typeof bank, 'explode'>): void {
      const fate = tries[tried++ % tries.length];
      if (fate === 'h') throw new Standstill('a loop');
      if (fate === 't') throw new Error('the vault is on fire');
      this.onDeposit({ account, amount: 1_000 });
    }
    override onPoison(): void {
      throw new Standstill('a loop');
    }
  }
  return openBank({ vmIntensity: OFTEN, hangMs: HANG_MS, makeBank: () => new Defective(), ...options });
}

describe.each([true, false])('a message at which the actor hangs, shared memory %s', (sharedMemory) => {
  test('every time is poison at the second; messages that arrived with it, before and after, are handled', async () => {
    const world = await openDefective('h', device(sharedMemory));
    const seen = watch(world);
    arriveTogether(
      world,
      [bank.receives.deposit, { account: 0, amount: 1 }],
      [bank.receives.deposit, { account: 0, amount: 2 }],
      [bank.receives.explode, { account: 0 }],
      [bank.receives.deposit, { account: 0, amount: 4 }],
    );
    await world.pass(OVER_MS);
    expect(world.receipts.map(({ amount }) => amount)).toEqual([1, 3, 7]);
    expect(seen.hangs()).toBe(2);
    const about = { party: 'bank', reason: `hang: no progress in ${HANG_MS} ms`, stack: '', message: { kindName: 'bank.explode' } };
    expect(seen.crashes()).toMatchObject([
      // Without shared memory the first hang is somewhere among the frames that came together.
      { ...about, attempt: 1, message: { kindName: sharedMemory ? 'bank.explode' : '' } },
      { ...about, attempt: 2 },
    ]);
    expect(seen.poisoned()).toMatchObject([{ ...about, attempt: 2 }]);
    const letters = await world.system.deadLetters();
    expect(letters).toMatchObject([{ code: 'poisoned', kind: bank.receives.explode.kind }]);
    expect(world.system.actors).toMatchObject([
      { actor: 'bank', state: 'running', epoch: 3 },
      { actor: 'watcher', state: 'running', epoch: 3 },
    ]);
  });

  test.each([
    ['h.', 1, 0, 1],
    ['ht', 1, 1, 2],
    // A trap is reported when the next incarnation has done its work, which this one never does.
    ['th', 1, 1, 1],
    ['t.', 0, 0, 1],
    ['hh', 2, 1, 2],
  ])('and at the next try does otherwise (%s)', async (tries, hangs, poisoned, crashes) => {
    const world = await openDefective(tries, device(sharedMemory));
    const seen = watch(world);
    world.teller.send(bank.receives.explode, { account: 1 });
    await world.pass(5);
    world.teller.send(bank.receives.deposit, { account: 1, amount: 1 });
    await world.pass(OVER_MS);
    expect(world.receipts.map(({ amount }) => amount)).toEqual(poisoned ? [1] : [1_000, 1_001]);
    expect(seen.hangs()).toBe(hangs);
    expect(seen.poisoned()).toHaveLength(poisoned);
    expect(seen.crashes()).toHaveLength(crashes);
  });

  test.each(['ht', 'th'])('and traps by turns is poison, also when others have come with it (%s)', async (tries) => {
    const world = await openDefective(tries, device(sharedMemory));
    const seen = watch(world);
    world.teller.send(bank.receives.explode, { account: 1 });
    world.teller.send(bank.receives.deposit, { account: 1, amount: 1 });
    await world.pass(OVER_MS);
    expect(world.receipts.map(({ amount }) => amount)).toEqual([1]);
    expect(seen.poisoned()).toMatchObject([{ message: { kindName: 'bank.explode' } }]);
    // Without shared memory a hang among several frames is put down to none of them, and a trap is known to its VM alone.
    expect(seen.hangs()).toBe(sharedMemory || tries === 'th' ? 1 : 2);
  });

  test('is answered as poisoned when it is a request, once', async () => {
    const world = await openDefective('h', device(sharedMemory));
    const request = world.teller.request(bank.receives.poison, { note: 'loop' });
    await expect(world.until(request)).rejects.toMatchObject({ code: 'poisoned' });
    expect(await world.until(world.teller.request(bank.receives.balance, { account: 0 }))).toEqual({ amount: 0 });
  });

  test('does not come back when the VM is lost again', async () => {
    const world = await openDefective('h', device(sharedMemory));
    const seen = watch(world);
    world.teller.send(bank.receives.explode, { account: 1 });
    await world.pass(OVER_MS);
    world.host.lose('js', 'the thread ended');
    await world.pass(OVER_MS);
    expect(seen.hangs()).toBe(2);
    expect(seen.crashes()).toHaveLength(2);
    expect(seen.poisoned()).toHaveLength(1);
  });
});

describe.each([true, false])('what is no handler, shared memory %s', (sharedMemory) => {
  /** A bank whose snapshot loops once a note has told it to, and whose restore does once it is to. */
  async function openLooping(options: BankOptions = {}) {
    const loops = { restore: false };
    class Looping extends Bank {
      private told = false;
      override onNote(): void {
        this.told = true;
      }
      override snapshot() {
        if (this.told) throw new Standstill('a loop');
        return super.snapshot();
      }
      override restore(state: StateOf<typeof bank>): void {
        if (loops.restore) throw new Standstill('a loop');
        super.restore(state);
      }
    }
    const world = await openBank({
      vmIntensity: OFTEN,
      hangMs: HANG_MS,
      makeBank: () => new Looping(),
      ...device(sharedMemory),
      ...options,
    });
    return { world, seen: watch(world), loops };
  }
  const deposit = (world: BankWorld) => world.teller.send(bank.receives.deposit, { account: 0, amount: 1 });

  test('a snapshot that loops is blamed on the message that has caused it', async () => {
    const { world, seen } = await openLooping();
    deposit(world);
    await world.pass(OVER_MS);
    world.teller.send(bank.receives.note, { account: 0, text: '' });
    deposit(world);
    await world.pass(OVER_MS);
    void world.system.snapshot('bank').catch(() => {});
    await world.pass(OVER_MS);
    deposit(world);
    await world.pass(OVER_MS);
    expect(world.receipts.map(({ amount }) => amount)).toEqual([1, 2, 3]);
    expect(seen.hangs()).toBe(2);
    expect(seen.poisoned()).toMatchObject([{ party: 'bank', attempt: 2, message: { kindName: 'bank.note' } }]);
    expect(seen.crashes().every(({ party }) => party === 'bank')).toBe(true);
    expect((await world.system.deadLetters()).map(({ code, kind }) => [code, kind])).toEqual([['poisoned', bank.receives.note.kind]]);
    expect(world.system.actors).toMatchObject([{ state: 'running' }, { actor: 'watcher', state: 'running' }]);
  });

  test('a restore that loops ends its actor at the second time, and no other', async () => {
    const { world, seen, loops } = await openLooping({ intensity: 3 });
    deposit(world);
    world.teller.send(watcher.receives.look, { account: 0 });
    await world.pass(OVER_MS);
    loops.restore = true;
    world.host.lose('js', 'the thread ended');
    await world.pass(OVER_MS);
    expect(seen.hangs()).toBe(2);
    expect(world.system.actors).toMatchObject([
      { actor: 'bank', state: 'exhausted', reason: expect.stringMatching(/hang: .*, as it was made, saved or restored/) },
      { actor: 'watcher', state: 'running' },
    ]);
    expect(new Set(seen.crashes().map(({ party }) => party))).toEqual(new Set(['bank']));
    expect(await world.until(world.teller.request(watcher.receives.report, {}))).toMatchObject({ answers: ['balance 1'] });
  });
});

describe.each([true, false])('a handler that ends its thread, shared memory %s', (sharedMemory) => {
  test('gets its message twice; then that is poison, and all others go on', async () => {
    let world: BankWorld | null = null;
    class Fatal extends Bank {
      override onExplode(): void {
        world?.host.lose('js', 'exit with code 0');
        throw new Standstill('its thread is gone');
      }
    }
    world = await openBank({ vmIntensity: { intensity: 3, periodMs: 10_000 }, makeBank: () => new Fatal(), ...device(sharedMemory) });
    const seen = watch(world);
    arriveTogether(
      world,
      [bank.receives.deposit, { account: 0, amount: 1 }],
      [bank.receives.explode, { account: 0 }],
      [bank.receives.deposit, { account: 0, amount: 2 }],
    );
    await world.pass(OVER_MS);
    expect(world.receipts.map(({ amount }) => amount)).toEqual([1, 3]);
    expect(seen.poisoned()).toMatchObject([
      { party: 'bank', attempt: 2, reason: 'its thread ended at it: exit with code 0', message: { kindName: 'bank.explode' } },
    ]);
    expect(seen.crashes().map(({ attempt }) => attempt)).toEqual(sharedMemory ? [1, 2] : [2]);
    expect(world.system.vms.find(({ vm }) => vm === 'js')?.state).toBe('running');
    expect(world.system.actors).toMatchObject([
      { actor: 'bank', state: 'running', epoch: 3 },
      { actor: 'watcher', state: 'running', epoch: 3 },
    ]);
  });
});

test('an actor that cannot be restarted for its hangs is lost with its VM, for that reason', async () => {
  const world = await openDefective('h', { vmIntensity: { intensity: 0, periodMs: 1_000 } });
  world.teller.send(bank.receives.explode, { account: 1 });
  await world.pass(OVER_MS);
  expect(world.system.vms).toContainEqual({ vm: 'js', state: 'lost', reason: `hang: no progress in ${HANG_MS} ms`, failedOver: false });
  await expect(world.until(world.teller.request(bank.receives.balance, { account: 0 }))).rejects.toMatchObject({ code: 'unreachable' });
});

test('calls that had begun in the VM before it stood still are no sign of life', async () => {
  const world = await openDefective('h');
  const seen = watch(world);
  world.teller.send(watcher.receives.look, { account: 1 });
  await world.pass(OVER_MS);
  world.teller.send(bank.receives.explode, { account: 1 });
  await world.pass(HANG_MS / 2);
  await world.host.vmOf('js').snapshot('watcher');
  await world.pass(OVER_MS);
  expect(seen.hangs()).toBe(2);
});

test('calls that had begun in the VM before it stood still make no checkpoint: the hanging message would be lost with it', async () => {
  const world = await openDefective('h.');
  const seen = watch(world);
  world.teller.send(bank.receives.explode, { account: 1 });
  await world.pass(HANG_MS / 2);
  await world.host.vmOf('js').moves.settle(watcher.address, []);
  await world.pass(OVER_MS);
  expect(seen.hangs()).toBe(1);
  expect(world.receipts).toHaveLength(1);
});

test('while somebody debugs nobody hangs', async () => {
  let debugging = true;
  const world = await openDefective('h.', { debugging: () => debugging });
  const seen = watch(world);
  world.teller.send(bank.receives.explode, { account: 1 });
  await world.pass(60_000);
  expect(seen.hangs()).toBe(0);
  debugging = false;
  await world.pass(OVER_MS);
  expect(seen.hangs()).toBe(1);
  expect(world.receipts).toHaveLength(1);
});

test('a hang to order strikes a first delivery only: everything is handled', async () => {
  const world = await openBank({ vmIntensity: OFTEN, hangMs: HANG_MS });
  const seen = watch(world);
  for (let i = 0; i < 10; i++) {
    if (i === 5) await world.host.vmOf('js').hang(bank.name);
    world.teller.send(bank.receives.deposit, { account: 0, amount: 1 });
    await world.pass(OVER_MS);
  }
  expect(seen.hangs()).toBe(1);
  expect(seen.poisoned()).toEqual([]);
  expect(world.receipts).toHaveLength(10);
  expect(world.receipts.map(({ amount }) => amount)).toEqual(world.receipts.map((_, i) => i + 1));
});

describe.each([true, false])('a port of application code, shared memory %s', (sharedMemory) => {
  /** A desk that hangs at each call of `hang`. */
  async function openDesk() {
    const calls: string[] = [];
    let incarnations = 0;
    const world = await openBank({
      vmIntensity: OFTEN,
      hangMs: HANG_MS,
      ...device(sharedMemory),
      ports: (vm) =>
        vm.openSupervisedPort(counterdesk, () => {
          const number = ++incarnations;
          return {
            onCall: ({ text }) => {
              calls.push(`${number} ${text}`);
              if (text === 'hang') throw new Standstill('a loop');
            },
            onAsk({ text }) {
              calls.push(`${number} ${text}`);
              throw new Standstill('a loop');
            },
            onBankTotal() {},
          };
        }),
    });
    const seen = watch(world);
    const call = (text: string) => world.teller.send(counterdesk.receives.call, { text });
    await world.pass(OVER_MS);
    return { world, seen, call, calls };
  }

  test('that hangs is back with its VM, and does not handle that message for ever', async () => {
    const { world, seen, call, calls } = await openDesk();
    call('hang');
    world.teller.send(bank.receives.deposit, { account: 0, amount: 1 });
    await world.pass(OVER_MS);
    call('last');
    await world.pass(OVER_MS);
    expect(calls).toEqual(['1 hang', '2 hang', '3 last']);
    expect(seen.hangs()).toBe(2);
    expect(seen.poisoned()).toMatchObject([{ party: 'counterdesk', attempt: 2 }]);
    expect(await world.system.deadLetters()).toMatchObject([{ code: 'poisoned', kind: counterdesk.receives.call.kind }]);
    expect(world.receipts).toHaveLength(1);
    expect(world.system.ports.find(({ port }) => port === 'counterdesk')).toMatchObject({ state: 'running', epoch: 3 });
  });

  test('that hangs at a request twice fails it as poisoned', async () => {
    const { world, seen, calls } = await openDesk();
    const request = world.teller.request(counterdesk.receives.ask, { text: 'ask' });
    await expect(world.until(request)).rejects.toMatchObject({ code: 'poisoned' });
    expect(calls).toEqual(['1 ask', '2 ask']);
    expect(seen.hangs()).toBe(2);
  });

  test('hangs on command, once', async () => {
    const { world, seen, call, calls } = await openDesk();
    await world.system.hang('counterdesk');
    call('first');
    await world.pass(OVER_MS);
    expect(calls).toEqual(['1 first', '2 first']);
    expect(seen.hangs()).toBe(1);
    expect(seen.poisoned()).toEqual([]);
  });
});
