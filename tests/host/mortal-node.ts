/** A Node host whose threads a test can end. */
import { PlatformHost } from '../../host-shim/common/host.js';
import type { HostPlatform } from '../../host-shim/common/platform.js';
import { debugging } from '../../host-shim/node/debugging.js';
import { detectCapabilities } from '../../host-shim/node/index.js';
import { newLifeLock } from '../../host-shim/node/life.js';
import { load } from '../../host-shim/node/load.js';
import { readToEnd, startThread } from '../../host-shim/node/thread.js';
import { afterTurn } from '../../host-shim/node/turn.js';
import { bundleEntries } from './node-entries.js';
import type { MortalHost } from './vm-loss.js';
import { jsDefinition, parties, wasmDefinition } from './world.js';

const module = new URL('../../dist/tests/guests/host/mirror.wasm', import.meta.url);
const { js, wasm } = await bundleEntries('js', 'wasm');

export const nodePlatform: HostPlatform = { afterTurn, load, newLifeLock, startThread, readToEnd, debugging };

/**
 * @param heapMegabytes of each thread
 * @param flightBytes of the flight recorder of each VM
 */
export const mortalNodeOf = (heapMegabytes?: number, flightBytes?: number): MortalHost => ({
  create: (wrap, sharedMemory) =>
    new PlatformHost(
      {
        ...nodePlatform,
        startThread: wrap((name, entry, lifeLock) => startThread(name, entry, lifeLock, { maxOldGenerationSizeMb: heapMegabytes })),
      },
      {
        capabilities: { ...detectCapabilities(), sharedMemory },
        parties,
        flightBytes,
        controlDeadlineMs: Number.POSITIVE_INFINITY,
        loadDeadlineMs: Number.POSITIVE_INFINITY,
        vms: { js: { entry: js, load: async () => jsDefinition }, wasm: { entry: wasm, load: async () => wasmDefinition(module) } },
      },
    ),
  kills: 3,
  endsLoopsSlowly: false,
  kill: (thread) => void thread.terminate(),
});

export const mortalNode = mortalNodeOf();
