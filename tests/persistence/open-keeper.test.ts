/** What keeps states is loaded where something is kept, and only there. */
import { expect, test } from 'vitest';
import { openKeeper } from '../../actors/application/persistence/open-keeper.js';
import type { Host } from '../../actors/contract/host.js';
import type { Storage } from '../../actors/contract/storage.js';
import type { ChangeFeed } from '../../actors/supervisor/change-feed.js';
import type { Directory } from '../../actors/supervisor/directory.js';
import { PART_LOAD_DEADLINE_MS } from '../../protocol/limits.js';
import { VirtualTime } from '../supervisor/virtual-time.js';

const cause = new TypeError('Failed to fetch dynamically imported module');
const time = new VirtualTime();
const hostThat = (loaded: () => Promise<never>) => ({ loaded, timers: time }) as Partial<Host> as Host;
const offline = hostThat(() => Promise.reject(cause));
const stalled = hostThat(() => new Promise(() => {}));
const open = (actors: readonly { actor: string; fingerprint: string }[], storage: Storage | undefined, host = offline) =>
  openKeeper(host, storage, { actors, stored: 'newest' }, {} as Directory, {} as ChangeFeed);

test('where nothing is kept nothing is loaded, and an actor starts with the state that it left', async () => {
  const keeper = await open([{ actor: 'history', fingerprint: '1' }], undefined);
  expect(await open([], {} as Storage)).toBe(keeper);
  const left = new Uint8Array([1, 2]);
  const begun: unknown[] = [];
  await keeper.start('history', left, async (state) => void begun.push(state));
  expect([begun, keeper.statuses]).toEqual([[{ snapshot: left }], []]);
});

test('where it cannot be loaded, that is an error of storage with its cause', async () => {
  const opened = open([{ actor: 'history', fingerprint: '1' }], {} as Storage);
  await expect(opened).rejects.toMatchObject({ name: 'StorageError', code: 'failed', cause });
});

test('where it does not come, that is one, too', async () => {
  const opened = open([{ actor: 'history', fingerprint: '1' }], {} as Storage, stalled);
  const refused = expect(opened).rejects.toMatchObject({ name: 'StorageError', code: 'late', operation: 'load what keeps states' });
  await time.advance(PART_LOAD_DEADLINE_MS);
  await refused;
});
