/** An actor moves from VM to VM with everything on its way: nobody notices who moves when, and what is lost meanwhile. */
import { expect, test } from 'vitest';
import { Random } from '../../bus/random.js';
import { type BankWorld, openBank } from './bank.js';
import { endingOf, nextStep, type Step } from './bank-run.js';

const SEED = Number(process.env.TANDEM_SEED ?? 1);
const RUNS = 30;
const OFTEN = { intensity: 1000, periodMs: 10_000 };
const APART = 'bank=js,watcher=wasm';

const elsewhere = ({ system }: BankWorld, name: string) => (system.actors.find(({ actor }) => actor === name)?.vm === 'js' ? 'wasm' : 'js');
const move = (world: BankWorld, name: string) => world.system.moveActor(name, elsewhere(world, name)).catch(() => {});

/** What the application does, and what happens to its actors before it, which the calm run leaves out. */
function steps(random: Random, length: number): { step: Step; event: Step | null }[] {
  return Array.from({ length }, () => {
    const step = nextStep(random, 60);
    const pause = random.integer(5);
    const name = random.chance(0.7) ? 'bank' : 'watcher';
    const vm = random.chance(0.5) ? 'js' : 'wasm';
    const events: Step[] = [
      (world) => void move(world, name),
      (world) => void move(world, name),
      async (world) => {
        void move(world, name);
        await world.pass(pause);
        world.host.lose(vm, 'the thread ended');
      },
      (world) => {
        void world.system.crash(name).catch(() => {});
        void move(world, name);
      },
      ({ host }) => host.lose(vm, 'the thread ended'),
    ];
    return { step, event: random.chance(0.25) ? events[random.integer(events.length)] : null };
  });
}

async function play(seed: number, eventful: boolean) {
  const world = await openBank({ seed, placement: APART, vmIntensity: OFTEN });
  const seen = { moved: 0, calledOff: 0, losses: 0 };
  const places = new Map(world.system.actors.map(({ actor, vm }) => [actor, vm]));
  world.system.onChange((change) => {
    if (change.type === 'vm' && change.state === 'restarting') seen.losses++;
    if (change.type !== 'actor') return;
    if (change.vm !== places.get(change.actor)) seen.moved++;
    if (change.state === 'restarting' && change.reason.includes('move')) seen.calledOff++;
    places.set(change.actor, change.vm);
  });
  for (const { step, event } of steps(new Random(seed), 80)) {
    if (eventful) await event?.(world);
    await step(world);
    await world.pass(0);
  }
  await world.pass(400);
  return { world, ending: await endingOf(world), seen };
}

test(`random runs with moves, lost VMs and traps end like calm ones (seed ${SEED}, TANDEM_SEED to change)`, async () => {
  const all = { moved: 0, losses: 0 };
  for (let run = 0; run < RUNS; run++) {
    const seed = SEED * 1000 + run;
    const calm = await play(seed, false);
    const eventful = await play(seed, true);
    expect(eventful.ending, `seed ${seed}`).toEqual(calm.ending);
    expect(await eventful.world.counters(), `seed ${seed}`).toMatchObject({ divergent: 0, fenced: 0, refused: 0, waiting: 0 });
    all.moved += eventful.seen.moved;
    all.losses += eventful.seen.losses;
  }
  expect(all.moved).toBeGreaterThan(RUNS);
  expect(all.losses).toBeGreaterThan(RUNS);
});
