/** Plays plans on Node's threads. */
import { PlatformHost } from '../host-shim/common/host.js';
import { debugging } from '../host-shim/node/debugging.js';
import { detectCapabilities } from '../host-shim/node/index.js';
import { newLifeLock } from '../host-shim/node/life.js';
import { load } from '../host-shim/node/load.js';
import { readToEnd, startThread } from '../host-shim/node/thread.js';
import { afterTurn } from '../host-shim/node/turn.js';
import { jsDefinition, parties, wasmDefinition } from './application.js';
import type { Plan } from './plan.js';
import { playThreads, type ThreadsEnding } from './threads.js';

/** @param built folder of the built chaos tool */
export const playNode = (plan: Plan, built: URL): Promise<ThreadsEnding> =>
  playThreads(plan, {
    createHost: (wrap, onPortError) =>
      new PlatformHost(
        { afterTurn, load, newLifeLock, startThread: wrap(startThread), readToEnd, debugging },
        {
          capabilities: { ...detectCapabilities(), sharedMemory: plan.sharedMemory },
          parties,
          vms: {
            js: { entry: new URL('entries/js-vm.js', built), load: async () => jsDefinition },
            wasm: { entry: new URL('entries/wasm-vm.js', built), load: async () => wasmDefinition(new URL('wasm-actors/', built)) },
          },
          console: 'off',
          onPortError,
        },
      ),
    kill: (thread) => void thread.terminate(),
  });
