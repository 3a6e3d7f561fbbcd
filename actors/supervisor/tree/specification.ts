/**
 * What a supervisor has to do: its flags and its children. The words are those of OTP's `supervisor`.
 */
import { checkIntensity, type Intensity } from '../intensity.js';

/** OTP's exit reasons. Of these only `error` is abnormal. */
export type ExitReason = 'normal' | 'shutdown' | 'error';

export interface Exit {
  readonly reason: ExitReason;
  /** The error, or what else the child said. */
  readonly detail?: unknown;
}

/** Whether a child is ended for a restart or for good. */
export type Purpose = 'restart' | 'stop';

/** One incarnation of a child. */
export interface Child {
  /** Resolves once, when it is gone, for whatever reason. Never rejects. */
  readonly ended: Promise<Exit>;
  /** Asks it to end, which it does within a bound of its own: the next incarnation must not start beside it. */
  shutdown(purpose: Purpose): void;
}

/**
 * one_for_one: a child that ends is restarted alone. one_for_all: with all the others. rest_for_one: with those that started after it.
 */
export type Strategy = 'one_for_one' | 'one_for_all' | 'rest_for_one';

/**
 * permanent: restarted whenever it ends. transient: restarted when it crashes, not when it has finished. temporary: never restarted, and
 * forgotten once it has ended.
 */
export type RestartKind = 'permanent' | 'transient' | 'temporary';

/** Whether the supervisor ends itself when significant children have ended by themselves and are not restarted. */
export type AutoShutdown = 'never' | 'any_significant' | 'all_significant';

/**
 * What an exhausted budget means. escalate: the supervisor ends its children and itself, and its parent decides, as in OTP. degrade: the
 * offender stays down and the others go on. So each child has a budget of its own: no child pays for what another has spent.
 */
export type Exhaustion = 'escalate' | 'degrade';

/**
 * How long to wait before a restart, as in Pekko's backoff supervisor: twice as long each time, up to a maximum, plus a random part, so
 * that what failed together does not come back together. A child that has run for a while begins again with the shortest delay.
 */
export interface Backoff {
  readonly minMs: number;
  readonly maxMs: number;
  /** The largest random part, relative to the delay, 0 to 1. It is also added to `maxMs`. */
  readonly randomFactor: number;
  /** After a run as long as this, the count begins anew; `minMs` when not given. */
  readonly resetAfterMs?: number;
}

export interface SupervisorFlags extends Intensity {
  readonly strategy: Strategy;
  readonly autoShutdown: AutoShutdown;
  readonly exhaustion: Exhaustion;
  /** Time between the end of a child and its restart; none when not given. */
  readonly backoff?: Backoff;
}

export interface ChildSpecification {
  /** Unique in its supervisor. */
  readonly id: string;
  /** @returns null when there is nothing to start: the child is down, and that is no failure */
  readonly start: () => Promise<Child | null>;
  readonly restart: RestartKind;
  readonly significant: boolean;
  /**
   * Called when the child is down and its supervisor will not start it again by itself: what is kept for a restart can go. It may be called
   * again.
   */
  readonly dropped: (reason: DropReason) => void;
  /** Counts restarts of the child before the supervisor does. */
  readonly budget?: OwnBudget;
}

/** A child's own budget of restarts, besides that of its supervisor, which counts the restarts that this one does not. */
export interface OwnBudget {
  /** @returns false when the supervisor has to count this restart */
  take(): boolean;
  /** Whether this budget would count a restart, and the restart would be nothing more; undefined when the supervisor has to count it. */
  readonly hasRoom: boolean | undefined;
}

/**
 * finished: it ended by itself, as its restart kind allows. exhausted: its budget is. shutdown: its supervisor, or its parent, ended for
 * good.
 */
export type DropReason = 'finished' | 'exhausted' | 'shutdown';

export interface SupervisorSpecification {
  readonly flags: SupervisorFlags;
  /** In the order of their start. */
  readonly children: readonly ChildSpecification[];
}

/** A flag or a specification makes no sense; nothing was done. */
export class SpecificationError extends Error {
  override readonly name = 'SpecificationError';
  constructor(
    /** For example `intensity` or `backoff.minMs`. */
    readonly field: string,
    readonly value: unknown,
  ) {
    super(`bad ${field}: ${typeof value === 'object' ? Object.prototype.toString.call(value) : String(value)}`);
  }
}

const STRATEGIES: readonly Strategy[] = ['one_for_one', 'one_for_all', 'rest_for_one'];
const RESTART_KINDS: readonly RestartKind[] = ['permanent', 'transient', 'temporary'];
const AUTO_SHUTDOWNS: readonly AutoShutdown[] = ['never', 'any_significant', 'all_significant'];

const requireThat = (field: string, value: unknown, valid: boolean): void => {
  if (!valid) throw new SpecificationError(field, value);
};

/** Checks what an application has chosen. @throws SpecificationError that names the field */
export function checkSpecification({ flags, children }: SupervisorSpecification): void {
  const { strategy, autoShutdown, backoff } = flags;
  requireThat('strategy', strategy, STRATEGIES.includes(strategy));
  checkIntensity(flags, (field, value) => new SpecificationError(field, value));
  requireThat('autoShutdown', autoShutdown, AUTO_SHUTDOWNS.includes(autoShutdown));
  if (backoff) checkBackoff(backoff);
  for (const { id, restart, significant } of children) {
    requireThat('id', id, typeof id === 'string');
    requireThat('restart', restart, RESTART_KINDS.includes(restart));
    requireThat('significant', significant, typeof significant === 'boolean');
    // It would never end for good, or its end would never matter.
    requireThat('significant', significant, !significant || (restart !== 'permanent' && autoShutdown !== 'never'));
  }
}

function checkBackoff({ minMs, maxMs, randomFactor, resetAfterMs }: Backoff): void {
  requireThat('backoff.minMs', minMs, minMs > 0 && Number.isFinite(minMs));
  requireThat('backoff.maxMs', maxMs, maxMs >= minMs && Number.isFinite(maxMs));
  requireThat('backoff.randomFactor', randomFactor, randomFactor >= 0 && randomFactor <= 1);
  requireThat('backoff.resetAfterMs', resetAfterMs, resetAfterMs === undefined || resetAfterMs > 0);
}

/**
 * @param restarts number of restarts before this one, without a run between them that was long enough
 * @param chance from 0 to 1
 */
export const backoffMs = ({ minMs, maxMs, randomFactor }: Backoff, restarts: number, chance: number): number =>
  Math.min(maxMs, minMs * 2 ** restarts) * (1 + chance * randomFactor);

export const isReset = ({ minMs, resetAfterMs = minMs }: Backoff, ranMs: number): boolean => ranMs >= resetAfterMs;
