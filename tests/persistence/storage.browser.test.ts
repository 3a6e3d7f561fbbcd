import type {} from '@vitest/browser-playwright';
import { afterEach, describe, expect, it, vi } from 'vitest';
import { cdp } from 'vitest/browser';
import { openStorage } from '../../host-shim/browser/ports/storage.js';
import { storageConformance } from './storage-conformance.js';

storageConformance('Chromium', () => openStorage('tandem tests'));
storageConformance('Chromium in localStorage', () => openStorage('tandem tests', { indexedDB: false }));

describe('without IndexedDB', () => {
  it('localStorage is used, and it says so and why', async () => {
    vi.stubGlobal('indexedDB', undefined);
    const storage = await openStorage('tandem local');
    expect(storage).toMatchObject({ kind: 'localStorage', lack: { what: 'IndexedDB', why: 'this page has no IndexedDB' } });
    vi.unstubAllGlobals();
    expect(await openStorage('tandem tests')).toMatchObject({ kind: 'IndexedDB', lack: null });
  });

  it('tells when another page clears it', async () => {
    const storage = await openStorage('tandem local', { indexedDB: false });
    await storage.put('key', Uint8Array.of(1));
    const lost = new Promise((resolve) => (storage.onLost = resolve));
    const other = document.body.appendChild(document.createElement('iframe'));
    other.contentWindow?.localStorage.clear();
    expect(await lost).toContain('another page');
    other.remove();
    expect(await storage.get('key')).toBeNull();
    storage.close();
  });
});

/** Deletes the database like another page. It may be blocked while the other page's last transaction lasts; if it is never released, it never settles. */
function request<T>(request: IDBOpenDBRequest, use: (database: IDBDatabase) => T): Promise<T> {
  return new Promise((resolve, reject) => {
    request.onsuccess = () => resolve(use(request.result));
    request.onerror = () => reject(request.error);
  });
}

const remove = (location: string): Promise<void> => request(indexedDB.deleteDatabase(location), () => {});

async function make(location: string, version: number, stores: readonly string[]): Promise<void> {
  const opening = indexedDB.open(location, version);
  opening.onupgradeneeded = () => {
    for (const store of stores) opening.result.createObjectStore(store);
  };
  await request(opening, (database) => database.close());
}

const BYTES = Uint8Array.of(1, 2, 3);

describe('a database that Chromium closes', () => {
  async function openTold(location: string) {
    await remove(location);
    const storage = await openStorage(location);
    const lost: string[] = [];
    storage.onLost = (detail) => lost.push(detail);
    await storage.put('key', BYTES);
    return { storage, lost };
  }

  it('because another page deletes it does not block that page, and the next call creates it again', async () => {
    const { storage, lost } = await openTold('tandem deleted');
    await remove('tandem deleted');
    expect(lost).toEqual([expect.stringContaining('another page')]);
    expect(await storage.get('key')).toBeNull();
    await storage.put('key', BYTES);
    expect(await storage.get('key')).toEqual(BYTES);
    storage.close();
    await remove('tandem deleted');
    expect(lost.length).toBe(1);
  });

  it('because site data is cleared is opened again, and pending writes are completed', async () => {
    const { storage, lost } = await openTold('tandem cleared');
    const clearing = cdp().send('Storage.clearDataForOrigin', { origin: location.origin, storageTypes: 'indexeddb' });
    const writing = Array.from({ length: 30 }, (_, i) => storage.put('during', Uint8Array.of(i)));
    await clearing;
    await Promise.all(writing);
    await storage.put('key', Uint8Array.of(9));
    expect(lost).toEqual([expect.stringContaining('browser')]);
    expect(await storage.get('key')).toEqual(Uint8Array.of(9));
    storage.close();
  });

  it('because of a newer version gives a typed error', async () => {
    const { storage, lost } = await openTold('tandem upgraded');
    await make('tandem upgraded', 2, []);
    expect(lost.length).toBe(1);
    await expect(storage.put('key', BYTES)).rejects.toMatchObject({ name: 'StorageError', code: 'newer' });
    storage.close();
    await remove('tandem upgraded');
  });
});

describe('an unavailable database', () => {
  afterEach(() => vi.unstubAllGlobals());

  it.each([
    { code: 'foreign', version: 1, stores: [] },
    { code: 'foreign', version: 1, stores: ['films'] },
    { code: 'newer', version: 7, stores: ['bytes'] },
  ])('is told as $code: version $version with stores $stores', async ({ code, version, stores }) => {
    await remove('tandem foreign');
    await make('tandem foreign', version, stores);
    const error = await openStorage('tandem foreign').catch((thrown: unknown) => thrown);
    expect(error).toMatchObject({ name: 'StorageError', code, operation: 'open tandem foreign', isForGood: true });
    expect((error as Error).cause).toBeInstanceOf(Error);
    await remove('tandem foreign'); // no page has it open
  });

  it('is reported as absent where a page has none', async () => {
    vi.stubGlobal('indexedDB', undefined);
    vi.stubGlobal('localStorage', undefined);
    const error = await openStorage('tandem tests').catch((thrown: unknown) => thrown);
    expect(error).toMatchObject({ name: 'StorageError', code: 'absent' });
    expect(String(error)).toContain('this page has no IndexedDB; this page has no localStorage');
  });

  it.each([
    { name: 'SecurityError', code: 'absent' },
    { name: 'InvalidStateError', code: 'absent' },
    { name: 'QuotaExceededError', code: 'full' },
    { name: 'UnknownError', code: 'failed' },
  ])('is told as $code where it answers $name', async ({ name, code }) => {
    vi.stubGlobal('indexedDB', {
      open: () => {
        throw new DOMException('no', name);
      },
    });
    const error = await openStorage('tandem tests', { localStorage: false }).catch((thrown: unknown) => thrown);
    expect(error).toMatchObject({ name: 'StorageError', code });
    if (code !== 'absent') expect(error).toMatchObject({ cause: { name } });
  });

  it('is reported as late when there is no answer, and is closed if it opens after all', async () => {
    vi.useFakeTimers();
    const opening = { result: { close: vi.fn(), objectStoreNames: { contains: () => true } }, onsuccess() {} };
    vi.stubGlobal('indexedDB', { open: () => opening });
    const opened = expect(openStorage('tandem tests')).rejects.toMatchObject({ name: 'StorageError', code: 'late' });
    await vi.runAllTimersAsync();
    vi.useRealTimers();
    await opened;
    opening.onsuccess();
    expect(opening.result.close).toHaveBeenCalledOnce();
  });
});
