/** What one incarnation of a VM knows of its guests and passes on to the next. */
import type { UnfitGuest } from '../../actors/contract/host.js';
import { GUEST_LOAD_DEADLINE_MS } from '../limits.js';

/** Modules by URL. Only those whose first instance has been made, since that can be made again. */
export type GuestModules = ReadonlyMap<string, WebAssembly.Module>;

/** What is known of a VM's guests before they are loaded. */
export interface KnownGuests {
  /** Modules of a former incarnation, which need neither be loaded nor checked. */
  readonly modules: GuestModules;
  /** Guests that are not even tried. */
  readonly unfit: readonly UnfitGuest[];
}

export const NOTHING_KNOWN: KnownGuests = { modules: new Map(), unfit: [] };

/** @param loadDeadlineMs how long their thread may take to load; enough of it is left to start with the others */
export const guestDeadlineOf = (loadDeadlineMs: number): number => Math.min(GUEST_LOAD_DEADLINE_MS, (loadDeadlineMs * 2) / 3);
