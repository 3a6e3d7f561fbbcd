/** What this device can do: asked once, by the application, and handed to `createBrowserHost`. Nothing else looks at globals. */
import type { Capabilities } from '../../actors/contract/host.js';
import type { Profile } from '../common/profile.js';

export interface BrowserCapabilities extends Capabilities {
  /** Locks tell of a worker that died in silence; they exist in secure contexts. */
  readonly locks: boolean;
  /** Memory of the device in gigabytes, roughly, as Chromium tells it in secure contexts; null where nobody tells. Not known when not given. */
  readonly memoryGigabytes?: number | null;
}

/** A set with so little memory leaves its browser a few hundred megabytes, and ends a page that takes too many of them. */
const LEAN_GIGABYTES_MAX = 1;

/** The profile that a device is best served by: `lean` where it says that it is short of memory. */
export const profileFor = ({ memoryGigabytes }: Pick<BrowserCapabilities, 'memoryGigabytes'>): Profile =>
  memoryGigabytes && memoryGigabytes <= LEAN_GIGABYTES_MAX ? 'lean' : 'full';

export function detectCapabilities(): BrowserCapabilities {
  return {
    wasm: typeof WebAssembly === 'object',
    // Shared memory crosses to a worker only from a page with the headers for isolation. Older browsers and simulated pages know no isolation.
    sharedMemory: typeof SharedArrayBuffer === 'function' && typeof crossOriginIsolated === 'boolean' && crossOriginIsolated,
    workers: typeof Worker === 'function',
    locks: 'locks' in navigator,
    memoryGigabytes: (navigator as { readonly deviceMemory?: number }).deviceMemory ?? null,
  };
}
