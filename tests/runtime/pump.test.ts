/** One VM at a ring: when it goes to sleep, and when it gives back the room of what it drained. */
import { expect, test } from 'vitest';
import { javaScriptActorFactory } from '../../actors/javascript-instance.js';
import { OutboxBuilder } from '../../actors/outbox-builder.js';
import { Progress } from '../../actors/progress.js';
import { Vm } from '../../actors/vm.js';
import { Journal } from '../../bus/journal.js';
import { createRing, RingReader, RingWriter } from '../../bus/ring-link.js';
import { HOST_RUNTIME } from '../../protocol/addresses.js';
import { EPOCH_OFFSET, SEQUENCE_OFFSET, writeU32, writeU53 } from '../../protocol/frame.js';
import { JOURNAL_BYTES, MAILBOX_FRAMES_MAX } from '../../protocol/limits.js';
import { Bank, bank, parties } from './bank.js';

const PUMP_MICROS = 1_000_000;
const RING_BYTES = 1 << 17;
/** More than a ring holds. */
const FRAMES_ANY = 10_000;

interface Bench {
  readonly vm: Vm;
  /** @returns how many of so many frames the ring had room for */
  write(frames: number): number;
  handled(): Promise<number>;
  wakes: number;
}

/** @param keep what the host says to a checkpoint */
async function openVm(keep: () => Promise<void>, ringBytes?: number): Promise<Bench> {
  const incoming = createRing(ringBytes);
  const writer = new RingWriter(incoming, null);
  const outgoing = createRing();
  const vm = new Vm({
    spareInstances: false,
    name: 'js',
    parties,
    factories: [javaScriptActorFactory(bank, () => new Bank(), parties)],
    clock: { nowMicros: () => performance.now() * 1000 },
    timers: { set: () => null, clear() {} },
    events: { ended() {}, hung() {}, poisoned() {}, changed() {}, checkpoint: keep },
    wake: () => {
      bench.wakes++;
    },
    openLink: () => ({ writer: new RingWriter(outgoing, null), reader: new RingReader(incoming, null) }),
    memory: {
      journal: Journal.allocate(JOURNAL_BYTES, true),
      progress: Progress.allocate(true),
      incarnation: 1,
      recovers: false,
    },
    onPortError(_port, error) {
      throw error;
    },
  });
  let sequence = 0;
  const outbox = new OutboxBuilder(HOST_RUNTIME);
  const bench: Bench = {
    vm,
    wakes: 0,
    write(frames) {
      let written = 0;
      for (; written < frames; written++) {
        outbox.begin();
        outbox.append(bank.receives.settle, bank.address, {});
        writeU53(outbox.bytes, SEQUENCE_OFFSET, sequence + 1);
        writeU32(outbox.bytes, EPOCH_OFFSET, 1);
        if (!writer.write(outbox.bytes, 0, outbox.length)) break;
        sequence++;
      }
      writer.flush();
      return written;
    },
    handled: async () => Object.values((await vm.counters()).handled).reduce((sum, frames) => sum + frames, 0),
  };
  await vm.attach('host', { incoming: null, outgoing: null });
  await vm.spawn({ party: 'bank', epoch: 1, options: {} });
  return bench;
}

test('a VM whose full mailbox waits for a restart sleeps, and goes on with everything when it is woken', async () => {
  const bench = await openVm(async () => {});
  await bench.vm.end('bank');
  bench.write(MAILBOX_FRAMES_MAX + 100);
  expect([bench.vm.pump(PUMP_MICROS), bench.vm.pump(PUMP_MICROS)]).toEqual([false, false]);
  const { wakes } = bench;
  await bench.vm.restart('bank', 2);
  expect(bench.wakes).toBeGreaterThan(wakes);
  expect(bench.vm.pump(PUMP_MICROS)).toBe(false);
  expect(await bench.handled()).toBe(MAILBOX_FRAMES_MAX + 100);
});

test('under load the room of what is journaled comes back, though the mailbox is never empty and no checkpoint is confirmed', async () => {
  let confirms = true;
  const bench = await openVm(() => (confirms ? Promise.resolve() : new Promise(() => {})), RING_BYTES);
  confirms = false;
  const atFirst = bench.write(FRAMES_ANY);
  let more = 0;
  for (let round = 0; round < 100; round++) {
    bench.vm.pump(0);
    expect((await bench.vm.health())[0].mailboxFrames).toBeGreaterThan(0);
    more += bench.write(FRAMES_ANY);
  }
  expect(more).toBeGreaterThan(10 * atFirst);
});
