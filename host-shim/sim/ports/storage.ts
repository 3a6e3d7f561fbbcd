/** Storage in memory: the location is what the bytes are kept in, and whoever holds it decides how long they last. */
import type { Storage } from '../../common/ports/storage.js';

/** What was stored, by key. */
export type StorageMemory = Map<string, Uint8Array>;

export async function openStorage(location: StorageMemory): Promise<Storage> {
  return {
    get: async (key) => location.get(key)?.slice() ?? null,
    put: async (key, bytes) => void location.set(key, bytes.slice()),
    remove: async (key) => void location.delete(key),
    close() {},
  };
}
