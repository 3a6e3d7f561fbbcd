/** The events at the tap of a VM, and their order, are the same for both implementations of an actor. */
import { describe, expect, test } from 'vitest';
import { startSystem } from '../../actors/application/system.js';
import { OutboxBuilder } from '../../actors/model/outbox-builder.js';
import type { SystemChange } from '../../actors/supervisor/change-feed.js';
import { Progress } from '../../actors/vm/tap/progress.js';
import { Tap, type TapListener } from '../../actors/vm/tap/tap.js';
import { Kinds } from '../../bus/kinds.js';
import { Mailbox } from '../../bus/mailbox.js';
import { RequestLedger } from '../../bus/requests.js';
import { Router } from '../../bus/router.js';
import { guestsIn, jsFactories, parties } from '../../chaos/application.js';
import { couriers } from '../../chaos/couriers.js';
import { Hand } from '../../chaos/hand.js';
import type { PlannedCommand } from '../../chaos/plan.js';
import { createSimHost, openTimerPort } from '../../host-shim/sim/index.js';
import type { BoundMessage } from '../../protocol/bind.js';
import { KIND_OFFSET, readU16, readU53, SEQUENCE_OFFSET, SOURCE_OFFSET, TARGET_OFFSET, writeU53 } from '../../protocol/frame.js';
import { system as systemSchema } from '../../protocol/generated/system.js';
import type { Beginning } from '../../trace/step.js';
import { bank, parties as bankParties, teller } from './bank.js';
import { HostVm, turns } from './host-vm.js';

const guests = guestsIn(new URL('../../dist/chaos/wasm-actors/', import.meta.url));
const kinds = new Kinds(parties, systemSchema);
const bankKinds = new Kinds(bankParties, systemSchema);
const nameOf = (address: number): string => kinds.partyName(address);

type Side = 'js' | 'wasm';

const contentsOf = ({ snapshot, sequence }: Beginning): string => `${snapshot ? 'a state' : 'nothing'} after ${sequence}`;

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
    discarded: (why, bytes, at) => void lines.push(`discarded ${why} ${frameOf(bytes, at)}`),
    started: (party, epoch, begin) => void lines.push(`started ${nameOf(party)} ${epoch}${begin ? ` with ${contentsOf(begin)}` : ''}`),
    ended: (party, epoch, report) => void lines.push(`ended ${nameOf(party)} ${epoch}${report ? '' : ' by order'}`),
    report: (event) => {
      if (event.type === 'ended') lines.push(`reported ${event.report.party} ${event.report.epoch}`);
      if (event.type === 'poisoned') lines.push(`poisoned ${event.report.party} ${event.report.attempt}`);
    },
    snapshot: (party) => void lines.push(`snapshot ${nameOf(party)}`),
    checkpoint: () => void lines.push('checkpoint'),
    moved: (party, step) => void lines.push(`${step} ${nameOf(party)}`),
  };
}

function order(act: PlannedCommand['act'], to: PlannedCommand['to'], more: Partial<PlannedCommand> = {}): PlannedCommand {
  return { act, to, id: 1, bytes: 0, count: 1, delayMs: 0, harm: 'none', commands: [], ...more };
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
  const carryOut = (...commands: PlannedCommand[]) => during(() => hand.carryOut(commands, () => host.pass(5)));
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
    expect(await carryOut(order('work', 'amber', { commands: [order('ask', 'birch')] }))).toEqual([
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
    const seen = await carryOut(order('work', 'amber', { commands: [order('news', 'amber')] }));
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
      'done amber',
      'ended amber 1',
      'begun amber again',
      'handled amber 1 again',
      'started amber 2',
      'begun amber',
      'done amber',
      'ended amber 2',
      'reported amber 1',
      'rejected poisoned hand>amber amber.work',
      'poisoned amber 2',
      'reported amber 2',
      'begun amber again',
      'handled amber 1 again',
      'started amber 3',
      'snapshot amber',
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
      lines[vm].filter((line) => /^(suspended|handedOver|adopted|forgotten|resumed|begun|handled|started|ended)/.test(line));
    expect(steps(side)).toEqual(['suspended amber', 'handedOver amber', 'ended amber 1 by order', 'forgotten amber']);
    expect(steps(other)).toEqual(['begun amber again', 'handled amber 1 again', 'adopted amber', 'started amber 2', 'resumed amber']);
    await host.until(system.stop());
  });
});

test('an incarnation has one end, whoever ends it', async () => {
  const { during, system, host } = await open('js');
  const ways = (line: string) => /^(started|ended)/.test(line);
  const control = host.vmOf('js');
  expect((await during(() => host.until(system.stopActor('amber')))).filter(ways)).toEqual(['ended amber 1 by order']);
  expect((await during(() => host.until(system.startActor('amber')))).filter(ways)).toEqual([
    expect.stringMatching(/^started amber 2 with a state after \d+$/),
  ]);
  expect((await during(() => host.until(control.end('amber')))).filter(ways)).toEqual(['ended amber 2 by order']);
  expect((await during(() => host.until(control.end('amber')))).filter(ways)).toEqual([]);
  expect((await during(() => host.until(control.restart('amber', 3)))).filter(ways)).toEqual(['started amber 3']);
  expect((await during(() => host.until(control.stop('amber')))).filter(ways)).toEqual(['ended amber 3 by order']);
  await host.until(system.stop());
});

describe('at a port', () => {
  async function openTeller() {
    const lines: string[] = [];
    const host = await HostVm.open('ring');
    host.vm.tap.listen(recorder(lines));
    const during = async (act: () => unknown): Promise<string[]> => {
      lines.length = 0;
      await act();
      await turns();
      return [...lines];
    };
    return { host, during };
  }

  test('a message, and one that comes twice', async () => {
    const { host, during } = await openTeller();
    const receipt = host.stamped(teller.receives.receipt, { account: 0, amount: 1 });
    const arrive = () => void host.vm.arrive(receipt, 0, receipt.length);
    const name = expect.stringMatching(/^arrived /);
    expect(await during(arrive)).toEqual([name]);
    host.vm.pump(1000);
    expect(await during(arrive)).toEqual([expect.stringMatching(/^discarded duplicate /), name]);
    host.close();
  });

  test('each of its incarnations has one end', async () => {
    const { host, during } = await openTeller();
    const [started, ended] = (['started', 'ended'] as const).map(
      (event) => (epoch: number) => expect.stringMatching(new RegExp(`^${event} \\w+ ${epoch}`)),
    );
    expect(await during(() => host.vm.restart('teller', 2))).toEqual([ended(1), started(2)]);
    expect(await during(() => host.vm.stop('teller'))).toEqual([ended(2)]);
    await expect(host.vm.restart('teller', 2)).rejects.toThrow('epoch 2 of teller is not above 2');
    expect(await during(() => host.vm.restart('teller', 3))).toEqual([started(3)]);
    expect(await during(() => host.vm.shutdown())).toEqual([ended(3)]);
    host.close();
  });

  test('what was begun is done', async () => {
    const { host, during } = await openTeller();
    const seen = await during(() => {
      host.send(teller.receives.receipt, { account: 0, amount: 1 });
      host.vm.pump(1000);
    });
    expect(seen.map((line) => line.split(' ')[0])).toEqual(['arrived', 'taken', 'begun', 'handled', 'done']);
    host.close();
  });
});

test('of frames that a mailbox does not keep, it is told which', () => {
  const told: string[] = [];
  const tap = new Tap(new Progress(Progress.allocate(false)), () => 0);
  tap.listen({ discarded: (why, bytes, at) => void told.push(`${why} ${readU53(bytes, at + SEQUENCE_OFFSET)}`) });
  const router = new Router({ kinds: bankKinds, tap, requests: new RequestLedger(), bounce() {}, orphaned() {} });
  router.addLocal({ address: bank.address, mailbox: new Mailbox(2), blocked: false, seen: [] });
  const outbox = new OutboxBuilder(teller.address);
  const emit = (message: BoundMessage, fields: object, sequence: number): boolean => {
    outbox.begin();
    outbox.append(message, bank.address, fields as never);
    writeU53(outbox.bytes, SEQUENCE_OFFSET, sequence);
    return router.emit(outbox.bytes, 0, bank.address);
  };
  const { note, rumour } = bank.receives;
  expect(emit(note, { account: 1, text: 'first' }, 1)).toBe(true);
  expect(emit(note, { account: 1, text: 'second' }, 2)).toBe(true);
  expect(emit(note, { account: 2, text: 'other' }, 3)).toBe(true);
  expect(emit(rumour, { text: 'no room' }, 4)).toBe(true);
  expect(told).toEqual(['replaced 1', 'dropped 4']);
});

describe('a listener that throws', () => {
  test('hears no more, is reported once, and changes nothing', async () => {
    const ending = async (...events: readonly (keyof TapListener)[]) => {
      let calls = 0;
      let armed = false;
      const fail = () => {
        if (!armed) return;
        calls++;
        throw new Error('cannot hear');
      };
      const listener: TapListener = Object.fromEntries(events.map((event) => [event, fail]));
      const js = { load: async () => ({ parties, actors: jsFactories, listener }) };
      const host = createSimHost({ seed: 1, parties, vms: { js, wasm: js }, console: 'off' });
      openTimerPort(host.vm, host.timers);
      const hand = new Hand(host.vm);
      const actors = couriers.map((schema) => ({ schema, twins: { js: true, wasm: false } }));
      const system = await host.until(startSystem(host, { parties, actors, placement: 'js' }));
      const failures: SystemChange[] = [];
      system.onChange((change) => change.type === 'listenerFailed' && failures.push(change));
      armed = true;
      await hand.carryOut([order('work', 'amber'), order('work', 'amber', { id: 2, harm: 'poison' })], () => host.pass(5));
      await host.pass(100);
      const { sent, handled } = await host.until(system.counters());
      const state = await host.until(system.snapshot('amber'));
      await host.until(system.stop());
      return { sent, handled, state, calls, failures };
    };
    const quiet = await ending();
    for (const event of ['handled', 'started', 'ended', 'report'] as const)
      expect(await ending(event, 'done')).toEqual({
        ...quiet,
        calls: 1,
        failures: [{ type: 'listenerFailed', vm: 'js', reason: 'cannot hear' }],
      });
  });

  test('the others hear of that event', () => {
    const tap = new Tap(new Progress(Progress.allocate(false)), () => 0);
    const told: string[] = [];
    tap.listen({ frame: () => void told.push('before') });
    tap.listen({
      frame: () => {
        throw new Error('cannot hear');
      },
    });
    tap.listen({ frame: () => void told.push('after'), report: (event) => void told.push(event.type) });
    tap.frame(1);
    tap.frame(2);
    expect(told).toEqual(['before', 'listenerFailed', 'after', 'before', 'after']);
  });

  test('what the VM itself consists of goes on hearing, and its throw is not hidden', () => {
    const tap = new Tap(new Progress(Progress.allocate(false)), () => 0);
    let heard = 0;
    tap.attach({
      frame: () => {
        heard++;
        throw new Error('a defect');
      },
    });
    expect(() => tap.frame(1)).toThrow('a defect');
    expect(() => tap.frame(2)).toThrow('a defect');
    expect(heard).toBe(2);
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
    tap.tell.handled(1, frame, 1, false);
    tap.tell.done(1, 0);
    tap.tell.started(1, 1, null);
    tap.tell.snapshot(1, frame, 0);
    tap.tell.checkpoint(frame);
    tap.tell.moved(1, 'resumed');
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
