/** A restart repeats no more than docs/RECOVERY.md states, counted in frames and in the time that their handling took. */
import { expect, test } from 'vitest';
import { javaScriptActorFactory } from '../../actors/model/javascript-instance.js';
import { Vm } from '../../actors/vm/vm.js';
import { Random } from '../../bus/random.js';
import type { MessageOf } from '../../protocol/fields.js';
import { REPLAY_FRAMES_MAX, REPLAY_MICROS_MAX, SNAPSHOT_SHARE_MAX } from '../../protocol/limits.js';
import { Bank, bank, parties, teller } from './bank.js';

const BURST_MAX = 64;
const RESTARTS = 30;

interface Costs {
  readonly handlingMicros: number;
  readonly snapshotMicros: number;
}

/** A VM with the bank, in which time passes only as the bank works. */
async function openVm({ handlingMicros, snapshotMicros }: Costs) {
  let now = 0;
  class BusyBank extends Bank {
    override onDeposit(fields: MessageOf<typeof bank, 'deposit'>): void {
      now += handlingMicros;
      super.onDeposit(fields);
    }
    override snapshot() {
      now += snapshotMicros;
      return super.snapshot();
    }
  }
  const vm = new Vm({
    spareInstances: false,
    name: 'js',
    parties,
    factories: [javaScriptActorFactory(bank, () => new BusyBank(), parties)],
    clock: { nowMicros: () => now },
    timers: { set: () => null, clear() {} },
    events: { async report() {}, crashOf: async () => null },
    wake() {},
    openLink() {
      throw new Error('there is no other VM');
    },
    onPortError(_port, error) {
      throw error;
    },
  });
  const port = vm.openPort(teller, { onReceipt() {}, onBankTotal() {} });
  await vm.spawn({ party: bank.name, epoch: 1, options: {} });
  const handle = (frames: number) => {
    for (let i = 0; i < frames; i++) port.send(bank.receives.deposit, { account: 0, amount: 1 });
    vm.pump(1_000_000_000);
  };
  return { vm, handle };
}

/** @returns the most frames that a restart handled again */
async function replayedAtMost(costs: Costs, burst: number): Promise<number> {
  const { vm, handle } = await openVm(costs);
  const random = new Random(1);
  let most = 0;
  for (let epoch = 2; epoch < 2 + RESTARTS; epoch++) {
    for (let i = random.integer(20); i >= 0; i--) handle(1 + random.integer(burst));
    await vm.crash(bank.name);
    handle(1);
    const before = (await vm.counters()).replayed;
    await vm.restart(bank.name, epoch);
    most = Math.max(most, (await vm.counters()).replayed - before);
  }
  expect(await vm.counters()).toMatchObject({ divergent: 0, traps: RESTARTS });
  return most;
}

test('frames that cost nothing: by their number, and one batch', async () => {
  const most = await replayedAtMost({ handlingMicros: 0, snapshotMicros: 0 }, BURST_MAX);
  expect(most).toBeLessThan(REPLAY_FRAMES_MAX + BURST_MAX);
  expect(most).toBeGreaterThan(REPLAY_FRAMES_MAX / 2);
});

test('frames that cost much: by the time of their handling', async () => {
  const handlingMicros = REPLAY_MICROS_MAX / 5;
  expect(await replayedAtMost({ handlingMicros, snapshotMicros: 0 }, 1)).toBe(4);
});

test('snapshots that cost much: by a multiple of what they cost', async () => {
  // It is small, so it is taken twice.
  const snapshotMicros = REPLAY_MICROS_MAX / 2;
  const most = await replayedAtMost({ handlingMicros: snapshotMicros, snapshotMicros }, 1);
  expect(most).toBe(2 * SNAPSHOT_SHARE_MAX - 1);
});
