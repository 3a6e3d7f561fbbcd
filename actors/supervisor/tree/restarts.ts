/**
 * What a supervisor does when a child has ended: whether it is restarted, which others with it, when, and how often at most.
 *
 *   ended ─> restart kind ─> budget ─> backoff ─> the round: end those that go with it, in reverse order; start all of them, in order
 *                              ▲                      │ one of them does not start
 *                              └──────────────────────┘ and each attempt counts
 */
import { admitRestart, type RestartTimes } from '../intensity.js';
import type { Children, Entry, TreePlatform } from './children.js';
import { type Backoff, backoffMs, type Exit, isReset, type SupervisorFlags } from './specification.js';

/** The error of a supervisor that ended with an exhausted budget. `cause` is the end of the child that was one too many. */
export class ExhaustedError extends Error {
  override readonly name = 'ExhaustedError';
  constructor(
    readonly id: string,
    cause: unknown,
  ) {
    super(`restart budget exhausted by child ${id}`, { cause });
  }
}

/** What happens to the supervisor: undefined when it goes on. */
type Verdict = Exit | undefined;

/** The supervisor of the children. */
interface RestartOwner {
  /** Whether the supervisor is to end: then a round is broken off. */
  readonly isEnding: boolean;
  /** Whether somebody can restart what the supervisor leaves when its budget is exhausted. */
  readonly hasParent: boolean;
  /** Runs this after what is queued already, so that a restart that fails again and again holds nothing up. */
  enqueue(run: () => Promise<Verdict>): void;
}

export class Restarts {
  /** Restarts of all children together, unless each has a budget of its own. */
  times: RestartTimes = [];

  constructor(
    private readonly flags: SupervisorFlags,
    private readonly children: Children,
    private readonly platform: TreePlatform,
    private readonly owner: RestartOwner,
  ) {}

  async ended(entry: Entry, exit: Exit): Promise<Verdict> {
    entry.child = undefined;
    this.noteRun(entry);
    const { restart } = entry.specification;
    if (restart === 'permanent' || (restart === 'transient' && exit.reason === 'error')) return this.restart(entry, exit);
    this.children.drop(entry, 'finished');
    return this.autoShutdown(entry);
  }

  /** After a run that was long enough, backoff begins anew. */
  private noteRun(entry: Entry): void {
    const { backoff } = this.flags;
    const ranMs = (this.platform.clock.nowMicros() - entry.startedAt) / 1000;
    if (backoff && isReset(backoff, ranMs)) entry.restarts = 0;
  }

  private autoShutdown({ specification }: Entry): Verdict {
    const { autoShutdown } = this.flags;
    if (autoShutdown === 'never' || !specification.significant) return undefined;
    const othersLeft = this.children.all.some((other) => other.specification.significant && other.state !== 'down');
    return autoShutdown === 'any_significant' || !othersLeft ? { reason: 'shutdown' } : undefined;
  }

  /** @param cause the end of the incarnation, or why its restart failed */
  private async restart(entry: Entry, cause: unknown): Promise<Verdict> {
    if (!this.admit(entry)) return this.exhaust(entry, cause);
    const { backoff } = this.flags;
    entry.state = 'restarting';
    if (backoff) this.roundLater(entry, backoff);
    else await this.round(entry);
    return undefined;
  }

  /** Waits for the backoff. Children that will be restarted with it keep running until then. */
  private roundLater(entry: Entry, backoff: Backoff): void {
    const { platform } = this;
    const delayMs = backoffMs(backoff, entry.restarts++, platform.chance.next());
    const round = async () => {
      if (entry.timer === timer) await this.round(entry);
      return undefined;
    };
    const timer = platform.timers.set(delayMs, () => this.owner.enqueue(round));
    entry.timer = timer;
  }

  private admit(entry: Entry): boolean {
    if (entry.specification.budget?.take()) return true;
    const budget = this.flags.exhaustion === 'degrade' ? entry : this;
    const times = admitRestart(budget.times, this.platform.clock.nowMicros(), this.flags);
    if (times) budget.times = times;
    return times !== null;
  }

  private async exhaust(entry: Entry, cause: unknown): Promise<Verdict> {
    const { children, owner } = this;
    const degrades = this.flags.exhaustion === 'degrade';
    if (degrades || !owner.hasParent) children.drop(entry, 'exhausted');
    else children.letGo(entry);
    if (!degrades) return { reason: 'shutdown', detail: new ExhaustedError(entry.specification.id, cause) };
    await this.resume();
    return undefined;
  }

  /** Ends and starts the children that the strategy says. A child that is restarted alone holds nothing up. */
  private async round(entry: Entry): Promise<void> {
    const { children } = this;
    const { strategy } = this.flags;
    if (this.isAlone) {
      this.startAgain([entry]);
      return;
    }
    const group = strategy === 'one_for_all' ? children.all : children.all.slice(children.all.indexOf(entry));
    await this.takeDown(group);
    await this.startAgain(group.filter((member) => children.all.includes(member)));
  }

  /** Whether a child is restarted by itself. */
  private get isAlone(): boolean {
    return this.flags.strategy === 'one_for_one';
  }

  /** Whether a child would be restarted, alone and at once, if it crashed now. */
  wouldRestartAlone({ temporary, state, starting, times, specification }: Entry): boolean {
    if (!this.isAlone || this.flags.backoff || temporary || !(starting || state === 'running')) return false;
    const { budget } = specification;
    if (budget?.hasRoom !== undefined) return budget.hasRoom;
    const spent = this.flags.exhaustion === 'degrade' ? times : this.times;
    return admitRestart(spent, this.platform.clock.nowMicros(), this.flags) !== null;
  }

  /** Ends a group in reverse order. A temporary child is ended for good: it is not restarted, and its end counts for nothing. */
  private async takeDown(group: readonly Entry[]): Promise<void> {
    const { children } = this;
    for (const entry of [...group].reverse()) {
      const wasUp = entry.state !== 'down' || entry.takenDown;
      await children.end(entry, entry.temporary ? 'stop' : 'restart');
      if (entry.temporary) children.remove(entry);
      else entry.takenDown = wasUp || entry.takenDown;
    }
  }

  /** Starts a group in order, up to a child that does not start: that one is tried again, and those after it wait. */
  private async startAgain(group: readonly Entry[]): Promise<void> {
    const { children, owner } = this;
    for (const entry of group) {
      if (owner.isEnding) return;
      try {
        await children.start(entry);
      } catch (error) {
        this.tryAgain(entry, error);
        return;
      }
    }
  }

  /** Tries again after the commands that are queued already: one of them may cancel this. */
  private tryAgain(entry: Entry, cause: unknown): void {
    entry.state = 'restarting';
    const ticket = {};
    entry.ticket = ticket;
    this.owner.enqueue(async () => (entry.ticket === ticket ? this.restart(entry, cause) : undefined));
  }

  /** Starts the children that a round has taken down, once the child that held it up is not tried any more. */
  async resume(): Promise<void> {
    const { all } = this.children;
    if (all.some(({ state }) => state === 'restarting')) return;
    await this.startAgain(all.filter(({ takenDown }) => takenDown));
  }
}
