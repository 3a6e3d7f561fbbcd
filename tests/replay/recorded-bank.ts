/** Recordings of the bank on the simulated host. */
import { startSystem } from '../../actors/index.js';
import { MemoryFile } from '../../trace/memory-file.js';
import { openRecording } from '../../trace/open.js';
import type { Recording, RecordingLevel } from '../../trace/recording.js';
import { type BankWorld, bank, openBank, watcher } from '../runtime/bank.js';

/** @param live what happens while it is recorded @param snapshotEveryMs half a minute when not given @returns the bytes of the recording */
export async function recordBank(
  level: RecordingLevel,
  live: (world: BankWorld) => Promise<void>,
  snapshotEveryMs?: number,
): Promise<Uint8Array> {
  const sink = new MemoryFile();
  const world = await openBank({ start: (host, options) => startSystem(host, { ...options, record: { sink, level, snapshotEveryMs } }) });
  await live(world);
  await world.until(world.system.stop());
  return sink.bytes;
}

export const recordingIn = (bytes: Uint8Array): Promise<Recording> => openRecording(new MemoryFile(bytes));

/** Deposits of 1 to 20 in turn, of which the thirteenth is 13. */
export async function depositTwenty({ teller, pass }: BankWorld): Promise<void> {
  for (let amount = 1; amount <= 20; amount++) {
    teller.send(bank.receives.deposit, { account: amount % 3, amount });
    if (amount % 4 === 0) teller.send(watcher.receives.look, { account: 1 });
    await pass(amount % 5);
  }
  await pass(100);
}
