/** A host in Chromium whose threads a test can end. */
import { debugging, probeDebugger } from '../../host-shim/browser/debugging.js';
import { detectCapabilities } from '../../host-shim/browser/index.js';
import { newLifeLock } from '../../host-shim/browser/life.js';
import { load } from '../../host-shim/browser/load.js';
import { readToEnd, startThread } from '../../host-shim/browser/thread.js';
import { afterTurn } from '../../host-shim/browser/turn.js';
import { PlatformHost } from '../../host-shim/common/host.js';
import { vms } from './browser-vms.js';
import type { MortalHost } from './vm-loss.js';
import { parties } from './world.js';

export const mortalChromium: MortalHost = {
  create: (wrap, sharedMemory) =>
    new PlatformHost(
      { afterTurn, load, newLifeLock, startThread: wrap(startThread), readToEnd, debugging, probeDebugger },
      {
        capabilities: { ...detectCapabilities(), sharedMemory },
        parties,
        controlDeadlineMs: Number.POSITIVE_INFINITY,
        loadDeadlineMs: Number.POSITIVE_INFINITY,
        vms,
      },
    ),
  kills: 2,
  endsLoopsSlowly: true,
  // Not by the thread's own `terminate`, of which its host would know.
  kill: ({ endpoint }) => (endpoint as unknown as Worker).terminate(),
};
