/** Bytes that outlive the page or process, by key. */
export interface Storage {
  /** @returns null when nothing was put under this key */
  get(key: string): Promise<Uint8Array | null>;
  /** Replaces what the key holds. A reader sees the old bytes or the new ones, never a mixture. */
  put(key: string, bytes: Uint8Array): Promise<void>;
  /** Does nothing when the key holds nothing. */
  remove(key: string): Promise<void>;
  close(): void;
}
