/** Capabilities of a simulated device: real Wasm guests in one thread, whose VMs can be lost as if they had threads of their own. */
import type { Capabilities } from '../../actors/contract/host.js';

export function detectCapabilities(): Capabilities {
  return { wasm: typeof WebAssembly === 'object', sharedMemory: true, workers: false };
}
