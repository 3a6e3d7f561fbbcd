/** A run is recorded, and played again: by the same code, which says the same to the byte, and by mended code, which does not. */
import { readFile } from 'node:fs/promises';
import { javaScriptActorFactory } from 'tandem/actor';
import { start } from 'tandem/node';
import { Cast, replay } from 'tandem/replay';
import { MemoryFile, openRecording } from 'tandem/trace';
import { Bank, bank, MendedBank } from './bank.js';

const file = new MemoryFile();
const application = await start({ actors: [{ schema: bank, create: () => new Bank() }] }, { record: { sink: file, level: 'frames' } });
for (const cents of [500, 1_000, 250, 700]) application.bank.deposit({ cents });
const { cents } = await application.bank.read();
await application.system.stop();
console.log(`recorded: 24.50 were paid in, and the bank has ${cents / 100}`);

for (const Played of [Bank, MendedBank]) {
  const played = {
    parties: [bank],
    actors: [{ schema: bank, twins: { js: true, wasm: false } }],
    javascript: [javaScriptActorFactory(bank, () => new Played(), [bank])],
    guests: [],
  };
  const cast = new Cast(played, async (url) => new Uint8Array(await readFile(url)));
  const { identical, messages, firstDifference } = await replay(await openRecording(file), cast);
  console.log(`${Played.name}: ${messages} messages played, ${identical ? 'all identical' : 'until one differs'}`);
  if (firstDifference) {
    const { number, kind, path, recorded, replayed } = firstDifference;
    console.log(
      `  message ${number}, ${kind}: ${path}\n    recorded ${JSON.stringify(recorded)}\n    replayed ${JSON.stringify(replayed)}`,
    );
  }
}
