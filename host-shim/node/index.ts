/** Tandem on Node: VMs in worker threads. */
import { type HostOptions, PlatformHost } from '../common/host.js';
import { newLifeLock } from './life.js';
import { load } from './load.js';
import { startThread } from './thread.js';
import { afterTurn } from './turn.js';

export type { Guest, VmDefinition, VmSource } from '../common/definition.js';
export type { HostOptions, PlatformHost } from '../common/host.js';
export type { Storage } from '../common/ports/storage.js';
export { detectCapabilities } from './capabilities.js';
export { openStorage } from './ports/storage.js';
export { runVm } from './vm-worker.js';

export const createNodeHost = (options: HostOptions): PlatformHost =>
  new PlatformHost({ afterTurn, load, newLifeLock, startThread }, options);
