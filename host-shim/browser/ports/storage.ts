/** Storage in IndexedDB: one database a location, one object store, keys as they are. Each call is a transaction of its own. */
import type { Storage } from '../../common/ports/storage.js';

const STORE = 'bytes';

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

/** @param location name of the database, made when it is missing */
export async function openStorage(location: string): Promise<Storage> {
  const opening = indexedDB.open(location, 1);
  opening.onupgradeneeded = () => opening.result.createObjectStore(STORE);
  const database = await settled(opening);

  const write = (change: (store: IDBObjectStore) => void): Promise<void> => {
    const transaction = database.transaction(STORE, 'readwrite');
    change(transaction.objectStore(STORE));
    return completed(transaction);
  };
  return {
    get: async (key) => (await settled<Uint8Array | undefined>(database.transaction(STORE).objectStore(STORE).get(key))) ?? null,
    put: (key, bytes) => write((store) => store.put(bytes.slice(), key)),
    remove: (key) => write((store) => store.delete(key)),
    close: () => database.close(),
  };
}
