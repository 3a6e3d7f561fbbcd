/** Which message gave a value, and what had caused that message? A recording knows. */
import { readFile } from 'node:fs/promises';
import { javaScriptActorFactory } from 'tandem/actor';
import { start } from 'tandem/node';
import { Cast, type WhyReport, why } from 'tandem/replay';
import { MemoryFile, openRecording } from 'tandem/trace';
import { Shop, shop } from './shop.js';
import { Stock, stock } from './stock.js';

const actors = [
  { schema: stock, create: () => new Stock() },
  { schema: shop, create: () => new Shop() },
] as const;

const file = new MemoryFile();
const application = await start({ actors }, { record: { sink: file, level: 'frames' } });
const allAnswered = new Promise<void>((resolve) => {
  let answers = 0;
  application.shop.on('said', ({ text }) => {
    if (text.startsWith('stock') && ++answers === 3) resolve();
  });
});
application.shop.buy({ customer: 'Ada', count: 2 });
application.shop.buy({ customer: 'Carl', count: 9 });
application.shop.buy({ customer: 'Eve', count: 1 });
await allAnswered;
await application.system.stop();

const parties = actors.map(({ schema }) => schema);
const played = {
  parties,
  actors: parties.map((schema) => ({ schema, twins: { js: true, wasm: false } })),
  javascript: [javaScriptActorFactory(stock, () => new Stock(), parties), javaScriptActorFactory(shop, () => new Shop(), parties)],
  guests: [],
};
const cast = new Cast(played, async (url) => new Uint8Array(await readFile(url)));

const report = await why(await openRecording(file), cast, { path: 'stock.pots' });
const line = ({ number, kind, source, target }: WhyReport['causes'][number]) => `  ${number || '-'}  ${kind}, from ${source} to ${target}`;
console.log(`stock.pots is ${report.value}, it was ${report.before}. Set by:`);
if (report.setBy) console.log(line(report.setBy));
console.log('caused by:');
for (const cause of report.causes) console.log(line(cause));
