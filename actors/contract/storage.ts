/** What outlives the page or process, what is told of it, and who keeps the states of actors in it. */
import type { SpawnSpec } from './control.js';
import { reasonOf } from './thrown.js';

/** Bytes that outlive the page or process, by key. Hosts implement it; docs/STORAGE.md says what is kept in it. */
export interface Storage {
  /** @returns null when nothing was put under this key. @throws StorageError */
  get(key: string): Promise<Uint8Array | null>;
  /**
   * Replaces what the key holds, and resolves when that would outlive a loss of power. A reader sees the old bytes or the new ones. After a
   * loss of power in between it may see anything. @throws StorageError
   */
  put(key: string, bytes: Uint8Array): Promise<void>;
  /** Does nothing when the key holds nothing. @throws StorageError */
  remove(key: string): Promise<void>;
  /** Calls that come later fail as `closed`. */
  close(): void;
  /** Called when what was kept may be gone, though nobody has removed it here. Whoever keeps states sets it, and writes them anew. */
  onLost?: ((detail: string) => void) | null;
}

/**
 * full: quota or disk are used up. closed: after `close`. late: no answer in time. absent: the page may store nothing. foreign: what is there was made by
 * something else. newer: it was made by a newer version. failed: anything else, with the platform's error as `cause`.
 */
export type StorageFailure = 'full' | 'closed' | 'late' | 'absent' | 'foreign' | 'newer' | 'failed';

const FOR_GOOD: readonly StorageFailure[] = ['absent', 'foreign', 'newer'];

export class StorageError extends Error {
  override readonly name = 'StorageError';
  constructor(
    readonly code: StorageFailure,
    /** What was being done, as `put history/0`. */
    readonly operation: string,
    options?: ErrorOptions,
  ) {
    super(`${operation}: ${code}${options?.cause === undefined ? '' : `: ${reasonOf(options.cause)}`}`, options);
  }
  /** To try again is of no use: without somebody's doing there is no storage. */
  get isForGood(): boolean {
    return FOR_GOOD.includes(this.code);
  }
}

/**
 * In place of a storage that cannot be had: nothing is kept, and persistent actors start fresh. Each of them is told as `failed`, once, with this
 * error, which its status (`health().persistent`) has, too.
 */
export function unavailableStorage(error: StorageError): Storage {
  const fail = () => Promise.reject(error);
  return { get: fail, put: fail, remove: fail, close() {} };
}

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

/** What an actor may start with: a saved state of this life, or a state from storage. */
export type StartState = Pick<SpawnSpec, 'snapshot' | 'stored'>;

export interface StateKeeper {
  readonly statuses: readonly PersistenceStatus[];
  /**
   * Starts an actor with what it left in this life; else with the newest state that is kept and that it takes, or none.
   * @param spawn rejects with a ControlError `failed` when the actor did not take what it was given
   * @throws what `spawn` throws otherwise, and what it throws without a state
   */
  start(actor: string, savedState: Uint8Array | undefined, spawn: (state: StartState) => Promise<void>): Promise<void>;
  /** The actor may have changed. */
  note(actor: string): void;
  /** An actor was stopped, and this is what it left. */
  leave(actor: string, savedState: Uint8Array): void;
  /** From now on nothing is written: what is kept was good once, and what runs now may be what fails. What is under way completes. */
  hold(): void;
  /** Writes what has changed. Never rejects. */
  flush(): Promise<void>;
}
