/**
 * A supervisor as in OTP, and so a child of another supervisor: it starts its children in order, restarts those that end as its flags
 * say, and ends them in reverse order.
 *
 *   const root = await new TreeSupervisor({ flags, children: [worker, supervisor] }, platform, false).start();
 *   await root.stop();
 *
 *   starting ──> idle ⇄ busy ──> ending ──> ended        a child that does not start ends those before it, and the supervisor
 *
 * It takes one thing after another, in order of arrival, as a process its messages: the end of a child, an attempt to restart it, a command.
 *
 * The catch: a command waits while a child starts. Ending the supervisor is no command: it comes before those that wait, which are refused.
 */
import { Children, type Entry, type TreePlatform } from './children.js';
import { Restarts } from './restarts.js';
import type { Child, DropReason, Exit, Purpose, SupervisorSpecification } from './specification.js';

/** running, restarting: the child is, which does not fit the command. not_found: there is no such child. ended: the supervisor has. */
export type OrderFailure = 'running' | 'restarting' | 'not_found' | 'ended';

/** A command that cannot be carried out; nothing was done. */
export class OrderError extends Error {
  override readonly name = 'OrderError';
  constructor(readonly code: OrderFailure) {
    super(code);
  }
}

/** Why and how a supervisor ends. */
interface Ending {
  readonly exit: Exit;
  readonly purpose: Purpose;
}

interface QueueItem {
  /** @returns why the supervisor ends, if it comes to that. Never rejects */
  run(): Promise<Exit | undefined>;
  /** Called when the supervisor has ended before this item's turn. */
  refuse(): void;
}

export class TreeSupervisor implements Child {
  readonly ended: Promise<Exit>;
  private readonly children: Children;
  private readonly restarts: Restarts;
  private readonly queue: QueueItem[] = [];
  private isBusy = true;
  private isOver = false;
  private ending: Ending | undefined;
  private noteEnded: (exit: Exit) => void = () => {};

  /** @param onEnding called once, when it begins to end, before any of its children ends */
  constructor(
    { flags, children }: SupervisorSpecification,
    platform: TreePlatform,
    /** False for a root. */
    readonly hasParent: boolean,
    private readonly onEnding: (exit: Exit) => void = () => {},
  ) {
    this.children = new Children(children, platform, (entry, child, exit) =>
      this.enqueue(async () => (entry.child === child ? this.restarts.ended(entry, exit) : undefined)),
    );
    this.restarts = new Restarts(flags, this.children, platform, this);
    this.ended = new Promise((resolve) => {
      this.noteEnded = resolve;
    });
  }

  get isEnding(): boolean {
    return this.ending !== undefined;
  }

  /** @returns itself. @throws the error of the first child that did not start: then nothing is left running */
  async start(): Promise<this> {
    try {
      for (const entry of this.children.all) await this.children.start(entry);
    } catch (error) {
      await this.end({ exit: { reason: 'error', detail: error }, purpose: 'stop' });
      throw error;
    }
    this.isBusy = false;
    void this.work();
    return this;
  }

  private async work(): Promise<void> {
    if (this.isBusy) return;
    this.isBusy = true;
    while (!this.ending) {
      const item = this.queue.shift();
      if (!item) {
        this.isBusy = false;
        return;
      }
      const exit = await item.run();
      if (exit) this.ending ??= { exit, purpose: this.hasParent ? 'restart' : 'stop' };
    }
    this.onEnding(this.ending.exit);
    await this.end(this.ending);
  }

  private async end(ending: Ending): Promise<void> {
    this.ending = ending;
    this.isOver = true;
    for (const item of this.queue.splice(0)) item.refuse();
    await this.children.endAll(ending.purpose);
    this.noteEnded(ending.exit);
  }

  /** Ends all children in reverse order of their start, then itself. */
  async stop(): Promise<Exit> {
    this.shutdown('stop');
    return this.ended;
  }

  shutdown(purpose: Purpose): void {
    this.ending ??= { exit: { reason: 'shutdown' }, purpose };
    void this.work();
  }

  /** Ends a child. It stays down until it is started. @throws OrderError */
  terminateChild(id: string): Promise<void> {
    return this.command(async () => {
      const entry = this.find(id);
      await this.children.end(entry, 'stop');
      if (entry.temporary) this.children.remove(entry);
      return this.restarts.resume();
    });
  }

  /** Starts a child that is down, with a new budget if it has its own. @throws the error of its start, which leaves it down; OrderError */
  async restartChild(id: string): Promise<Child | null> {
    const { started } = await this.command(async () => {
      const entry = this.find(id);
      if (entry.state !== 'down') throw new OrderError(entry.state);
      entry.times = [];
      return { started: this.children.start(entry) }; // other commands need not wait for it
    });
    return started;
  }

  /** Whether a child would be restarted alone and at once if it crashed now. */
  wouldRestartAlone(id: string): boolean {
    const entry = this.children.find(id);
    return entry !== undefined && !this.isEnding && this.restarts.wouldRestartAlone(entry);
  }

  /** @throws OrderError `not_found` */
  private find(id: string): Entry {
    const entry = this.children.find(id);
    if (!entry) throw new OrderError('not_found');
    return entry;
  }

  /** Tells the supervisor that its parent will not start it again. */
  drop(reason: DropReason): void {
    for (const { specification } of this.children.all) specification.dropped(reason);
  }

  /** Runs this after what is queued already, so that a restart that fails again and again holds nothing up. */
  enqueue(run: QueueItem['run'], refuse: QueueItem['refuse'] = () => {}): void {
    if (this.isOver) {
      refuse();
      return;
    }
    this.queue.push({ run, refuse });
    void this.work();
  }

  /** Queues a command for whose result somebody waits. */
  private command<T>(run: () => Promise<T>): Promise<T> {
    return new Promise((resolve, reject) =>
      this.enqueue(
        async () => {
          await run().then(resolve, reject);
          return undefined;
        },
        () => reject(new OrderError('ended')),
      ),
    );
  }
}
