/** What this device can do: asked once, by the application, and handed to `createNodeHost`. Nothing else looks at globals. */
import type { Capabilities } from '../../actors/contract/host.js';

export function detectCapabilities(): Capabilities {
  // `node --jitless` has no WebAssembly at all; every supported version has threads and shared memory.
  return { wasm: typeof WebAssembly === 'object', sharedMemory: true, workers: true };
}
