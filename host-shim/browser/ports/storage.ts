/**
 * Storage in IndexedDB: one database a location, one object store, keys as they are. Each call is a transaction of its own.
 *
 *   the browser closes the database (site data was cleared), or another page deletes it
 *     ──> let go of, told by `onLost` ──> the next call opens it again, and makes it when it is gone
 *
 * The catch: what is on its way when the database is closed under it is tried again on the next one, so changes of a key wait for each other.
 */
import { type Storage, StorageError, type StorageFailure } from '../../../actors/contract/storage.js';
import { STORAGE_DEADLINE_MS } from '../../../protocol/limits.js';

const STORE = 'bytes';
const VERSION = 1;
/** A transaction that is aborted, one on a connection that is closing, one on a closed one, an opening as the rest is cleared, and one more. */
const TRIES_MAX = 5;

/** What an opening ends with while site data is being cleared, and what a call ends with when the database is closed under it. */
const CLEARED_UNDER: readonly string[] = ['AbortError', 'UnknownError'];
const CLOSED_UNDER: readonly string[] = [...CLEARED_UNDER, 'InvalidStateError'];

const nameOf = (error: unknown): string => (error instanceof DOMException ? error.name : '');

/** What an operation on an open database has failed with. */
const CODES: Readonly<Record<string, StorageFailure>> = { QuotaExceededError: 'full', InvalidStateError: 'closed' };
/** What opening one has failed with: a private window, or a page that may store nothing, has no database at all. */
const OPENING_CODES: Readonly<Record<string, StorageFailure>> = {
  ...CODES,
  VersionError: 'newer',
  SecurityError: 'absent',
  InvalidStateError: 'absent',
};

function failure(operation: string, error: unknown, codes = CODES): StorageError {
  return error instanceof StorageError ? error : new StorageError(codes[nameOf(error)] ?? 'failed', operation, { cause: error });
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
    transaction.onabort = () => reject(transaction.error ?? new DOMException('the transaction was aborted', 'AbortError'));
  });
}

/** @throws StorageError, also when there is no answer in time: another page keeps a database of this name from being deleted */
function openDatabase(location: string): Promise<IDBDatabase> {
  const operation = `open ${location}`;
  return new Promise((resolve, reject) => {
    const refuse = (code: StorageFailure, why: string) => reject(new StorageError(code, operation, { cause: new Error(why) }));
    const factory = globalThis.indexedDB;
    if (!factory) return refuse('absent', 'this page has no IndexedDB');
    const opening = factory.open(location, VERSION);
    let isLate = false;
    const deadline = setTimeout(() => {
      isLate = true;
      refuse('late', `no answer in ${STORAGE_DEADLINE_MS} ms: does another page hold it?`);
    }, STORAGE_DEADLINE_MS);
    opening.onupgradeneeded = () => opening.result.createObjectStore(STORE);
    opening.onerror = () => {
      clearTimeout(deadline);
      reject(failure(operation, opening.error, OPENING_CODES));
    };
    opening.onsuccess = () => {
      clearTimeout(deadline);
      const database = opening.result;
      const isOurs = database.objectStoreNames.contains(STORE);
      if (isOurs && !isLate) return resolve(database);
      database.close();
      return refuse('foreign', `it has no store "${STORE}": something else has made it, and needs another name`);
    };
  });
}

class DatabaseStorage implements Storage {
  onLost: ((detail: string) => void) | null = null;
  private closed = false;
  private database: IDBDatabase | null = null;
  /** Rejects when the browser closes a database: a transaction on it may never be told. */
  private readonly ends = new WeakMap<IDBDatabase, Promise<never>>();
  private opening: Promise<IDBDatabase> | null = null;
  /** The last change of each key. */
  private readonly changes = new Map<string, Promise<void>>();
  /** They are completed before it closes. */
  private readonly underway = new Set<Promise<unknown>>();

  constructor(private readonly location: string) {}

  async get(key: string): Promise<Uint8Array | null> {
    return this.run(`get ${key}`, this.changes.get(key), async (database) => {
      const value = await settled<unknown>(database.transaction(STORE).objectStore(STORE).get(key));
      // What something else has put there is no record, and reads as one that is damaged.
      return value === undefined ? null : value instanceof Uint8Array ? value : new Uint8Array(0);
    });
  }

  async put(key: string, bytes: Uint8Array): Promise<void> {
    // What is stored is a copy of the whole buffer that the bytes are a view of.
    const own = bytes.slice();
    return this.change(key, `put ${key}`, (store) => store.put(own, key));
  }

  async remove(key: string): Promise<void> {
    return this.change(key, `remove ${key}`, (store) => store.delete(key));
  }

  close(): void {
    this.closed = true;
    if (this.underway.size === 0) this.database?.close();
    else void Promise.allSettled([...this.underway]).then(() => this.database?.close());
  }

  /** @throws StorageError */
  async open(): Promise<IDBDatabase> {
    if (this.database) return this.database;
    this.opening ??= openDatabase(this.location).finally(() => {
      this.opening = null;
    });
    const database = await this.opening;
    this.database = database;
    const end = new Promise<never>((_, reject) => {
      database.onclose = () => {
        this.lose(database, 'the browser has closed the database, as it does when site data is cleared');
        reject(new DOMException('the browser has closed the database', 'AbortError'));
      };
    });
    end.catch(() => {});
    this.ends.set(database, end);
    database.onversionchange = () => {
      database.close();
      this.lose(database, 'another page deletes the database, or makes a newer one of it');
    };
    return database;
  }

  private lose(database: IDBDatabase, detail: string): void {
    if (this.database !== database) return;
    this.database = null;
    if (!this.closed) this.onLost?.(detail);
  }

  /** Strict: the transaction completes when the disk has it, and not when the operating system has. */
  private change(key: string, operation: string, make: (store: IDBObjectStore) => void): Promise<void> {
    const change = this.run(operation, this.changes.get(key), (database) => {
      const transaction = database.transaction(STORE, 'readwrite', { durability: 'strict' });
      make(transaction.objectStore(STORE));
      return completed(transaction);
    });
    this.changes.set(key, change);
    return change;
  }

  private run<T>(operation: string, before: Promise<void> | undefined, use: (database: IDBDatabase) => Promise<T>): Promise<T> {
    if (this.closed) return Promise.reject(new StorageError('closed', operation));
    const running = (before ?? Promise.resolve())
      .catch(() => {})
      .then(() => this.tryOften(use))
      .catch((error: unknown) => {
        throw failure(operation, error);
      })
      .finally(() => this.underway.delete(running));
    this.underway.add(running);
    return running;
  }

  private async tryOften<T>(use: (database: IDBDatabase) => Promise<T>): Promise<T> {
    for (let tries = 1; ; tries++) {
      let database: IDBDatabase | null = null;
      try {
        database = await this.open();
        return await Promise.race([use(database), this.ends.get(database) as Promise<never>]);
      } catch (error) {
        const name = nameOf(error instanceof StorageError ? error.cause : error);
        if (tries === TRIES_MAX || !(database ? CLOSED_UNDER : CLEARED_UNDER).includes(name)) throw error;
        // It was closed under this call, and nobody has said so yet.
        if (database && name !== 'AbortError') this.lose(database, 'the browser has closed the database');
      }
    }
  }
}

/**
 * @param location name of the database, made when it is missing
 * @throws StorageError `absent` where a page may store nothing, as in some private windows; `foreign` and `newer` when something else has made a
 *   database of this name; `late` when another page does not let go of it. `unavailableStorage` goes on without.
 */
export async function openStorage(location: string): Promise<Storage> {
  const storage = new DatabaseStorage(location);
  try {
    await storage.open();
  } catch (error) {
    throw failure(`open ${location}`, error, OPENING_CODES);
  }
  return storage;
}
