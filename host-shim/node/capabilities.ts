/** What this device can do: asked once, by the application, and handed to `createNodeHost`. Nothing else looks at globals. */
import type { Capabilities } from '../../actors/contract/host.js';

export function detectCapabilities(): Capabilities {
  // `node --jitless` has no WebAssembly at all; threads and shared memory are there in every supported version.
  return { wasm: typeof WebAssembly === 'object', sharedMemory: true, workers: true };
}
