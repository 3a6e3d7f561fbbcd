import type { StateKeeper } from '../contract/storage.js';
import type { ChangeFeed } from './change-feed.js';
import type { Directory } from './directory.js';
import type { Tracing } from './trace/tracing.js';

/** What the supervisor shares with those who watch: where everything is, what is reported about it, and what is kept. */
export interface SupervisedState {
  readonly directory: Directory;
  readonly changes: ChangeFeed;
  readonly persistence: StateKeeper;
  readonly tracing: Tracing;
}
