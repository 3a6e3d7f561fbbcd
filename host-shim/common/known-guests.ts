/** What one incarnation of a VM knows of its guests, and leaves to the next. */
import type { UnfitGuest } from '../../actors/contract/host.js';

/** By the URL of each. Only modules whose first instance has been made: what was made once can be made again. */
export type GuestModules = ReadonlyMap<string, WebAssembly.Module>;

/** What is known of a VM's guests before they are loaded. */
export interface KnownGuests {
  /** Of a former incarnation: they need neither be loaded nor checked. */
  readonly modules: GuestModules;
  /** They are not even tried. */
  readonly unfit: readonly UnfitGuest[];
}

export const NOTHING_KNOWN: KnownGuests = { modules: new Map(), unfit: [] };
