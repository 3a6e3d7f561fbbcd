/** The contract of storage on every host. */
import { describe, expect, it } from 'vitest';
import { type Storage, StorageError } from '../../actors/contract/storage.js';

const BYTES = Uint8Array.from({ length: 70_000 }, (_, index) => index * 31);
/** Any text is a key. */
const KEY = 'a/key: with ~ all sorts — ✓';

/** Compares by itself: the matcher takes seconds for so many. */
const isSame = (one: Uint8Array | null, other: Uint8Array): boolean =>
  one?.length === other.length && one.every((byte, i) => byte === other[i]);

export function storageConformance(name: string, open: () => Promise<Storage>): void {
  describe(`storage of ${name}`, () => {
    it('keeps what was put for the next one to open it', async () => {
      const first = await open();
      await first.put(KEY, BYTES);
      await first.put('another', new Uint8Array(0));
      first.close();
      const second = await open();
      expect(isSame(await second.get(KEY), BYTES)).toBe(true);
      expect(await second.get('another')).toEqual(new Uint8Array(0));
      await second.put(KEY, BYTES.subarray(1));
      expect(isSame(await second.get(KEY), BYTES.subarray(1))).toBe(true);
      second.close();
    });

    it('has nothing under a key that was never put', async () => {
      const storage = await open();
      expect(await storage.get('never')).toBeNull();
      storage.close();
    });

    it('keeps copies of bytes', async () => {
      const storage = await open();
      const draft = BYTES.slice(0, 100);
      const put = storage.put(KEY, draft.subarray(10));
      draft.fill(0);
      await put;
      (await storage.get(KEY))?.fill(0);
      expect(await storage.get(KEY)).toEqual(BYTES.slice(10, 100));
      storage.close();
    });

    it('carries out overlapping puts of a key in their order', async () => {
      const storage = await open();
      await Promise.all(Array.from({ length: 20 }, (_, i) => storage.put(KEY, Uint8Array.of(i))));
      expect(await storage.get(KEY)).toEqual(Uint8Array.of(19));
      storage.close();
    });

    it('answers with a typed error once closed', async () => {
      const storage = await open();
      storage.close();
      for (const call of [() => storage.get(KEY), () => storage.put(KEY, BYTES)]) {
        const error = await call().catch((thrown: unknown) => thrown);
        expect(error).toBeInstanceOf(StorageError);
        expect(error).toMatchObject({ code: 'closed' });
      }
    });
  });
}
