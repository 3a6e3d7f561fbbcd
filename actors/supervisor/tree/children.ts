/**
 * The children of one supervisor in the order of their start, and how they are started and ended.
 *
 * The catch: an incarnation may end while the supervisor is busy. What ended is told by its `Child`, so that an end that is heard of late, when
 * another incarnation runs, is known as such.
 */
import type { Timers } from '../../contract/host.js';
import type { RestartTimes } from '../intensity.js';
import { type Child, type Exit, endChild, type Purpose } from './child.js';
import { ChildStartError } from './errors.js';
import type { ChildSpecification, DropReason } from './specification.js';

/** Clock, timers and chance: a supervisor has none of its own. */
export interface TreePlatform {
  readonly timers: Timers;
  nowMicros(): number;
  /** From 0 to 1. */
  random(): number;
}

/** restarting: it starts, or will be tried again. down: it will not be started without an order, or before its turn. */
export type ChildState = 'running' | 'restarting' | 'down';

/** One child: its specification, and its present incarnation if it has one. */
export class Entry {
  state: ChildState = 'down';
  child: Child | undefined;
  startedAt = 0;
  /** Restarts without a run between them that was long enough: what backoff counts. */
  restarts = 0;
  /** Of its own budget, where it has one. */
  times: RestartTimes = [];
  /** A restart of others has ended it, and has not come to start it again. */
  takenDown = false;
  /** The start in hand; never rejects. */
  starting: Promise<unknown> | undefined;
  /** Of the restart that waits for its time. */
  timer: unknown;
  /** Of the try that waits for its turn. */
  ticket: unknown;

  constructor(readonly specification: ChildSpecification) {}

  get temporary(): boolean {
    return this.specification.restart === 'temporary';
  }
}

export class Children {
  private list: readonly Entry[] = [];
  private killed = false;
  /** Of the starts in hand. */
  private readonly giveUps = new Set<() => void>();

  constructor(
    private readonly platform: TreePlatform,
    private readonly onEnded: (entry: Entry, child: Child, exit: Exit) => void,
  ) {}

  get all(): readonly Entry[] {
    return this.list;
  }

  find(id: string): Entry | undefined {
    return this.list.find(({ specification }) => specification.id === id);
  }

  add(entry: Entry): void {
    this.list = [...this.list, entry];
  }

  remove(entry: Entry): void {
    this.list = this.list.filter((other) => other !== entry);
  }

  from(first: Entry): readonly Entry[] {
    return this.list.slice(this.list.indexOf(first));
  }

  /** @throws ChildStartError, which leaves it down */
  start(entry: Entry): Promise<Child | null> {
    this.calm(entry);
    entry.state = 'restarting';
    const start = this.launch(entry);
    entry.starting = start.catch(() => {});
    return start;
  }

  private async launch(entry: Entry): Promise<Child | null> {
    try {
      const child = await this.unlessKilled(entry);
      entry.takenDown = false;
      entry.state = child ? 'running' : 'down';
      if (child) this.welcome(entry, child);
      return child;
    } catch (error) {
      entry.state = 'down';
      throw new ChildStartError(entry.specification.id, error);
    } finally {
      entry.starting = undefined;
    }
  }

  private welcome(entry: Entry, child: Child): void {
    entry.child = child;
    entry.startedAt = this.platform.nowMicros();
    child.ended.then((exit) => this.onEnded(entry, child, exit));
    if (this.killed) child.kill();
  }

  /** A start that never comes to an end does not keep a supervisor that is killed; what it starts in the end is killed in turn. */
  private async unlessKilled(entry: Entry): Promise<Child | null> {
    const start = (async () => entry.specification.start())();
    let giveUp = () => {};
    const givenUp = new Promise<null>((resolve) => {
      giveUp = () => resolve(null);
    });
    this.giveUps.add(giveUp);
    const child = await Promise.race([start, givenUp]).finally(() => this.giveUps.delete(giveUp));
    if (!child && this.killed) start.then((late) => late?.kill()).catch(() => {});
    return child;
  }

  /** Resolves when it is down. An order that waits to start it again is void. */
  async end(entry: Entry, purpose: Purpose): Promise<void> {
    await entry.starting;
    const { child, specification } = entry;
    const { shutdown } = specification;
    if (child) await endChild(child, { shutdown: this.killed ? 'brutal' : shutdown, purpose, timers: this.platform.timers });
    this.calm(entry);
    if (purpose === 'restart') return;
    entry.takenDown = false;
    specification.dropped?.('shutdown');
  }

  /** In reverse order. */
  async endAll(entries: readonly Entry[], purpose: Purpose): Promise<void> {
    for (const entry of [...entries].reverse()) await this.end(entry, purpose);
  }

  /** It is down, and nothing waits to start it. */
  private calm(entry: Entry): void {
    this.platform.timers.clear(entry.timer);
    entry.timer = undefined;
    entry.ticket = undefined;
    entry.child = undefined;
    entry.state = 'down';
  }

  /** It has ended, and is down or forgotten. */
  letGo(entry: Entry): void {
    this.calm(entry);
    entry.takenDown = false;
    if (entry.temporary) this.remove(entry);
  }

  /** The same, and nobody else will start it again by himself. */
  drop(entry: Entry, reason: DropReason): void {
    this.letGo(entry);
    entry.specification.dropped?.(reason);
  }

  /** Ends every incarnation at once, also one that is about to come up. */
  kill(): void {
    this.killed = true;
    for (const giveUp of this.giveUps) giveUp();
    for (const { child } of this.list) child?.kill();
  }
}
