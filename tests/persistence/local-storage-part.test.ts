/** What stores in localStorage is loaded where there is no IndexedDB. */
import { expect, test, vi } from 'vitest';
import { openStorage } from '../../host-shim/browser/ports/storage.js';

vi.mock('../../host-shim/browser/ports/local-storage.js', () => Promise.reject(new TypeError('offline')));

test('where it cannot be loaded, a page may store all the same: the error is not one for good', async () => {
  vi.stubGlobal('localStorage', {});
  const opened = openStorage('tv', { indexedDB: false });
  await expect(opened).rejects.toMatchObject({ name: 'StorageError', code: 'failed', isForGood: false });
  vi.unstubAllGlobals();
});
