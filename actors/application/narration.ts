/**
 * Tells a host's console what goes wrong. What finds the words is loaded meanwhile, and only for a host that has a console: a start does not wait for it before it
 * has done all else. Changes before that are kept, and told in their order.
 */
import { CONTROL_DEADLINE_MS } from '../../protocol/limits.js';
import { type Host, inTime, loadedIn } from '../contract/host.js';
import { reasonOf } from '../contract/thrown.js';
import type { ChangeFeed, SystemChange } from '../supervisor/change-feed.js';

/** Changes that are kept: a start has fewer than a hundred. */
const KEPT_MAX = 1_000;

class Narration {
  private readonly kept: SystemChange[] = [];
  private leftOut = 0;
  private tell = (change: SystemChange): void => this.keep(change);

  constructor(
    private readonly host: Pick<Host, 'clock' | 'loaded'>,
    private readonly warn: (line: string) => void,
  ) {}

  readonly hear = (change: SystemChange): void => this.tell(change);

  private keep(change: SystemChange): void {
    if (this.kept.length < KEPT_MAX) this.kept.push(change);
    else this.leftOut++;
  }

  /** Never rejects. */
  async load(): Promise<void> {
    const { host, warn, kept } = this;
    try {
      const { Narrator } = await loadedIn(host, import('./narrator.js'));
      this.tell = new Narrator(warn, host.clock).hear;
      for (const change of kept.splice(0)) this.tell(change);
      if (this.leftOut > 0) warn(`tandem: ${this.leftOut} changes were left out`);
    } catch (error) {
      this.tell = () => {};
      kept.length = 0;
      warn(`tandem: failures are not told here: ${reasonOf(error)}`);
    }
  }
}

/** Resolves when changes are told as they come, or will not be, or are kept until what is slow to load has come. Never rejects. */
export async function narrate(host: Pick<Host, 'clock' | 'loaded' | 'timers' | 'warn'>, changes: ChangeFeed): Promise<void> {
  const { warn, timers } = host;
  if (!warn) return;
  const narration = new Narration(host, warn);
  changes.onChange(narration.hear);
  const late = () => new Error(`not loaded in ${CONTROL_DEADLINE_MS} ms`);
  await inTime(timers, CONTROL_DEADLINE_MS, narration.load(), late).catch((error) =>
    warn(`tandem: failures are told here later: ${reasonOf(error)}`),
  );
}
