/** What a simulated device can do: real Wasm guests, but one thread, and so nothing to share memory with. */
import type { Capabilities } from '../../actors/host.js';

export function detectCapabilities(): Capabilities {
  return { wasm: typeof WebAssembly === 'object', sharedMemory: false, workers: false };
}
