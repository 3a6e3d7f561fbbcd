import { Worker } from 'node:worker_threads';
import { linkStress } from './link-stress.js';

linkStress(() => {
  const worker = new Worker(new URL('./echo.node-worker.mjs', import.meta.url));
  return {
    start: (order, transfer) => worker.postMessage(order, transfer as never),
    failed: new Promise((_resolve, reject) => {
      worker.once('error', reject);
    }),
    stop: async () => void (await worker.terminate()),
  };
});
