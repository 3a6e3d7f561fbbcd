/** A program of Node with an actor whose state is kept in a folder. Each run goes on where the last one ended. */
import { rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { openStorage, start } from 'tandem/node';
import { Counter, counter } from './counter.js';

const folder = join(tmpdir(), `tandem-example-${process.pid}`);

for (const life of [1, 2]) {
  const storage = await openStorage(folder);
  const application = await start({ actors: [{ schema: counter, create: () => new Counter(), persistent: true }] }, { storage });
  application.counter.on('changed', ({ count }) => console.log(`life ${life}: the counter says ${count}`));
  console.log(`life ${life}: begins with ${(await application.counter.read()).count}`);
  application.counter.add({ amount: 1 });
  application.counter.add({ amount: 10 });
  await application.counter.read();
  const { state } = application.system;
  await application.system.stop();
  await storage.close();
  console.log(`life ${life}: was ${state}, has stopped`);
}
await rm(folder, { recursive: true });
