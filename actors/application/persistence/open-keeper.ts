/** Who keeps the states of persistent actors. Most applications keep none, and do not load what reads and writes them. */
import { PART_LOAD_DEADLINE_MS } from '../../../protocol/limits.js';
import { type Host, inTime, loadedIn } from '../../contract/host.js';
import { type StateKeeper, type Storage, StorageError } from '../../contract/storage.js';
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

/**
 * @param storage where the states of actors are kept; nowhere when not given
 * @throws StorageError `failed` when what reads and writes states cannot be loaded, `late` when that takes too long
 */
export async function openKeeper(
  host: Host,
  storage: Storage | undefined,
  persistent: PersistentActors,
  directory: Directory,
  changes: ChangeFeed,
): Promise<StateKeeper> {
  if (!storage || persistent.actors.length === 0) return KEEPS_NOTHING;
  const doing = 'load what keeps states';
  const loading = loadedIn(host, import('./persistence.js')).catch((cause) => {
    throw new StorageError('failed', doing, { cause });
  });
  const { Persistence } = await inTime(host.timers, PART_LOAD_DEADLINE_MS, loading, () => new StorageError('late', doing));
  return new Persistence(storage, persistent, host.timers, directory, changes);
}
