/** What this device can do: asked once, by the application, and handed to `createBrowserHost`. Nothing else looks at globals. */
import type { Capabilities } from '../../actors/contract/host.js';

export interface BrowserCapabilities extends Capabilities {
  /** Locks tell of a worker that died in silence; they exist in secure contexts. */
  readonly locks: boolean;
}

export function detectCapabilities(): BrowserCapabilities {
  return {
    wasm: typeof WebAssembly === 'object',
    // Shared memory crosses to a worker only from a page with the headers for isolation. Older browsers and simulated pages know no isolation.
    sharedMemory: typeof SharedArrayBuffer === 'function' && typeof crossOriginIsolated === 'boolean' && crossOriginIsolated,
    workers: typeof Worker === 'function',
    locks: 'locks' in navigator,
  };
}
