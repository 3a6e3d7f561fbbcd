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
}

/** full: quota or disk are used up. closed: after `close`. late: no answer in time. failed: anything else, with the platform's error as `cause`. */
export type StorageFailure = 'full' | 'closed' | 'late' | 'failed';

export class StorageError extends Error {
  override readonly name = 'StorageError';
  constructor(
    readonly code: StorageFailure,
    /** What was being done, as `put history/0`. */
    readonly operation: string,
    options?: ErrorOptions,
  ) {
    super(`${operation}: ${code}${options?.cause instanceof Error ? `: ${options.cause.message}` : ''}`, options);
  }
}
