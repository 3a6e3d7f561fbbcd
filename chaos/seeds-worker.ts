/** A thread that takes a share of the seeds. */
import { parentPort, workerData } from 'node:worker_threads';
import { trySeeds } from './seeds.js';
import { loadWasmFactories } from './sim-run.js';

const { seeds, kinds, guests } = workerData;
parentPort?.postMessage(await trySeeds(seeds, kinds, await loadWasmFactories(new URL(guests))));
