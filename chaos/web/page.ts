/** The page that plays plans on the threads of a browser, for who drives it. */
import { detectCapabilities } from '../../host-shim/browser/capabilities.js';
import { debugging } from '../../host-shim/browser/debugging.js';
import { newLifeLock } from '../../host-shim/browser/life.js';
import { load } from '../../host-shim/browser/load.js';
import { readToEnd, startThread } from '../../host-shim/browser/thread.js';
import { afterTurn } from '../../host-shim/browser/turn.js';
import { PlatformHost } from '../../host-shim/common/host.js';
import { jsDefinition, parties, wasmDefinition } from '../application.js';
import type { Plan } from '../plan.js';
import { type MortalThreads, packEnding, playThreads } from '../threads.js';

const here = new URL('./', import.meta.url);

const threadsFor = (plan: Plan): MortalThreads => ({
  createHost: (wrap, onPortError) =>
    new PlatformHost(
      { afterTurn, load, newLifeLock, startThread: wrap(startThread), readToEnd, debugging },
      {
        capabilities: { ...detectCapabilities(), sharedMemory: plan.sharedMemory },
        parties,
        vms: {
          js: { entry: new URL('js-vm.js', here), load: async () => jsDefinition },
          wasm: { entry: new URL('wasm-vm.js', here), load: async () => wasmDefinition(here) },
        },
        console: 'off',
        onPortError,
      },
    ),
  // Not by the thread's own `terminate`: its host would know.
  kill: ({ endpoint }) => (endpoint as unknown as Worker).terminate(),
});

Object.assign(window, { play: async (plan: Plan) => packEnding(await playThreads(plan, threadsFor(plan))) });
