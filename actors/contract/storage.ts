/** What outlives the page or process, which changes are reported about it, and who keeps the states of actors in it. */
import type { SavedStateBytes } from '../../protocol/names.js';
import type { SpawnSpec } from './control.js';
import type { Lack } from './host.js';
import { reasonOf } from './thrown.js';

/** Bytes by key that outlive the page or process. Hosts implement it; docs/STORAGE.md says what is kept in it. */
export interface Storage {
  /** @returns null when nothing was put under this key. @throws StorageError */
  get(key: string): Promise<Uint8Array | null>;
  /**
   * Replaces the value of the key, and resolves when the new one would survive a loss of power. A reader sees the old bytes or the new
   * ones. After a loss of power before that, it may see anything.
   * @throws StorageError
   */
  put(key: string, bytes: Uint8Array): Promise<void>;
  /** Later calls fail as `closed`. */
  close(): void;
  /** Called when kept values may be gone although nobody removed them here. Whoever keeps states sets this, and then writes them anew. */
  onLost?: ((detail: string) => void) | null;
  /** What it takes the place of; null or not given when of nothing. */
  readonly lack?: Lack | null;
}

/**
 * full: quota or disk are used up. closed: after `close`. late: no answer in time. absent: the page may not store anything. foreign:
 * something else has made what is there. newer: a newer version has made it. failed: anything else, with the platform's error as `cause`.
 */
export type StorageFailure = 'full' | 'closed' | 'late' | 'absent' | 'foreign' | 'newer' | 'failed';

const FOR_GOOD: readonly StorageFailure[] = ['absent', 'foreign', 'newer'];

export class StorageError extends Error {
  override readonly name = 'StorageError';
  constructor(
    readonly code: StorageFailure,
    /** What was being done, for example `put basket/0`. */
    readonly operation: string,
    options?: ErrorOptions,
  ) {
    super(`${operation}: ${code}${options?.cause === undefined ? '' : `: ${reasonOf(options.cause)}`}`, options);
  }
  /** True when trying again is useless: storage is missing until somebody does something about it. */
  get isForGood(): boolean {
    return FOR_GOOD.includes(this.code);
  }
}

/**
 * Takes the place of a storage that cannot be had: nothing is kept, and persistent actors start fresh. Each of them is reported once as
 * `failed` with this error, which is also in its status (`health().persistent`).
 */
export function unavailableStorage(error: StorageError): Storage {
  const fail = () => Promise.reject(error);
  const lack = { what: 'storage', instead: 'nothing is kept', why: error.message };
  return { get: fail, put: fail, close() {}, lack };
}

/** damaged: no whole record. version: it has another version of the schema. refused: its actor did not start with it. */
export type DiscardReason = 'damaged' | 'version' | 'refused';

export type StorageChange =
  /** The actor has started with this state. */
  | { readonly event: 'restored'; readonly actor: string; readonly generation: number }
  /** The actor has started without a state, since there was no usable one. */
  | { readonly event: 'fresh'; readonly actor: string }
  | { readonly event: 'discarded'; readonly actor: string; readonly reason: DiscardReason; readonly detail: string }
  /** What storage held of the actor may be gone, for example since site data was cleared: its state is written anew. */
  | { readonly event: 'lost'; readonly actor: string; readonly detail: string }
  /** A read or write has failed. A write is repeated with the next change, unless the error is permanent. */
  | { readonly event: 'failed'; readonly actor: string; readonly error: StorageError };

export interface PersistenceStatus {
  readonly actor: string;
  /** Generation of the newest record that storage is known to hold; 0 for none. */
  readonly generation: number;
  /** Error of the last read or write, if that failed. */
  readonly failure: StorageError | null;
}

/** What an actor may start with: a saved state of this life, or a snapshot from storage. */
export type StartState = Pick<SpawnSpec, 'snapshot' | 'stored'>;

export interface StateKeeper {
  readonly statuses: readonly PersistenceStatus[];
  /**
   * Starts an actor with the state that it left in this life; otherwise with the newest kept state that it accepts, or with none.
   * @param spawn rejects with a ControlError `failed` when the actor did not accept the state
   * @throws any other error of `spawn`, and what it throws without a state
   */
  start(actor: string, savedState: SavedStateBytes | undefined, spawn: (state: StartState) => Promise<void>): Promise<void>;
  /** Notes that the actor may have changed. */
  note(actor: string): void;
  /** Takes the state that a stopped actor left. */
  leave(actor: string, savedState: SavedStateBytes): void;
  /** Ends writing: what is kept was good once, and what runs now may be the cause of the failure. Writes under way complete. */
  hold(): void;
  /** Writes what has changed. Never rejects. */
  flush(): Promise<void>;
}
