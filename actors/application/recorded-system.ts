import type { Host } from '../contract/host.js';
import type { StateKeeper } from '../contract/storage.js';
import type { ChangeFeed } from '../supervisor/change-feed.js';
import type { Directory } from '../supervisor/directory.js';
import type { SupervisionOptions } from '../supervisor/supervision.js';
import type { Tracing } from '../supervisor/trace/tracing.js';

/** What a recording needs of its system. */
export interface RecordedSystem {
  readonly host: Host;
  readonly directory: Directory;
  readonly tracing: Tracing;
  readonly changes: ChangeFeed;
  readonly persistence: Pick<StateKeeper, 'statuses'>;
  readonly supervision: SupervisionOptions;
}
