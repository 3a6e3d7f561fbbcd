/** The receiving worker that a user would write without Tandem: postMessage of plain objects, and Comlink. */
import { workerData } from 'node:worker_threads';
import { expose } from 'comlink';
import { adaptEndpoint, type NodeEndpoint } from '../../host-shim/node/thread.js';
import { type Sample, weightOf } from '../sample.js';
import type { RivalCalls, RivalPorts } from './commands.js';

const { objects, calls, echo } = workerData as RivalPorts;

let left = 0;
let sum = 0;
objects.on('message', (message: { expect: number } | Sample) => {
  if ('expect' in message) {
    left = message.expect;
    sum = 0;
    return;
  }
  sum += weightOf(message);
  if (--left === 0) objects.postMessage(sum);
});

let calledSum = 0;
const api: RivalCalls = {
  sample(sample) {
    calledSum += weightOf(sample);
  },
  takeSum() {
    const taken = calledSum;
    calledSum = 0;
    return taken;
  },
};
expose(api, adaptEndpoint(calls as unknown as NodeEndpoint));

echo.on('message', (message) => echo.postMessage(message));
