/**
 * What a host keeps in memory beside the application.
 *
 *            threads                                   spares            links        journal, checkpoint of a VM
 *   full     one for each VM                           thread, instances up to 8 MB   4 MB, 4 MB
 *   lean     one: the VM `js` is in the page's thread  none              up to 1 MB   1.1 MB, 0.3 MB
 *            where there is a VM `wasm`
 *
 * A painter, where the application has one, is a thread besides: three megabytes. It has no spare in either.
 *
 * The catch of lean: a lost VM has to load its thread again, and an actor that traps its guest; and a handler that loops in the VM `js` stops the page, too.
 */
import { LEAN_MEMORY, SMALL_FLIGHT_BYTES } from '../limits.js';
import type { WorkerName } from './definition.js';

export type Profile = 'full' | 'lean';

/** Where nothing else is given. */
export const leanDefaults = { spares: false, spareInstances: false, memorySizes: LEAN_MEMORY, flightBytes: SMALL_FLIGHT_BYTES } as const;

/** VMs that share the host's thread, so that one worker is left. @param vms those that the application needs */
export const threadSharers = (vms: readonly WorkerName[]): readonly WorkerName[] =>
  vms.includes('wasm') ? vms.filter((name) => name === 'js') : [];
