/** The steps on threads: which are started, from files and from functions that make them. */
import { Worker } from 'node:worker_threads';
import { expect, test } from 'vitest';
import { start } from '../../host-shim/node/index.js';
import { createCounting } from '../adopt/counter-application.js';
import { bundleEntries } from './node-entries.js';

const files = await bundleEntries('counting-js', 'counting-wasm');

test.each([
  ['host', []],
  ['js', ['js']],
  ['wasm', ['js', 'wasm']],
])('placement %s starts the workers that it needs', async (placement, expected) => {
  const made: string[] = [];
  const workerOf = (name: 'js' | 'wasm') => () => {
    made.push(name);
    return new Worker(files[`counting-${name}`]);
  };
  const application = { ...createCounting(), placement, workers: { js: workerOf('js'), wasm: workerOf('wasm') } };
  const { counter, system } = await start(application);
  counter.increment({ by: 5 });
  expect(await counter.read()).toEqual({ count: 5 });
  expect(counter.state.getSnapshot()).toEqual({ count: 5 });
  expect(made.sort()).toEqual(expected);
  await system.stop();
});

test('a worker may be a file, too, and a VM without one is in this thread', async () => {
  const application = { ...createCounting(), placement: 'wasm', workers: { wasm: files['counting-wasm'] } };
  const { counter, system } = await start(application);
  counter.increment({ by: 5 });
  expect(await counter.read()).toEqual({ count: 5 });
  await system.moveActor('counter', 'js');
  expect(await counter.read()).toEqual({ count: 5 });
  await system.stop();
});
