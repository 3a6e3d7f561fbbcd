/**
 * The children of one supervisor in the order of their start, and how they are started and ended.
 *
 * The catch: an incarnation may end while the supervisor is busy. Its `Child` says which one ended, so that a late notice, which comes
 * when another incarnation runs, is recognized.
 */
import type { Random } from '../../../bus/random.js';
import type { Clock, Timers } from '../../contract/host.js';
import type { RestartTimes } from '../intensity.js';
import type { Child, ChildSpecification, DropReason, Exit, Purpose } from './specification.js';

/** Clock, timers and chance: a supervisor has none of its own. */
export interface TreePlatform {
  readonly clock: Clock;
  readonly timers: Timers;
  readonly chance: Pick<Random, 'next'>;
}

/** restarting: it starts, or will be tried again. down: it will not be started without a command, or before its turn. */
type ChildState = 'running' | 'restarting' | 'down';

/** One child: its specification, and its present incarnation if it has one. */
export class Entry {
  state: ChildState = 'down';
  child: Child | undefined;
  startedAt = 0;
  /** Restarts without a long enough run between them: backoff counts them. */
  restarts = 0;
  /** Times that its own budget counts, where it has one. */
  times: RestartTimes = [];
  /** True when a restart of others has ended it and has not started it again yet. */
  takenDown = false;
  /** The start under way; never rejects. */
  starting: Promise<unknown> | undefined;
  /** Timer of the restart that waits for its time. */
  timer: unknown;
  /** Identifies the attempt that waits for its turn. */
  ticket: unknown;

  constructor(readonly specification: ChildSpecification) {}

  get temporary(): boolean {
    return this.specification.restart === 'temporary';
  }
}

export class Children {
  all: readonly Entry[];

  constructor(
    specifications: readonly ChildSpecification[],
    private readonly platform: TreePlatform,
    private readonly onEnded: (entry: Entry, child: Child, exit: Exit) => void,
  ) {
    this.all = specifications.map((specification) => new Entry(specification));
  }

  find(id: string): Entry | undefined {
    return this.all.find(({ specification }) => specification.id === id);
  }

  remove(entry: Entry): void {
    this.all = this.all.filter((other) => other !== entry);
  }

  /** @throws the error of its start, which leaves the child down */
  start(entry: Entry): Promise<Child | null> {
    this.calm(entry);
    entry.state = 'restarting';
    const start = this.launch(entry);
    entry.starting = start.catch(() => {});
    return start;
  }

  private async launch(entry: Entry): Promise<Child | null> {
    try {
      const child = await entry.specification.start();
      entry.takenDown = false;
      entry.state = child ? 'running' : 'down';
      if (child) this.welcome(entry, child);
      else if (entry.temporary) this.remove(entry);
      return child;
    } catch (error) {
      entry.state = 'down';
      throw error;
    } finally {
      entry.starting = undefined;
    }
  }

  private welcome(entry: Entry, child: Child): void {
    entry.child = child;
    entry.startedAt = this.platform.clock.nowMicros();
    child.ended.then((exit) => this.onEnded(entry, child, exit));
  }

  /** Resolves when the child is down. Whatever waits to start it again is cancelled. */
  async end(entry: Entry, purpose: Purpose): Promise<void> {
    await entry.starting;
    const { child } = entry;
    child?.shutdown(purpose);
    await child?.ended;
    this.calm(entry);
    if (purpose === 'restart') return;
    entry.takenDown = false;
    entry.specification.dropped('shutdown');
  }

  /** Ends all in reverse order. */
  async endAll(purpose: Purpose): Promise<void> {
    for (const entry of [...this.all].reverse()) await this.end(entry, purpose);
  }

  /** Marks it as down, and cancels whatever waits to start it. */
  private calm(entry: Entry): void {
    this.platform.timers.clear(entry.timer);
    entry.timer = undefined;
    entry.ticket = undefined;
    entry.child = undefined;
    entry.state = 'down';
  }

  /** Called when it has ended: it is down, or forgotten if temporary. */
  letGo(entry: Entry): void {
    this.calm(entry);
    entry.takenDown = false;
    if (entry.temporary) this.remove(entry);
  }

  /** Does the same when nobody will start it again without a command. */
  drop(entry: Entry, reason: DropReason): void {
    this.letGo(entry);
    entry.specification.dropped(reason);
  }
}
