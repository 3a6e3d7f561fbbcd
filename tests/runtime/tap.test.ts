/** The events at the tap of a VM, and their order, are the same for both implementations of an actor. */
import { describe, expect, test } from 'vitest';
import { startSystem } from '../../actors/application/system.js';
import { Progress } from '../../actors/vm/progress.js';
import { Tap, type TapListener } from '../../actors/vm/tap.js';
import { Kinds } from '../../bus/kinds.js';
import { guestsIn, jsFactories, parties } from '../../chaos/application.js';
import { couriers } from '../../chaos/couriers.js';
import { Hand } from '../../chaos/hand.js';
import type { PlannedCommand } from '../../chaos/plan.js';
import { createSimHost, openTimerPort } from '../../host-shim/sim/index.js';
import { KIND_OFFSET, readU16, SOURCE_OFFSET, TARGET_OFFSET } from '../../protocol/frame.js';
import { system as systemSchema } from '../../protocol/generated/system.js';

const guests = guestsIn(new URL('../../dist/chaos/wasm-actors/', import.meta.url));
const kinds = new Kinds(parties, systemSchema);
const nameOf = (address: number): string => kinds.partyName(address);

type Side = 'js' | 'wasm';

/** Records each event in a line, without the simulation's events for frames within one VM, which never cross a link. */
function recorder(lines: string[]): TapListener {
  const frameOf = (bytes: Uint8Array, at: number): string =>
    `${nameOf(readU16(bytes, at + SOURCE_OFFSET))}>${nameOf(readU16(bytes, at + TARGET_OFFSET))} ${kinds.nameOf(readU16(bytes, at + KIND_OFFSET))}`;
  const isLocal = (bytes: Uint8Array, at: number): boolean =>
    couriers.some(({ address }) => address === readU16(bytes, at + SOURCE_OFFSET));
  return {
    emitted: (bytes, at) => void lines.push(`emitted ${frameOf(bytes, at)}`),
    arrived: (bytes, at) => void (isLocal(bytes, at) || lines.push(`arrived ${frameOf(bytes, at)}`)),
    rejected: (code, bytes, at) => void lines.push(`rejected ${code} ${frameOf(bytes, at)}`),
    refused: (code, bytes, at) => void lines.push(`refused ${code} ${frameOf(bytes, at)}`),
    taken: (party) => void lines.push(`taken ${nameOf(party)}`),
    begun: (party, _bytes, _length, again) => void lines.push(`begun ${nameOf(party)}${again ? ' again' : ''}`),
    frame: (index) => void lines.push(`frame ${index}`),
    handled: (party, _bytes, frames, again) => void lines.push(`handled ${nameOf(party)} ${frames}${again ? ' again' : ''}`),
    done: (party) => void lines.push(`done ${nameOf(party)}`),
    started: (party, epoch) => void lines.push(`started ${nameOf(party)} ${epoch}`),
    ended: ({ party, epoch }) => void lines.push(`ended ${party} ${epoch}`),
    reported: ({ party, epoch }) => void lines.push(`reported ${party} ${epoch}`),
    poisoned: ({ party, attempt }) => void lines.push(`poisoned ${party} ${attempt}`),
    snapshot: (party) => void lines.push(`snapshot ${nameOf(party)}`),
    checkpoint: () => void lines.push('checkpoint'),
    moved: (party, step) => void lines.push(`${step} ${nameOf(party)}`),
  };
}

function order(act: PlannedCommand['act'], to: PlannedCommand['to'], more: Partial<PlannedCommand> = {}): PlannedCommand {
  return { act, to, id: 1, bytes: 0, count: 1, delayMs: 0, harm: 'none', orders: [], ...more };
}

async function open(side: Side) {
  const lines = { js: [] as string[], wasm: [] as string[] };
  const host = createSimHost({
    seed: 1,
    parties,
    vms: {
      js: { load: async () => ({ parties, actors: jsFactories, listener: recorder(lines.js) }) },
      wasm: { load: async () => ({ parties, guests, listener: recorder(lines.wasm) }) },
    },
    spareInstances: false,
  });
  openTimerPort(host.vm, host.timers);
  const hand = new Hand(host.vm);
  const placement = couriers
    .map(({ name, address }) => `${name}=${(address === couriers[4].address) === (side === 'js') ? 'wasm' : 'js'}`)
    .join(',');
  const actors = couriers.map((schema) => ({ schema, twins: { js: true, wasm: true } }));
  const system = await host.until(startSystem(host, { parties, actors, placement, intensity: 1000 }));
  await host.pass(100);
  const during = async (act: () => unknown): Promise<string[]> => {
    lines.js.length = 0;
    lines.wasm.length = 0;
    await act();
    await host.pass(100);
    return [...lines[side]];
  };
  const carryOut = (...orders: PlannedCommand[]) => during(() => hand.carryOut(orders, () => host.pass(5)));
  return { host, system, lines, during, carryOut };
}

describe.each(['js', 'wasm'] as const)('in %s', (side) => {
  test('a message', async () => {
    const { carryOut, system, host } = await open(side);
    expect(await carryOut(order('work', 'amber'))).toEqual([
      'arrived hand>amber amber.work',
      'taken amber',
      'begun amber',
      'handled amber 1',
      'done amber',
    ]);
    await host.until(system.stop());
  });

  test('a request and its reply, between two actors', async () => {
    const { carryOut, system, host } = await open(side);
    expect(await carryOut(order('work', 'amber', { orders: [order('ask', 'birch')] }))).toEqual([
      'arrived hand>amber amber.work',
      'taken amber',
      'begun amber',
      'handled amber 1',
      'emitted amber>birch birch.askBirch',
      'done amber',
      'taken birch',
      'begun birch',
      'handled birch 1',
      'emitted birch>amber birch.askBirch.reply',
      'done birch',
      'taken amber',
      'begun amber',
      'handled amber 1',
      'done amber',
    ]);
    await host.until(system.stop());
  });

  test('a publication goes to each follower', async () => {
    const { carryOut, system, host } = await open(side);
    const seen = await carryOut(order('work', 'amber', { orders: [order('news', 'amber')] }));
    const emitted = seen.filter((line) => line.startsWith('emitted'));
    expect(emitted).toContain('emitted amber>hand amber.news');
    expect(emitted.every((line) => /^emitted amber>\w+ amber\.news$/.test(line))).toBe(true);
    expect(new Set(emitted).size).toBe(emitted.length);
    expect(seen.indexOf('handled amber 1')).toBeLessThan(seen.indexOf(emitted[0]));
    await host.until(system.stop());
  });

  test('a frame that goes nowhere', async () => {
    const { during, system, host } = await open(side);
    const frame = new Uint8Array(64);
    expect(await during(() => host.vmOf(side).arrive(frame, 0, frame.length))).toEqual([expect.stringMatching(/^rejected undecodable /)]);
    await host.until(system.stop());
  });

  test('a trap, the restart, and the second trap that makes its frame poison', async () => {
    const { carryOut, system, host } = await open(side);
    const seen = await carryOut(order('work', 'amber'), order('work', 'amber', { id: 2, harm: 'poison' }));
    expect(seen.filter((line) => !line.startsWith('arrived') && !line.startsWith('checkpoint'))).toEqual([
      'taken amber',
      'begun amber',
      'frame 1',
      'handled amber 1',
      'ended amber 1',
      'begun amber again',
      'handled amber 1 again',
      'started amber 2',
      'begun amber',
      'ended amber 2',
      'reported amber 1',
      'rejected poisoned hand>amber amber.work',
      'poisoned amber 2',
      'reported amber 2',
      'begun amber again',
      'handled amber 1 again',
      'started amber 3',
      'snapshot amber',
      'done amber',
    ]);
    await host.until(system.stop());
  });

  test('a snapshot, and a checkpoint', async () => {
    const { carryOut, during, system, host } = await open(side);
    await carryOut(order('work', 'amber'));
    expect(await during(() => host.until(system.snapshot('amber')))).toEqual(['snapshot amber']);
    expect(await during(() => host.until(system.stopActor('birch')))).toContain('checkpoint');
    await host.until(system.stop());
  });

  test('a move, in each of both VMs', async () => {
    const { carryOut, during, lines, system, host } = await open(side);
    const other = side === 'js' ? 'wasm' : 'js';
    await carryOut(order('work', 'amber'));
    await during(() => host.until(system.moveActor('amber', other)));
    const steps = (vm: Side) =>
      lines[vm].filter((line) => /^(suspended|handedOver|adopted|forgotten|resumed|begun|handled|started)/.test(line));
    expect(steps(side)).toEqual(['suspended amber', 'handedOver amber', 'forgotten amber']);
    expect(steps(other)).toEqual(['begun amber again', 'handled amber 1 again', 'adopted amber', 'resumed amber']);
    await host.until(system.stop());
  });
});

test('a listener is told of what it has a method for, until it ends; with nobody listening nothing is called', () => {
  const tap = new Tap(new Progress(Progress.allocate(false)), () => 0);
  const told: string[] = [];
  const end = tap.listen({ frame: (index) => void told.push(`first ${index}`) });
  const endSecond = tap.listen(new Proxy({}, { get: (_, event) => () => void told.push(`second ${String(event)}`) }) as TapListener);
  const frame = new Uint8Array(64);
  const all = () => {
    tap.frame(1);
    tap.handled(1, frame, 1, false);
    tap.done(1, 0);
    tap.started(1, 1);
    tap.snapshot(1, frame);
    tap.checkpoint(frame);
    tap.moved(1, 'resumed');
  };
  all();
  expect(told).toEqual([
    'first 1',
    'second frame',
    ...['handled', 'done', 'started', 'snapshot', 'checkpoint', 'moved'].map((event) => `second ${event}`),
  ]);
  end();
  endSecond();
  told.length = 0;
  all();
  expect(told).toEqual([]);
});
