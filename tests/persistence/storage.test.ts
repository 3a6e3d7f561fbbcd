import { mkdtempSync, readdirSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, expect, test } from 'vitest';
import { openStorage as openFolder } from '../../host-shim/node/ports/storage.js';
import { openStorage as openMemory, type StorageFault, type StorageMemory } from '../../host-shim/sim/ports/storage.js';
import { storageConformance } from './storage-conformance.js';

const folder = mkdtempSync(join(tmpdir(), 'tandem-storage-'));
const memory: StorageMemory = new Map();

afterAll(() => rmSync(folder, { recursive: true }));

storageConformance('Node', () => openFolder(join(folder, 'made', 'when missing')));
storageConformance('the simulation', () => openMemory(memory));

test('a put that was cut short by the end of the process leaves nothing permanent', async () => {
  const location = join(folder, 'killed');
  const storage = await openFolder(location);
  await storage.put('key', Uint8Array.of(1));
  const [file] = readdirSync(location);
  writeFileSync(join(location, `${file}.part`), 'half of what was to be');
  expect(await storage.get('key')).toEqual(Uint8Array.of(1));
  await storage.put('key', Uint8Array.of(2));
  expect(readdirSync(location)).toEqual([file]);
});

test('an impossible folder is a typed error', async () => {
  const file = join(folder, 'a file');
  writeFileSync(file, '');
  await expect(openFolder(join(file, 'below'))).rejects.toMatchObject({ name: 'StorageError', code: 'failed' });
  if (process.platform === 'linux')
    await expect(openFolder('/proc/no/folder')).rejects.toMatchObject({ name: 'StorageError', code: 'failed' });
  const storage = await openFolder(join(folder, 'taken away'));
  rmSync(join(folder, 'taken away'), { recursive: true });
  await expect(storage.put('key', Uint8Array.of(1))).rejects.toMatchObject({ name: 'StorageError', code: 'failed', operation: 'put key' });
});

test('the simulation fails, loses and tears writes as it is told', async () => {
  const location: StorageMemory = new Map();
  let fault: StorageFault | null = null;
  const storage = await openMemory(location, { fault: () => fault });
  const put = async (next: StorageFault | null, ...bytes: number[]) => {
    fault = next;
    const told = await storage.put('key', Uint8Array.from(bytes)).then(
      () => 'done',
      ({ code }) => code,
    );
    return [told, ...(location.get('key') ?? [])];
  };
  expect(await put(null, 1, 2, 3)).toEqual(['done', 1, 2, 3]);
  expect(await put({ kind: 'failed' }, 4)).toEqual(['failed', 1, 2, 3]);
  expect(await put({ kind: 'lost' }, 4)).toEqual(['done', 1, 2, 3]);
  expect(await put({ kind: 'torn', bytes: 1, behind: 'old' }, 4, 5)).toEqual(['failed', 4, 2, 3]);
  expect(await put({ kind: 'torn', bytes: 1, behind: 'nothing' }, 6, 7)).toEqual(['failed', 6]);
});
