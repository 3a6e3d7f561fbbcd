/**
 * Monitors: a watcher gets exactly one notice for the end of each incarnation, whatever ends, and whatever state the watcher is in
 * meanwhile. Base watches in both languages, and a port watches from the host.
 */
import { describe, expect, test } from 'vitest';
import { decodeSnapshot, startSystem } from '../../actors/index.js';
import { Actor, type Handlers } from '../../actors/model/actor.js';
import type { PortHandlers } from '../../actors/model/handlers.js';
import { javaScriptActorFactory } from '../../actors/model/javascript-instance.js';
import { Random } from '../../bus/random.js';
import { createSimHost } from '../../host-shim/sim/index.js';
import type { StateOf } from '../../protocol/fields.js';
import { tandemParties } from '../../protocol/generated/index.js';
import { page } from '../../protocol/generated/page.js';
import type { EndReason } from '../../protocol/generated/system.js';
import { END_REASONS } from '../../protocol/ports/system.js';
import { Base } from '../guest/base.js';
import { base, onlooker, peer } from '../guest/protocol/generated/index.js';
import { SMALL_MEMORIES } from '../small-memories.js';

/** It does nothing, and crashes when it is told to. */
const PAGE: PortHandlers<typeof page> = {
  onActivated() {},
  onEdge() {},
  onLeaveRequested() {},
  onNavigationBlocked() {},
  onDismissRequested() {},
  onFocusFocused() {},
  onHistoryCurrent() {},
};

const SEED = Number(process.env.TANDEM_SEED ?? 1);
const RUNS = 12;
const OFTEN = { intensity: 1000, periodMs: 10_000 };
const parties = [base, peer, onlooker, ...tandemParties];
const module = new URL('../../dist/tests/guests/base/base.wasm', import.meta.url);

/** The party that the others watch. */
class Peer extends Actor<typeof peer> implements Handlers<typeof peer> {
  constructor() {
    super(peer);
  }
  onNote(): void {}
  onQuestion(): void {}
  snapshot(): StateOf<typeof peer> {
    return { asked: 0 };
  }
  restore(): void {}
}

async function open(placement: 'js' | 'wasm', seed: number, intensity = OFTEN.intensity) {
  const actors = [javaScriptActorFactory(base, () => new Base(), parties), javaScriptActorFactory(peer, () => new Peer(), parties)];
  const host = createSimHost({
    ...SMALL_MEMORIES,
    seed,
    parties,
    vms: {
      js: { load: async () => ({ parties, actors, ports: (vm) => vm.openSupervisedPort(page, () => PAGE) }) },
      wasm: { load: async () => ({ parties, guests: [{ schema: base, module }] }) },
    },
  });
  const seen: string[] = [];
  const port = host.vm.openPort(onlooker, {
    onEnded: (party, epoch, reason) => void seen.push(`${parties.find(({ address }) => address === party)?.name} ${epoch} ${reason}`),
  });
  const system = await startSystem(host, {
    parties,
    actors: [
      { schema: base, twins: { js: true, wasm: true } },
      { schema: peer, twins: { js: true, wasm: false } },
    ],
    placement: `base=${placement},peer=js`,
    portVms: { page: 'js' },
    intensity,
    vmIntensity: OFTEN,
  });
  await host.pass(20);
  /** The notices about one party that base got, as `epoch reason`, oldest first. */
  const told = async (party: 'peer' | 'page'): Promise<string[]> => {
    const { heard } = decodeSnapshot(base, await host.until(system.snapshot('base'))).state;
    return heard.flatMap((line) => {
      const [, name, , epoch, reason] = line.split(' ');
      return line.startsWith('60 ') && name === party ? [`${epoch} ${END_REASONS[Number(reason)]}`] : [];
    });
  };
  const epochOf = (party: 'peer' | 'page') =>
    (party === 'page' ? system.ports.find(({ port }) => port === party) : system.actors.find(({ actor }) => actor === party))?.epoch ?? 0;
  const crash = async (party: 'base' | 'peer' | 'page') => {
    await host.until(system.crash(party));
    if (party === 'page') port.send(page.receives.leaveRequested, {});
    else if (party === 'peer') port.send(peer.receives.note, { text: '' });
    else port.send(base.receives.arm, { timer: 1, delayMs: 0 });
    await host.pass(30);
  };
  return { host, system, port, seen, told, epochOf, crash };
}

type World = Awaited<ReturnType<typeof open>>;

describe.each(['js', 'wasm'] as const)('with a watcher in the %s VM', (placement) => {
  test('an end is told with its reason, once', async () => {
    const { host, system, seen, told, crash } = await open(placement, 1);
    await crash('peer');
    await host.until(system.stopActor('peer'));
    await host.until(system.startActor('peer'));
    await host.until(system.finishActor('peer'));
    await host.pass(50);
    const reasons: EndReason[] = ['trap', 'stopped', 'finished'];
    expect(await told('peer')).toEqual(reasons.map((reason, index) => `${index + 1} ${reason}`));
    expect(seen).toEqual(reasons.map((reason, index) => `peer ${index + 1} ${reason}`));
    await system.stop();
  });

  test('an actor that ends once too often is reported as exhausted, and is down', async () => {
    const { host, told, crash } = await open(placement, 1, 1);
    await crash('peer');
    await crash('peer');
    await host.pass(50);
    expect(await told('peer')).toEqual(['1 trap', '2 exhausted']);
  });

  test('a watcher that is down is told when it runs again', async () => {
    const { host, system, told, crash } = await open(placement, 1);
    await host.until(system.stopActor('base'));
    await crash('peer');
    await crash('peer');
    await host.until(system.startActor('base'));
    await host.pass(50);
    expect(await told('peer')).toEqual(['1 trap', '2 trap']);
    expect(await host.until(system.deadLetters())).toEqual([]);
  });

  test('a request that waits for the help of another actor is answered without it when that ends', async () => {
    const { host, port, crash } = await open(placement, 1);
    const asked = port.request(base.receives.question, { later: 1 });
    await crash('peer');
    expect(await host.until(asked)).toMatchObject({ heard: expect.any(Number) });
  });

  test(`one notice for each incarnation, under traps, stops and lost VMs (seed ${SEED}, TANDEM_SEED to change)`, async () => {
    const FAULTS: readonly ((world: World) => Promise<unknown>)[] = [
      ({ crash }) => crash('peer'),
      ({ crash }) => crash('base'),
      ({ crash }) => crash('page'),
      async ({ host }) => host.lose('js', 'lost by the test'),
      async ({ host }) => host.lose(placement, 'lost by the test'),
      async ({ host, system }) => {
        await host.pass(100);
        await host.until(system.stopActor('peer'));
        await host.until(system.startActor('peer'));
      },
      async ({ host, system, crash }) => {
        await host.pass(100);
        await host.until(system.stopActor('base'));
        await crash('peer');
        await host.until(system.startActor('base'));
      },
      async ({ host, system }) => {
        void system.crash('peer').catch(() => {});
        host.lose('js', 'lost with a trap on its way');
      },
    ];
    let ends = 0;
    for (let run = 0; run < RUNS; run++) {
      const seed = SEED * 1000 + run;
      const random = new Random(seed);
      const world = await open(placement, seed);
      for (let fault = 0; fault < 8; fault++) {
        await FAULTS[random.integer(FAULTS.length)](world);
        await world.host.pass(random.integer(40));
      }
      await world.host.pass(300);
      for (const party of ['peer', 'page'] as const) {
        const epochs = Array.from({ length: world.epochOf(party) - 1 }, (_, index) => index + 1);
        expect(
          (await world.told(party)).map((line) => Number(line.split(' ')[0])),
          `seed ${seed}`,
        ).toEqual(epochs);
        const seen = world.seen.filter((line) => line.startsWith(party)).map((line) => Number(line.split(' ')[1]));
        expect(seen, `seed ${seed}`).toEqual(epochs);
        ends += epochs.length;
      }
      expect(world.system.state).toBe('running');
    }
    expect(ends).toBeGreaterThan(3 * RUNS);
  });
});
