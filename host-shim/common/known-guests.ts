/** What one incarnation of a VM knows of its guests and passes on to the next. */
import type { UnfitGuest } from '../../actors/contract/host.js';

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
