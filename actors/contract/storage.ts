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
