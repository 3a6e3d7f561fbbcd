/** The Wasm VM's thread, which ends when it is told to: by an exit, or by an uncaught error. A spare thread has no VM yet and ignores the order. */
import { BroadcastChannel } from 'node:worker_threads';
import { wasmDefinition } from '../../examples/tv/application.js';
import { runVm } from '../../host-shim/node/vm-worker.js';
import { ENDINGS_CHANNEL, type Ending } from '../ending.js';

let runs = false;
runVm({
  ...wasmDefinition(new URL('../../wasm-actors/', import.meta.url)),
  ports() {
    runs = true;
  },
});

new BroadcastChannel(ENDINGS_CHANNEL).onmessage = (event) => {
  if (!runs) return;
  if ((event as { data: Ending }).data === 'exit') process.exit(1);
  throw new Error('ended by order');
};
