/**
 * Storage in IndexedDB: one database per location, one object store, keys unchanged. Each call is a transaction of its own.
 *
 *   the browser closes the database (site data was cleared), or another page deletes it
 *     ──> it is dropped, and `onLost` is called ──> the next call opens it again, and creates it if it is gone
 *
 * The catch: a call during which the database is closed is repeated on the next one, so changes of a key wait for each other.
 */
import type { Lack } from '../../../actors/contract/host.js';
import { type Storage, StorageError, type StorageFailure } from '../../../actors/contract/storage.js';
import { reasonOf } from '../../../actors/contract/thrown.js';
import { STORAGE_DEADLINE_MS } from '../../../protocol/limits.js';

const STORE = 'bytes';
const VERSION = 1;
/** Attempts of a call: an aborted transaction, one on a closing connection, one on a closed one, an opening during clearing, and one more. */
const ATTEMPTS_MAX = 5;

/** Errors of an opening while site data is being cleared, and of a call during which the database is closed. */
const CLEARED_UNDER: readonly string[] = ['AbortError', 'UnknownError'];
const CLOSED_UNDER: readonly string[] = [...CLEARED_UNDER, 'InvalidStateError'];

const nameOf = (error: unknown): string => (error instanceof DOMException ? error.name : '');

/** Errors of an operation on an open database. */
const CODES: Readonly<Record<string, StorageFailure>> = { QuotaExceededError: 'full', InvalidStateError: 'closed' };
/** Errors of opening a database. A private window, or a page that may not store anything, has none at all. */
const OPENING_CODES: Readonly<Record<string, StorageFailure>> = {
  ...CODES,
  VersionError: 'newer',
  SecurityError: 'absent',
  InvalidStateError: 'absent',
};

function failure(operation: string, error: unknown, codes = CODES): StorageError {
  return error instanceof StorageError ? error : new StorageError(codes[nameOf(error)] ?? 'failed', operation, { cause: error });
}

/** Settles like the request. */
function settled<T>(request: IDBRequest<T>): Promise<T> {
  return new Promise((resolve, reject) => {
    request.onsuccess = () => resolve(request.result);
    request.onerror = () => reject(request.error);
  });
}

/** Resolves when the transaction completes: only then is a write durable, not when its request succeeds. */
function completed(transaction: IDBTransaction): Promise<void> {
  return new Promise((resolve, reject) => {
    transaction.oncomplete = () => resolve();
    transaction.onabort = () => reject(transaction.error ?? new DOMException('the transaction was aborted', 'AbortError'));
  });
}

/** @throws StorageError, also when there is no answer in time because another page keeps a database of this name from being deleted */
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
  /** Rejects when the browser closes the database: its transactions may never hear of it. */
  private readonly ends = new WeakMap<IDBDatabase, Promise<never>>();
  private opening: Promise<IDBDatabase> | null = null;
  /** The last change of each key. */
  private readonly changes = new Map<string, Promise<void>>();
  /** Calls that `close` waits for. */
  private readonly underway = new Set<Promise<unknown>>();

  constructor(private readonly location: string) {}

  async get(key: string): Promise<Uint8Array | null> {
    return this.run(`get ${key}`, this.changes.get(key), async (database) => {
      const value = await settled<unknown>(database.transaction(STORE).objectStore(STORE).get(key));
      // A value that something else has stored is no record, and reads as a damaged one.
      return value === undefined ? null : value instanceof Uint8Array ? value : new Uint8Array(0);
    });
  }

  async put(key: string, bytes: Uint8Array): Promise<void> {
    // IndexedDB would copy the whole buffer of which the bytes are a view.
    const own = bytes.slice();
    return this.change(key, `put ${key}`, (store) => store.put(own, key));
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

  /** Durability is strict: the transaction completes when the disk has the change, not only the operating system. */
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
    for (let attempts = 1; ; attempts++) {
      let database: IDBDatabase | null = null;
      try {
        database = await this.open();
        return await Promise.race([use(database), this.ends.get(database) as Promise<never>]);
      } catch (error) {
        const name = nameOf(error instanceof StorageError ? error.cause : error);
        if (attempts === ATTEMPTS_MAX || !(database ? CLOSED_UNDER : CLEARED_UNDER).includes(name)) throw error;
        // The database was closed during this call, and no event has said so yet.
        if (database && name !== 'AbortError') this.lose(database, 'the browser has closed the database');
      }
    }
  }
}

export interface BrowserStorage extends Storage {
  readonly kind: 'IndexedDB' | 'localStorage';
  /** Why it is not IndexedDB; null when it is. */
  readonly lack: Lack | null;
}

/** What may be used; all of it when not given. */
export interface BrowserStorageOptions {
  readonly indexedDB?: boolean;
  readonly localStorage?: boolean;
}

/**
 * Storage in IndexedDB, or, where a page has none or may not use it, in localStorage, which has less room and is not as durable.
 * @param location name of the database, which is created if missing, or of a part of localStorage
 * @throws StorageError `absent` where a page may not store anything, as in some private windows; `foreign` and `newer` when something else has
 *   made a database of this name; `late` when another page does not release it; `failed` when what uses localStorage cannot be loaded. `unavailableStorage` is the way to go on without storage.
 */
export async function openStorage(location: string, use: BrowserStorageOptions = {}): Promise<BrowserStorage> {
  const { indexedDB = true, localStorage = true } = use;
  try {
    if (!indexedDB) throw new StorageError('absent', `open ${location}`, { cause: new Error('IndexedDB is not to be used') });
    return Object.assign(await openedDatabase(location), { kind: 'IndexedDB', lack: null } as const);
  } catch (error) {
    const { code, cause } = error as StorageError;
    if (code !== 'absent') throw error;
    const why = reasonOf(cause);
    const lack = { what: 'IndexedDB', instead: 'localStorage', why };
    return Object.assign(await openLocal(location, localStorage, why), { kind: 'localStorage', lack } as const);
  }
}

async function openedDatabase(location: string): Promise<Storage> {
  const storage = new DatabaseStorage(location);
  try {
    await storage.open();
  } catch (error) {
    throw failure(`open ${location}`, error, OPENING_CODES);
  }
  return storage;
}

/** @param withoutDatabase why there is no IndexedDB @throws StorageError that says both */
async function openLocal(location: string, isWanted: boolean, withoutDatabase: string): Promise<Storage> {
  try {
    if (!isWanted) throw new Error('localStorage is not to be used');
    // Asking for it throws where a page may not store anything.
    const area = globalThis.localStorage;
    if (!area) throw new Error('this page has no localStorage');
    const loading = import('./local-storage.js').catch((cause) => {
      throw new StorageError('failed', `open ${location}`, { cause });
    });
    const { openLocalStorage } = await loading;
    return openLocalStorage(location, area);
  } catch (error) {
    const { code, reason } =
      error instanceof StorageError
        ? { code: error.code, reason: reasonOf(error.cause) }
        : { code: 'absent' as const, reason: reasonOf(error) };
    throw new StorageError(code, `open ${location}`, { cause: new Error(`${withoutDatabase}; ${reason}`, { cause: error }) });
  }
}
