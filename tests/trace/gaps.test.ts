/** Steps are missing in a recording: the states of all actors are recorded once more, once and not again and again, and a replay goes on there. */
import { expect, test } from 'vitest';
import type { VmListener } from '../../actors/contract/host.js';
import { load } from '../../host-shim/node/load.js';
import { Cast, replay } from '../../host-shim/replay/index.js';
import type { SimHost } from '../../host-shim/sim/index.js';
import { MemoryFile, openRecording, type RecordingSink, type TraceStep } from '../../trace/index.js';
import { PENDING_BYTES_MAX } from '../../trace/layout.js';
import { application } from '../replay/applications/bank.js';
import { Bank, type BankOptions, type BankWorld, openBank, Watcher } from '../runtime/bank.js';
import { bank, watcher } from '../runtime/protocol/generated/index.js';

const cast = new Cast(application, load);

async function deposit({ teller, pass }: BankWorld, times: number): Promise<void> {
  for (let i = 0; i < times; i++) {
    teller.send(bank.receives.deposit, { account: i % 3, amount: 1 });
    teller.send(watcher.receives.look, { account: i % 3 });
    await pass(5);
  }
  await pass(300);
}

/** A sink that takes nothing until it is let go on. */
class StuckSink implements RecordingSink {
  readonly file = new MemoryFile();
  release = () => {};
  private stuck: Promise<void> = Promise.resolve();

  stick(): void {
    this.stuck = new Promise((resolve) => {
      this.release = resolve;
    });
  }

  async write(bytes: Uint8Array): Promise<void> {
    await this.stuck;
    this.file.write(bytes);
  }

  close(): void {
    this.file.close();
  }
}

test('a sink that was too slow for a while: a replay goes on after the gap, without waiting for the next regular states', async () => {
  const world = await openBank({ placement: 'bank=wasm,watcher=js' });
  const sink = new StuckSink();
  const recording = await world.until(world.system.record(sink, { level: 'frames', snapshotEveryMs: 3_600_000 }));
  await deposit(world, 5);
  sink.stick();
  const text = 'x'.repeat(4_000);
  for (let bytes = 0; bytes < 1.2 * PENDING_BYTES_MAX; await world.pass(100))
    for (let account = 0; account < 400; account++, bytes += text.length) world.teller.send(bank.receives.note, { account, text });
  sink.release();
  await world.pass(1_500);
  await deposit(world, 50);
  await world.until(recording.stop());
  const { firstDifference, messages, missing, unreplayed } = await replay(await openRecording(sink.file), cast, { placement: 'js' });
  expect(firstDifference).toBe(null);
  expect(missing).toBeGreaterThan(0);
  expect(messages).toBeGreaterThan(150);
  expect(unreplayed.messages).toBeLessThan(10);
});

/** A host that hears late of what a VM has traced, as across threads: 64 KB may be written over meanwhile. */
function late(host: SimHost): SimHost {
  const { startVm } = host;
  host.startVm = (name, listener, start) => {
    const report: VmListener['report'] = async (event) => {
      if (event.type === 'trace') await new Promise<void>((resolve) => host.timers.set(30, resolve));
      await listener.report(event);
    };
    return startVm.call(host, name, { ...listener, report }, start);
  };
  return host;
}

const LARGE: BankOptions = {
  placement: 'js',
  hostOf: late,
  sessionBytes: 64 << 10,
  makeBank: () => Object.assign(new Bank(), { accounts: Array(6_450).fill(1_000_000) }),
  makeWatcher: () => Object.assign(new Watcher(), { totals: Array(6_450).fill(1_000_000) }),
};

test('states that are together more than the trace memory holds are recorded one after another', async () => {
  const world = await openBank(LARGE);
  const steps: TraceStep[] = [];
  world.system.follow((more) => void steps.push(...more));
  const file = new MemoryFile();
  const recording = await world.until(world.system.record(file, { snapshotEveryMs: 500 }));
  await deposit(world, 20);
  await world.pass(2_000);
  await world.until(recording.stop());
  // One that fills half of the memory may still push out the few steps beside it.
  expect(steps.filter((step) => step.type === 'level' && step.why === 'lost').length).toBeLessThan(4);
  const states = steps.flatMap((step) => (step.type === 'snapshot' && step.snapshot ? [step.party] : []));
  expect(new Set(states)).toEqual(new Set([bank.address, watcher.address]));
  const { firstDifference, messages } = await replay(await openRecording(file), cast);
  expect(firstDifference).toBe(null);
  expect(messages).toBeGreaterThan(40);
});

test('where steps are lost all the time, states are recorded anew at most once a second', async () => {
  const world = await openBank(LARGE);
  let [states, gaps] = [0, 0];
  world.system.follow((steps) => {
    for (const step of steps) {
      if (step.type === 'snapshot' && step.snapshot && step.party === bank.address) states++;
      if (step.type === 'level' && step.why === 'lost') gaps++;
    }
  });
  const recording = await world.until(world.system.record(new MemoryFile(), { level: 'frames', snapshotEveryMs: 3_600_000 }));
  for (let i = 0; i < 300; i++) {
    for (let j = 0; j < 30; j++) world.teller.send(bank.receives.note, { account: j, text: 'x'.repeat(3_000) });
    await world.pass(10);
  }
  await world.until(recording.stop());
  expect(gaps).toBeGreaterThan(20);
  expect(states).toBeGreaterThan(1);
  expect(states).toBeLessThanOrEqual(8);
});
