/**
 * Storage in a folder: one file per key. A put writes a temporary file, flushes, renames, and flushes the folder, so that a crash leaves the
 * old bytes or the new.
 *
 * The catch: there is one name of a temporary file per key, so that one left by a killed process is overwritten later. Puts of a key
 * therefore wait for each other.
 */
import { mkdir, open, readFile, rename, rm, stat } from 'node:fs/promises';
import { dirname, join, resolve } from 'node:path';
import { type Storage, StorageError } from '../../../actors/contract/storage.js';

/** Hexadecimal, so that any key is a file name on any file system. */
const nameOf = (key: string): string => Buffer.from(key, 'utf8').toString('hex');

const codeOf = (error: unknown): string | undefined => (error as NodeJS.ErrnoException).code;
const FULL: readonly (string | undefined)[] = ['ENOSPC', 'EDQUOT'];

function failure(operation: string, error: unknown): StorageError {
  return new StorageError(FULL.includes(codeOf(error)) ? 'full' : 'failed', operation, { cause: error });
}

class FolderStorage implements Storage {
  private closed = false;
  /** The last change of each key. */
  private readonly changes = new Map<string, Promise<void>>();

  constructor(private readonly folder: string) {}

  async get(key: string): Promise<Uint8Array | null> {
    this.assertOpen(`get ${key}`);
    await this.changes.get(key)?.catch(() => {});
    try {
      return new Uint8Array(await readFile(this.pathOf(key)));
    } catch (error) {
      if (codeOf(error) === 'ENOENT') return null;
      throw failure(`get ${key}`, error);
    }
  }

  async put(key: string, bytes: Uint8Array): Promise<void> {
    const own = bytes.slice();
    await this.change(key, `put ${key}`, () => this.replace(this.pathOf(key), own));
  }

  close(): void {
    this.closed = true;
  }

  private change(key: string, operation: string, run: () => Promise<void>): Promise<void> {
    this.assertOpen(operation);
    const before = this.changes.get(key) ?? Promise.resolve();
    const change = before
      .catch(() => {})
      .then(run)
      .catch((error: unknown) => {
        throw failure(operation, error);
      });
    this.changes.set(key, change);
    return change;
  }

  private async replace(path: string, bytes: Uint8Array): Promise<void> {
    const beside = `${path}.part`;
    try {
      await withFile(beside, 'w', async (file) => {
        await file.writeFile(bytes);
        await file.sync();
      });
      await rename(beside, path);
    } catch (error) {
      await rm(beside, { force: true }).catch(() => {}); // when the disk is full, half a file must not take room
      throw error;
    }
    await this.flushFolder();
  }

  /** A new name is durable when its folder is. Windows has no handle for folders, and renames durably enough without. */
  private async flushFolder(): Promise<void> {
    if (process.platform !== 'win32') await withFile(this.folder, 'r', (folder) => folder.sync());
  }

  private pathOf(key: string): string {
    return join(this.folder, `${nameOf(key)}.bin`);
  }

  private assertOpen(operation: string): void {
    if (this.closed) throw new StorageError('closed', operation);
  }
}

async function withFile(path: string, flags: string, use: (file: Awaited<ReturnType<typeof open>>) => Promise<void>): Promise<void> {
  const file = await open(path, flags);
  try {
    await use(file);
  } finally {
    await file.close();
  }
}

/** One folder at a time: where a file system has no new folders, as `/proc`, Node's own recursion does not end. */
async function makeFolder(path: string): Promise<void> {
  try {
    await mkdir(path);
  } catch (error) {
    if (await isFolder(path)) return;
    if (codeOf(error) !== 'ENOENT' || (await isFolder(dirname(path)))) throw error;
    await makeFolder(dirname(path));
    await makeFolder(path);
  }
}

const isFolder = async (path: string): Promise<boolean> =>
  stat(path).then(
    (found) => found.isDirectory(),
    () => false,
  );

/** @param location folder, which is created if missing @throws StorageError */
export async function openStorage(location: string): Promise<Storage> {
  try {
    await makeFolder(resolve(location));
  } catch (error) {
    throw failure(`open ${location}`, error);
  }
  return new FolderStorage(location);
}
