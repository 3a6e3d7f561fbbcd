/** Tandem in a browser: VMs in module workers. */
import { type HostOptions, PlatformHost } from '../common/host.js';
import type { BrowserCapabilities } from './capabilities.js';
import { newLifeLock } from './life.js';
import { load } from './load.js';
import { startThread } from './thread.js';
import { afterTurn } from './turn.js';

export type { Guest, VmDefinition, VmSource } from '../common/definition.js';
export type { PlatformHost } from '../common/host.js';
export type { Storage } from '../common/ports/storage.js';
export { type BrowserCapabilities, detectCapabilities } from './capabilities.js';
export { openStorage } from './ports/storage.js';
export { runVm } from './vm-worker.js';

export interface BrowserHostOptions extends HostOptions {
  readonly capabilities: BrowserCapabilities;
}

export const createBrowserHost = (options: BrowserHostOptions): PlatformHost =>
  new PlatformHost({ afterTurn, load, newLifeLock: options.capabilities.locks ? newLifeLock : () => '', startThread }, options);
