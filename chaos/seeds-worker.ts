/** A thread that takes a share of the seeds. It tells what each has come to, so that what was done is known whenever the run ends. */
import { parentPort, workerData } from 'node:worker_threads';
import { trySeeds } from './seeds.js';
import { loadWasmFactories } from './sim-run.js';

const { seeds, kinds, guests } = workerData;
await trySeeds(seeds, kinds, await loadWasmFactories(new URL(guests)), (tally) => parentPort?.postMessage(tally));
