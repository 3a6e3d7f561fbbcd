/** What is told of the states in storage, by actor. */
import type { StorageError } from './storage.js';

/** damaged: no whole record. version: of another version of the schema. refused: its actor did not start with it. */
export type DiscardReason = 'damaged' | 'version' | 'refused';

export type StorageChange =
  /** The actor has started with this state. */
  | { readonly event: 'restored'; readonly actor: string; readonly generation: number }
  /** It has started with none: there was none that could be used. */
  | { readonly event: 'fresh'; readonly actor: string }
  | { readonly event: 'discarded'; readonly actor: string; readonly reason: DiscardReason; readonly detail: string }
  /** What storage held of the actor may be gone, as when site data was cleared: its state is written anew. */
  | { readonly event: 'lost'; readonly actor: string; readonly detail: string }
  /** A read or write has failed; a write is tried again with the next change, unless the error is for good. */
  | { readonly event: 'failed'; readonly actor: string; readonly error: StorageError };

export interface PersistenceStatus {
  readonly actor: string;
  /** Of the newest record that storage is known to hold; 0 for none. */
  readonly generation: number;
  /** Of the last read or write, when it failed. */
  readonly failure: StorageError | null;
}
