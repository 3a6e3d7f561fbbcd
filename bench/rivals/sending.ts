/** The sending worker that a user would write without Tandem: postMessage of plain objects, and Comlink. */
import { once } from 'node:events';
import { parentPort, workerData } from 'node:worker_threads';
import { wrap } from 'comlink';
import { adaptEndpoint, type NodeEndpoint } from '../../host-shim/node/thread.js';
import { sampleAt } from '../sample.js';
import type { RivalAnswer, RivalCalls, RivalCommand, RivalPorts } from './commands.js';

/** Comlink's calls that are under way at once. */
const CALLS_IN_FLIGHT = 1000;

const { objects, calls, echo } = workerData as RivalPorts;
const remote = wrap<RivalCalls>(adaptEndpoint(calls as unknown as NodeEndpoint));

async function sendObjects(samples: number): Promise<RivalAnswer> {
  const started = performance.now();
  const finished = once(objects, 'message');
  objects.postMessage({ expect: samples });
  for (let index = 0; index < samples; index++) objects.postMessage(sampleAt(index));
  const [sum] = await finished;
  return { totalMs: performance.now() - started, sum };
}

async function call(samples: number): Promise<RivalAnswer> {
  const started = performance.now();
  let next = 0;
  const caller = async () => {
    while (next < samples) await remote.sample(sampleAt(next++));
  };
  await Promise.all(Array.from({ length: CALLS_IN_FLIGHT }, caller));
  const totalMs = performance.now() - started;
  return { totalMs, sum: await remote.takeSum() };
}

async function bounce(rounds: number): Promise<RivalAnswer> {
  const roundsMs: number[] = [];
  await new Promise<void>((resolve) => {
    let value = 0;
    let started = performance.now();
    const send = () => {
      started = performance.now();
      echo.postMessage({ value });
    };
    echo.on('message', function receive() {
      roundsMs.push(performance.now() - started);
      if (++value < rounds) return send();
      echo.off('message', receive);
      resolve();
    });
    send();
  });
  return { roundsMs };
}

const carryOut = (order: RivalCommand): Promise<RivalAnswer> => {
  if (order.what === 'echo') return bounce(order.rounds);
  return order.what === 'objects' ? sendObjects(order.samples) : call(order.samples);
};

parentPort?.on('message', async (order: RivalCommand) => parentPort?.postMessage(await carryOut(order)));
