/** An actor with a permit is restarted by its VM at once: whatever reports, commands and losses cross, the end is that of a calm run. */
import { describe, expect, test } from 'vitest';
import type { Host } from '../../actors/contract/host.js';
import { RestartPermit } from '../../actors/vm/crash/deaths.js';
import { Random } from '../../bus/random.js';
import type { SimHost } from '../../host-shim/sim/index.js';
import { type BankWorld, bank, openBank, watcher } from './bank.js';
import { everyWire, slowly } from './slow-control-plane.js';

const SEED = Number(process.env.TANDEM_SEED ?? 1);
const RUNS = 40;
const OFTEN = { intensity: 1000, periodMs: 10_000 };

type Step = (world: BankWorld) => unknown;

const statusOf = ({ system }: BankWorld) => system.actors.find(({ actor }) => actor === 'bank');

/** Crashes an actor in the VM itself: a command over the control plane would be late. A VM that recovers has nobody to crash. */
async function crashAtOnce({ host }: BankWorld, actor: string): Promise<void> {
  try {
    await host.vmOf('js').crash(actor);
  } catch {}
}

/** The control plane is quiet, everything runs, and nothing is on its way. */
async function quiet({ system, pass }: BankWorld): Promise<void> {
  do {
    await everyWire();
    await pass(40);
  } while (![...system.vms, ...system.actors].every(({ state }) => state === 'running'));
}

function steps(random: Random, length: number): { step: Step; fault: Step | null }[] {
  return Array.from({ length }, () => {
    const account = random.integer(4);
    const kinds: Step[] = [
      ({ teller }) => teller.send(bank.receives.deposit, { account, amount: 1 + account }),
      ({ teller }) => teller.send(bank.receives.deposit, { account, amount: 7 }),
      ({ pass }) => pass(random.integer(3)),
      // An answer depends on the frames that arrived before it from elsewhere.
      async (world) => {
        await quiet(world);
        world.teller.send(watcher.receives.look, { account });
        await quiet(world);
      },
    ];
    const crash = (actor: string) => (world: BankWorld) => crashAtOnce(world, actor);
    const faults: Step[] = [
      crash('bank'),
      crash('watcher'),
      async (world) => {
        await crashAtOnce(world, 'bank');
        world.teller.send(bank.receives.note, { account, text: 'note' });
        await world.pass(random.integer(3));
        world.host.lose('js', 'the thread ended with a report on its way');
      },
      ({ host }) => host.lose('js', 'the thread ended'),
    ];
    return { step: kinds[random.integer(kinds.length)], fault: random.chance(0.25) ? faults[random.integer(faults.length)] : null };
  });
}

async function play(seed: number, faulty: boolean) {
  const wire = new Random(seed + 1);
  const world = await openBank({ seed, vmIntensity: OFTEN, hostOf: (host) => (faulty ? slowly(host, wire) : host) });
  let permitted = 0;
  world.system.onChange((change) => {
    if (change.type === 'crash' && change.report.restartsAs > 0) permitted++;
  });
  for (const { step, fault } of steps(new Random(seed), 60)) {
    if (faulty) await fault?.(world);
    await step(world);
    await world.pass(0);
  }
  await quiet(world);
  const ending = {
    receipts: world.receipts,
    totals: world.totals,
    portErrors: world.portErrors,
    bank: await world.state('bank'),
    watcher: await world.state('watcher'),
    deadLetters: await world.system.deadLetters(),
    state: world.system.state,
  };
  return { world, ending, permitted };
}

test(`random runs with traps, losses and a slow control plane end like calm ones (seed ${SEED}, TANDEM_SEED to change)`, async () => {
  let permitted = 0;
  for (let run = 0; run < RUNS; run++) {
    const seed = SEED * 1000 + run;
    const calm = await play(seed, false);
    const faulty = await play(seed, true);
    expect(faulty.ending, `seed ${seed}`).toEqual(calm.ending);
    expect(await faulty.world.counters(), `seed ${seed}`).toMatchObject({ divergent: 0, fenced: 0, waiting: 0 });
    permitted += faulty.permitted;
  }
  expect(permitted).toBeGreaterThan(RUNS);
});

/** A host whose supervisor does not hear what ends. */
const deaf = (host: SimHost): Host => ({
  clock: host.clock,
  timers: host.timers,
  standingTime: host.standingTime,
  capabilities: host.capabilities,
  local: host.local,
  traces: host.traces,
  debugging: false,
  warn: null,
  connect: (a, b) => host.connect(a, b),
  beat: (intervalMs, fn) => host.beat(intervalMs, fn),
  listen: (listener) => host.listen(listener),
  keepSpare: () => host.keepSpare(),
  startVm: (name, listener, how) =>
    host.startVm(
      name,
      {
        ...listener,
        report: async (event) => {
          if (event.type !== 'ended') await listener.report(event);
        },
      },
      how,
    ),
});

test('a permit is good for the epoch that follows, once', () => {
  const permit = new RestartPermit();
  expect(permit.spend(1)).toBe(0);
  permit.grant(2);
  expect(permit.spend(1)).toBe(2);
  expect(permit.spend(1)).toBe(0);
  permit.grant(2);
  expect(permit.spend(2)).toBe(0);
  permit.grant(2);
  permit.grant(3);
  expect(permit.spend(2)).toBe(3);
});

describe('an actor with a permit', () => {
  const open = async (intensity?: number) => {
    const world = await openBank({ intensity, hostOf: (host) => slowly(host, new Random(SEED)) });
    await quiet(world);
    return world;
  };
  const healthOf = async ({ host }: BankWorld) => (await host.vmOf('js').health()).find(({ actor }) => actor === 'bank');

  test('runs again without its supervisor, which is told afterwards', async () => {
    const world = await openBank({ hostOf: deaf });
    await crashAtOnce(world, 'bank');
    world.teller.send(bank.receives.deposit, { account: 0, amount: 5 });
    await world.pass(40);
    expect(world.receipts).toEqual([{ account: 0, amount: 5 }]);
    expect(await healthOf(world)).toMatchObject({ state: 'running', epoch: 2 });
    expect(statusOf(world)).toMatchObject({ state: 'running', epoch: 1, restarts: 0 });
  });

  test('treats a late command as done', async () => {
    const world = await open();
    await crashAtOnce(world, 'bank');
    world.teller.send(bank.receives.deposit, { account: 0, amount: 5 });
    await world.pass(3);
    const vm = world.host.vmOf('js');
    await vm.restart('bank', 2);
    expect((await vm.counters()).replayed).toBe(0);
    await expect(vm.restart('bank', 1)).rejects.toThrow('not above 2');
    await vm.restart('bank', 3);
    expect(await healthOf(world)).toMatchObject({ state: 'running', epoch: 3 });
  });

  test('gets no more restarts in a loop than its budget has', async () => {
    const world = await open(3);
    for (let i = 0; i < 10; i++) world.teller.send(bank.receives.explode, { account: 0 });
    await world.pass(3);
    await everyWire();
    await world.pass(3);
    await everyWire();
    expect(statusOf(world)).toMatchObject({ state: 'exhausted', epoch: 4, restarts: 3 });
    expect((await world.counters()).traps).toBe(4);
  });
});
