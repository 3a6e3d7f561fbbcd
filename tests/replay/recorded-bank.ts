/** Recordings of the bank on the simulated host. */
import { javaScriptActorFactory } from '../../actors/model/javascript-instance.js';
import { MemoryFile } from '../../trace/memory-file.js';
import { openRecording } from '../../trace/open.js';
import type { Recording, RecordingLevel } from '../../trace/recording.js';
import { Bank, type BankWorld, bank, openBank, parties, Watcher, watcher } from '../runtime/bank.js';
import { TappedSteps, writeRecording } from './tapped.js';

const actors = [javaScriptActorFactory(bank, () => new Bank(), parties), javaScriptActorFactory(watcher, () => new Watcher(), parties)];

/** @param live what happens while it is recorded @returns the bytes of the recording */
export async function recordBank(level: RecordingLevel, live: (world: BankWorld) => Promise<void>): Promise<Uint8Array> {
  let now = () => 0;
  const tapped = new TappedSteps(
    level,
    () => now(),
    (address) => [bank.address, watcher.address].includes(address as never),
  );
  const definition = (vm: 'js' | 'wasm') => ({ parties, actors, listener: tapped.listenerOf(vm) });
  const world = await openBank({ vms: { js: { load: async () => definition('js') }, wasm: { load: async () => definition('wasm') } } });
  now = () => world.host.clock.nowMicros();
  await live(world);
  return writeRecording(tapped.steps, parties, { bank: 'js', watcher: 'js' }, level);
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
