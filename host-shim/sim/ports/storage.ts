/** Storage in memory: the location holds the bytes, and its owner decides how long they last. */
import { type Storage, StorageError } from '../../../actors/contract/storage.js';

/** What was stored, by key. */
export type StorageMemory = Map<string, Uint8Array>;

/**
 * failed: nothing is written, and the put rejects. lost: nothing is written, and the put resolves. torn: `bytes` new bytes are written
 * before the power fails, and the put rejects; after them are the old bytes, or nothing.
 */
export type StorageFault =
  | { readonly kind: 'failed' }
  | { readonly kind: 'lost' }
  | { readonly kind: 'torn'; readonly bytes: number; readonly rest: 'old' | 'nothing' };

export interface SimStorageOptions {
  /** Asked before each put. @returns null for one that succeeds */
  readonly fault?: (key: string, bytes: Uint8Array) => StorageFault | null;
  /** Asked before each get. @returns true for one that fails; the bytes stay */
  readonly unreadable?: (key: string) => boolean;
}

class MemoryStorage implements Storage {
  private closed = false;

  constructor(
    private readonly memory: StorageMemory,
    private readonly options: SimStorageOptions,
  ) {}

  async get(key: string): Promise<Uint8Array | null> {
    this.assertOpen(`get ${key}`);
    if (this.options.unreadable?.(key)) throw new StorageError('failed', `get ${key}`, { cause: new Error('unreadable') });
    return this.memory.get(key)?.slice() ?? null;
  }

  async put(key: string, bytes: Uint8Array): Promise<void> {
    this.assertOpen(`put ${key}`);
    const fault = this.options.fault?.(key, bytes) ?? null;
    if (fault === null) this.memory.set(key, bytes.slice());
    if (fault?.kind === 'torn') this.memory.set(key, torn(bytes.subarray(0, fault.bytes), this.memory.get(key), fault.rest));
    if (fault !== null && fault.kind !== 'lost') throw new StorageError('failed', `put ${key}`, { cause: new Error(fault.kind) });
  }

  close(): void {
    this.closed = true;
  }

  private assertOpen(operation: string): void {
    if (this.closed) throw new StorageError('closed', operation);
  }
}

function torn(written: Uint8Array, old: Uint8Array = new Uint8Array(), rest: 'old' | 'nothing'): Uint8Array {
  return Uint8Array.from(rest === 'old' ? [...written, ...old.subarray(written.length)] : written);
}

export async function openStorage(location: StorageMemory, options: SimStorageOptions = {}): Promise<Storage> {
  return new MemoryStorage(location, options);
}
