/** A poison message is still poison when its VM is lost, even if the journal has no room for anything more. */
import { expect, test } from 'vitest';
import { BODY_OFFSET } from '../../protocol/frame.js';
import { arriveTogether, Bank, bank, openBank } from './bank.js';

/** Number of frames that an actor takes from its mailbox at once. */
const BATCH_BYTES = 64 * 1024;
/** Takes such a batch, and nothing after it. */
const JOURNAL_BYTES = BATCH_BYTES + 64;
const EXPLOSIONS = 6;
const NOTES = 16;
const EXPLOSION_BYTES = BODY_OFFSET + 2;
/** Bytes of a note besides its text. */
const NOTE_BYTES = BODY_OFFSET + 5;

/** Explodes while something is wrong with its device. */
class FragileBank extends Bank {
  constructor(private readonly device: { broken: boolean }) {
    super();
  }
  override onExplode({ account }: { account: number }): void {
    if (this.device.broken) throw new Error('out of memory');
    this.onDeposit({ account, amount: 1_000_000 });
  }
}

/** Explosions, and notes that make them a batch that fills the journal. */
function fullBatch() {
  const noteBytes = (BATCH_BYTES - EXPLOSIONS * EXPLOSION_BYTES) / NOTES;
  const text = (note: number) => 'x'.repeat(Math.floor(noteBytes * (note + 1)) - Math.floor(noteBytes * note) - NOTE_BYTES);
  return [
    ...Array.from({ length: EXPLOSIONS }, () => [bank.receives.explode, { account: 0 }] as const),
    ...Array.from({ length: NOTES }, (_, account) => [bank.receives.note, { account, text: text(account) }] as const),
  ];
}

test.each([true, false])('no message that is poison in a full journal is handled later: shared memory %s', async (sharedMemory) => {
  const device = { broken: true };
  const world = await openBank({
    capabilities: { wasm: true, workers: true, sharedMemory },
    journalBytes: JOURNAL_BYTES,
    makeBank: () => new FragileBank(device),
  });
  let poisoned = 0;
  world.system.onChange((change) => {
    if (change.type !== 'poisoned' || ++poisoned < EXPLOSIONS) return;
    device.broken = false;
    world.host.lose('js', 'the thread ended');
  });
  arriveTogether(world, ...fullBatch());
  await world.pass(1_000);
  expect(world.system.actors[0]).toMatchObject({ state: 'running', poisoned: { messages: EXPLOSIONS } });
  expect(world.receipts).toEqual([]);
  expect(await world.until(world.system.deadLetters())).toHaveLength(EXPLOSIONS);
});
