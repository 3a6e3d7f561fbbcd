/** The loss of a VM keeps everything: with shared memory or without, the application ends as if nothing had happened. */
import { expect, test } from 'vitest';
import type { Host } from '../../actors/contract/host.js';
import { Random } from '../../bus/random.js';
import type { WorkerName } from '../../host-shim/common/definition.js';
import type { SimHost } from '../../host-shim/sim/index.js';
import { SMALL_MEMORIES } from '../small-memories.js';
import { type BankWorld, bank, openBank } from './bank.js';
import { endingOf, nextStep, type Step } from './bank-run.js';

const SEED = Number(process.env.TANDEM_SEED ?? 1);
const RUNS = 16;
const OFTEN = { intensity: 1000, periodMs: 10_000 };
/** Links that have no room now and then: gates hold output, and mailboxes have frames in them when a VM is lost. */
const FULL_LINKS = { refuseRate: 0.1, refuseMicrosMax: 3_000 };

const lose =
  (reason: string, ...vms: WorkerName[]): Step =>
  ({ host }) => {
    for (const vm of vms) host.lose(vm, reason);
  };

/** What goes wrong. @param pause between two faults, so that the second may come while the first is mended */
function faults(pause: number): Step[] {
  return [
    lose('the thread ended', 'js'),
    lose('the thread ended', 'wasm'),
    lose('the device ran out of memory', 'js', 'wasm'),
    lose('the device ran out of memory', 'wasm', 'js'),
    async (world) => {
      lose('the thread ended', 'js')(world);
      await world.pass(pause);
      lose('and once more', 'js', 'wasm')(world);
    },
    ({ system }) => system.crash('bank').catch(() => {}),
    ({ system }) => system.crash('watcher').catch(() => {}),
    (world) => {
      void world.system.crash('bank').catch(() => {});
      lose('the thread ended with a trap on its way', 'js')(world);
    },
    async (world) => {
      lose('the thread ended, and an actor traps as it comes back', 'wasm', 'js')(world);
      await world.pass(pause);
      await world.system.crash('watcher').catch(() => {});
    },
  ];
}

/** What the application does, and what goes wrong before it, which the calm run leaves out. */
function steps(random: Random, length: number): { step: Step; fault: Step | null }[] {
  return Array.from({ length }, () => {
    const step = nextStep(random, 40);
    const wrong = faults(random.integer(5));
    return { step, fault: random.chance(0.15) ? wrong[random.integer(wrong.length)] : null };
  });
}

interface Device {
  readonly sharedMemory: boolean;
  readonly placement: string;
}

async function play(
  seed: number,
  { sharedMemory, placement }: Device,
  faulty: boolean,
): Promise<{ world: BankWorld; ending: unknown; losses: number }> {
  const capabilities = { wasm: true, workers: true, sharedMemory };
  const world = await openBank({ seed, capabilities, placement, vmIntensity: OFTEN, faults: FULL_LINKS, ...SMALL_MEMORIES });
  let losses = 0;
  world.system.onChange((change) => {
    if (change.type === 'vm' && change.state === 'restarting') losses++;
  });
  for (const { step, fault } of steps(new Random(seed), 80)) {
    if (faulty) await fault?.(world);
    await step(world);
    await world.pass(0);
  }
  await world.pass(200);
  return { world, ending: await endingOf(world), losses };
}

test.each([
  { sharedMemory: true, placement: 'js' },
  { sharedMemory: true, placement: 'bank=js,watcher=wasm' },
  { sharedMemory: false, placement: 'js' },
  { sharedMemory: false, placement: 'bank=js,watcher=wasm' },
])(
  `random runs with lost VMs and traps end like calm ones: shared memory $sharedMemory, $placement (seed ${SEED}, TANDEM_SEED to change)`,
  async (device) => {
    let all = 0;
    for (let run = 0; run < RUNS; run++) {
      const seed = SEED * 1000 + run;
      const calm = await play(seed, device, false);
      const faulty = await play(seed, device, true);
      expect(faulty.ending, `seed ${seed}`).toEqual(calm.ending);
      expect(await faulty.world.counters(), `seed ${seed}`).toMatchObject({ divergent: 0, fenced: 0, waiting: 0 });
      all += faulty.losses;
    }
    expect(all).toBeGreaterThan(RUNS);
  },
);

test(`a request that was withdrawn as its VM was lost fails all the same, once (seed ${SEED})`, async () => {
  for (let run = 0; run < RUNS; run++) {
    const seed = SEED * 1000 + run;
    const world = await openBank({ seed, vmIntensity: OFTEN, faults: { refuseRate: 0.3, refuseMicrosMax: 5_000 } });
    const after = new Random(seed).integer(6);
    world.system.onChange((change) => {
      if (change.type === 'poisoned') world.host.kernel.schedule(after * 1_000, () => world.host.lose('js', 'the thread ended'));
    });
    const failure = world.teller.request(bank.receives.poison, { note: 'poison' }, { deadlineMs: 60_000 }).catch((error) => error.code);
    expect(await world.until(failure), `seed ${seed}`).toBe('poisoned');
    expect(
      (await world.until(world.system.deadLetters())).map(({ code }) => code),
      `seed ${seed}`,
    ).toEqual(['poisoned']);
  }
});

test.each([true, false])(
  'a VM whose file cannot be loaded for ten seconds goes on then: nothing is lost, shared memory %s',
  async (sharedMemory) => {
    const OUTAGE_MS = 10_000;
    let lostAt = Number.POSITIVE_INFINITY;
    const hostOf = (host: SimHost): Host => {
      const startVm: Host['startVm'] = async (...start) => {
        const sinceMs = (host.clock.nowMicros() - lostAt) / 1000;
        if (sinceMs >= 0 && sinceMs < OUTAGE_MS) throw new Error('/js.js could not be loaded');
        return host.startVm(...start);
      };
      return new Proxy(host, { get: (target, key) => (key === 'startVm' ? startVm : Reflect.get(target, key)) });
    };
    const world = await openBank({ ...SMALL_MEMORIES, capabilities: { wasm: true, workers: true, sharedMemory }, hostOf });
    const deposit = () => world.teller.send(bank.receives.deposit, { account: 0, amount: 1 });
    deposit();
    await world.pass(20);
    lostAt = world.host.clock.nowMicros();
    world.host.lose('js', 'the device ran out of memory');
    for (let second = 0; second < 20; second++) {
      deposit();
      await world.pass(1_000);
    }
    expect(world.receipts.map(({ amount }) => amount)).toEqual(Array.from({ length: 21 }, (_, i) => i + 1));
    expect(world.system.vms.find(({ vm }) => vm === 'js')).toEqual({
      vm: 'js',
      state: 'running',
      reason: '/js.js could not be loaded',
      failedOver: false,
    });
    expect(world.system.state).toBe('running');
  },
);
