import { mkdtempSync, readdirSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, describe, expect, test } from 'vitest';
import { openLocalStorage, type StorageArea } from '../../host-shim/browser/ports/local-storage.js';
import { openStorage as openFolder } from '../../host-shim/node/ports/storage.js';
import { openStorage as openMemory, type StorageFault, type StorageMemory } from '../../host-shim/sim/ports/storage.js';
import { storageConformance } from './storage-conformance.js';

const folder = mkdtempSync(join(tmpdir(), 'tandem-storage-'));
const memory: StorageMemory = new Map();

afterAll(() => rmSync(folder, { recursive: true }));

storageConformance('Node', () => openFolder(join(folder, 'made', 'when missing')));
storageConformance('the simulation', () => openMemory(memory));

/** As browsers have it: texts by key, with a quota of characters. */
class Area implements StorageArea {
  readonly texts = new Map<string, string>();

  constructor(readonly quota = Number.POSITIVE_INFINITY) {}

  get length(): number {
    return this.texts.size;
  }

  key = (index: number) => [...this.texts.keys()][index] ?? null;
  getItem = (key: string) => this.texts.get(key) ?? null;
  removeItem = (key: string) => void this.texts.delete(key);

  setItem(key: string, text: string): void {
    const others = [...this.texts].reduce((sum, [name, kept]) => sum + (name === key ? 0 : name.length + kept.length), 0);
    if (others + key.length + text.length > this.quota) throw new DOMException('the quota has been exceeded', 'QuotaExceededError');
    this.texts.set(key, text);
  }
}

const area = new Area();
storageConformance('localStorage', async () => openLocalStorage('a page', area));

describe('localStorage', () => {
  const codeOf = (call: Promise<unknown>) => call.then(() => 'done', String);

  test('keeps locations apart, and leaves what others have alone', async () => {
    const area = new Area();
    area.setItem('else', 'text');
    const [one, other] = [openLocalStorage('a', area), openLocalStorage('a/b', area)];
    await one.put('b/c', Uint8Array.of(1));
    await other.put('c', Uint8Array.of(2));
    expect(await one.get('b/c')).toEqual(Uint8Array.of(1));
    expect([...area.texts.keys()]).toEqual(['else', 'tandem/a/b/c', 'tandem/a%2Fb/c']);
    area.setItem('tandem/a%2Fb/c', '~ no Base64 ~');
    expect(await other.get('c')).toEqual(new Uint8Array(0));
  });

  test('has a budget for each location, also over what a former page has left there, and refuses what goes beyond it', async () => {
    const area = new Area();
    const budget = 1_000;
    await openLocalStorage('a', area, budget).put('old', new Uint8Array(600));
    const storage = openLocalStorage('a', area, budget);
    expect(await codeOf(storage.put('new', new Uint8Array(200)))).toBe(
      'StorageError: put new: full: 1092 characters in localStorage, of which a location may use 1000',
    );
    await storage.put('old', new Uint8Array(300));
    await storage.put('new', new Uint8Array(200));
    await storage.put('old', new Uint8Array(0));
    await storage.put('new', new Uint8Array(600));
    expect(await openLocalStorage('b', area, budget).put('new', new Uint8Array(600))).toBeUndefined();
  });

  test("says when the browser's quota refuses, and keeps what was there", async () => {
    const storage = openLocalStorage('a', new Area(500));
    await storage.put('key', Uint8Array.of(1));
    expect(await codeOf(storage.put('key', new Uint8Array(600)))).toMatch(/^StorageError: put key: full: the quota/);
    expect(await storage.get('key')).toEqual(Uint8Array.of(1));
  });

  test('is absent where it has no room at all, and full where others have used it', () => {
    expect(() => openLocalStorage('a', new Area(0))).toThrow('open a: absent');
    const full = new Area(10);
    full.setItem('else', 'text');
    expect(() => openLocalStorage('a', full)).toThrow('open a: full');
  });
});

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
  expect(await put({ kind: 'torn', bytes: 1, rest: 'old' }, 4, 5)).toEqual(['failed', 4, 2, 3]);
  expect(await put({ kind: 'torn', bytes: 1, rest: 'nothing' }, 6, 7)).toEqual(['failed', 6]);
});
