/** Who keeps the states of persistent actors. Most applications keep none, and do not load what reads and writes them. */
import { type Host, loadedIn } from '../../contract/host.js';
import { type StateKeeper, StorageError } from '../../contract/storage.js';
import type { ChangeFeed } from '../../supervisor/change-feed.js';
import type { Directory } from '../../supervisor/directory.js';
import type { PersistentActors } from './persistence.js';

const KEEPS_NOTHING: StateKeeper = {
  statuses: [],
  start: (_actor, savedState, spawn) => spawn({ snapshot: savedState }),
  note() {},
  leave() {},
  hold() {},
  async flush() {},
};

/** @throws StorageError `failed` when what reads and writes states cannot be loaded */
export async function openKeeper(
  host: Host,
  persistent: PersistentActors,
  directory: Directory,
  changes: ChangeFeed,
): Promise<StateKeeper> {
  if (!persistent.storage || persistent.actors.length === 0) return KEEPS_NOTHING;
  const loading = loadedIn(host, import('./persistence.js'));
  const { Persistence } = await loading.catch((cause) => {
    throw new StorageError('failed', 'load what keeps states', { cause });
  });
  return new Persistence(persistent, host.timers, directory, changes);
}
