/** Storage in a folder: one file a key. A put writes beside the file and renames, so that a crash leaves the old bytes or the new. */
import { randomUUID } from 'node:crypto';
import { mkdir, readFile, rename, rm, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import type { Storage } from '../../common/ports/storage.js';

/** Hexadecimal, so that any key is a file name on any file system. */
const fileName = (key: string): string => `${Buffer.from(key, 'utf8').toString('hex')}.bin`;

const isMissing = (error: unknown): boolean => (error as NodeJS.ErrnoException).code === 'ENOENT';

/** @param location folder, made when it is missing */
export async function openStorage(location: string): Promise<Storage> {
  await mkdir(location, { recursive: true });
  const path = (key: string) => join(location, fileName(key));
  return {
    async get(key) {
      try {
        return new Uint8Array(await readFile(path(key)));
      } catch (error) {
        if (isMissing(error)) return null;
        throw error;
      }
    },
    async put(key, bytes) {
      const beside = join(location, `${randomUUID()}.part`);
      await writeFile(beside, bytes);
      await rename(beside, path(key));
    },
    remove: (key) => rm(path(key), { force: true }),
    close() {},
  };
}
