/** Storage in IndexedDB: one database a location, one object store, keys as they are. Each call is a transaction of its own. */
import { type Storage, StorageError } from '../../../actors/storage.js';

const STORE = 'bytes';

function failure(operation: string, error: unknown): StorageError {
  const name = error instanceof DOMException ? error.name : '';
  // A database that was closed, by `close` or by the browser, throws at the next transaction.
  const code = name === 'QuotaExceededError' ? 'full' : name === 'InvalidStateError' ? 'closed' : 'failed';
  return new StorageError(code, operation, { cause: error });
}

/** Settles as the request does. */
function settled<T>(request: IDBRequest<T>): Promise<T> {
  return new Promise((resolve, reject) => {
    request.onsuccess = () => resolve(request.result);
    request.onerror = () => reject(request.error);
  });
}

/** A write is durable when its transaction completes, not when its request succeeds. */
function completed(transaction: IDBTransaction): Promise<void> {
  return new Promise((resolve, reject) => {
    transaction.oncomplete = () => resolve();
    transaction.onabort = () => reject(transaction.error);
  });
}

async function typed<T>(operation: string, run: () => Promise<T>): Promise<T> {
  try {
    return await run();
  } catch (error) {
    throw failure(operation, error);
  }
}

class DatabaseStorage implements Storage {
  constructor(private readonly database: IDBDatabase) {}

  get(key: string): Promise<Uint8Array | null> {
    return typed(`get ${key}`, async () => {
      const store = this.database.transaction(STORE).objectStore(STORE);
      return (await settled<Uint8Array | undefined>(store.get(key))) ?? null;
    });
  }

  put(key: string, bytes: Uint8Array): Promise<void> {
    // What is stored is a copy of the whole buffer that the bytes are a view of.
    return this.write(`put ${key}`, (store) => store.put(bytes.slice(), key));
  }

  remove(key: string): Promise<void> {
    return this.write(`remove ${key}`, (store) => store.delete(key));
  }

  close(): void {
    this.database.close();
  }

  /** Strict: the transaction completes when the disk has it, and not when the operating system has. */
  private write(operation: string, change: (store: IDBObjectStore) => void): Promise<void> {
    return typed(operation, () => {
      const transaction = this.database.transaction(STORE, 'readwrite', { durability: 'strict' });
      change(transaction.objectStore(STORE));
      return completed(transaction);
    });
  }
}

/** @param location name of the database, made when it is missing. @throws StorageError, as where a browser has no storage for a private window */
export function openStorage(location: string): Promise<Storage> {
  return typed(`open ${location}`, async () => {
    const opening = indexedDB.open(location, 1);
    opening.onupgradeneeded = () => opening.result.createObjectStore(STORE);
    return new DatabaseStorage(await settled(opening));
  });
}
