/**
 * What a supervisor has to do: its flags and the specifications of its children, checked before anything starts. The words are those
 * of OTP's `supervisor`, and so are the defaults, except for the budget, which is the one of the whole project.
 */
import { checkIntensity, INTENSITY_DEFAULT, type Intensity } from '../intensity.js';
import type { Child, Shutdown } from './child.js';
import { SpecificationError } from './errors.js';

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
  readonly shutdown: Shutdown;
  readonly type: 'worker' | 'supervisor';
  /**
   * Called when the child is down and its supervisor will not start it again by itself: what is kept for a restart can go. It may be called
   * again.
   */
  readonly dropped?: (reason: DropReason) => void;
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

export type ChildSpecificationInput = Pick<ChildSpecification, 'id' | 'start'> & Partial<ChildSpecification>;

/** What a supervisor starts with. */
export interface SupervisorSpecification {
  readonly flags?: Partial<SupervisorFlags>;
  /** In the order of their start. */
  readonly children: readonly ChildSpecificationInput[];
}

/** The same, complete and checked. */
export interface CheckedSpecification {
  readonly flags: SupervisorFlags;
  readonly children: readonly ChildSpecification[];
}

/** A worker that has not ended by then counts as hanging; OTP's default. */
const SHUTDOWN_DEFAULT_MS = 5_000;

const STRATEGIES: readonly Strategy[] = ['one_for_one', 'one_for_all', 'rest_for_one'];
const RESTART_KINDS: readonly RestartKind[] = ['permanent', 'transient', 'temporary'];
const AUTO_SHUTDOWNS: readonly AutoShutdown[] = ['never', 'any_significant', 'all_significant'];
const EXHAUSTIONS: readonly Exhaustion[] = ['escalate', 'degrade'];

const requireThat = (field: string, value: unknown, valid: boolean): void => {
  if (!valid) throw new SpecificationError(field, value);
};

/** @throws SpecificationError that names the field. Unknown fields are ignored. */
export function checkSpecification(specification: SupervisorSpecification): CheckedSpecification {
  requireThat('specification', specification, typeof specification === 'object' && specification !== null);
  const flags = checkFlags(specification.flags ?? {});
  requireThat('children', specification.children, Array.isArray(specification.children));
  const children = specification.children.map((child) => checkChild(child, flags));
  const ids = children.map(({ id }) => id);
  const twice = ids.find((id, i) => ids.indexOf(id) !== i);
  requireThat('id', twice, twice === undefined);
  return { flags, children };
}

function checkFlags(given: Partial<SupervisorFlags>): SupervisorFlags {
  const flags: SupervisorFlags = {
    strategy: 'one_for_one',
    ...INTENSITY_DEFAULT,
    autoShutdown: 'never',
    exhaustion: 'escalate',
    ...given,
  };
  const { strategy, autoShutdown, exhaustion, backoff } = flags;
  requireThat('strategy', strategy, STRATEGIES.includes(strategy));
  for (const field of ['intensity', 'periodMs'] as const) requireThat(field, flags[field], isValidIntensity(field, flags[field]));
  requireThat('autoShutdown', autoShutdown, AUTO_SHUTDOWNS.includes(autoShutdown));
  requireThat('exhaustion', exhaustion, EXHAUSTIONS.includes(exhaustion));
  if (backoff) checkBackoff(backoff);
  return flags;
}

function isValidIntensity(field: keyof Intensity, value: number): boolean {
  try {
    checkIntensity({ ...INTENSITY_DEFAULT, [field]: value });
    return true;
  } catch {
    return false;
  }
}

function checkBackoff({ minMs, maxMs, randomFactor, resetAfterMs }: Backoff): void {
  requireThat('backoff.minMs', minMs, minMs > 0 && Number.isFinite(minMs));
  requireThat('backoff.maxMs', maxMs, maxMs >= minMs && Number.isFinite(maxMs));
  requireThat('backoff.randomFactor', randomFactor, randomFactor >= 0 && randomFactor <= 1);
  requireThat('backoff.resetAfterMs', resetAfterMs, resetAfterMs === undefined || resetAfterMs > 0);
}

/** @throws SpecificationError that names the field */
function checkChild(given: ChildSpecificationInput, { autoShutdown }: SupervisorFlags): ChildSpecification {
  requireThat('child', given, typeof given === 'object' && given !== null);
  const { type = 'worker' } = given;
  const shutdown = type === 'supervisor' ? 'infinity' : SHUTDOWN_DEFAULT_MS;
  const child: ChildSpecification = { restart: 'permanent', significant: false, shutdown, type, ...given };
  requireThat('id', child.id, typeof child.id === 'string');
  requireThat('start', child.start, typeof child.start === 'function');
  requireThat('restart', child.restart, RESTART_KINDS.includes(child.restart));
  requireThat('shutdown', child.shutdown, isShutdown(child.shutdown));
  requireThat('type', child.type, child.type === 'worker' || child.type === 'supervisor');
  requireThat('significant', child.significant, typeof child.significant === 'boolean');
  // It would never end for good, or its end would never matter.
  requireThat('significant', child.significant, !child.significant || (child.restart !== 'permanent' && autoShutdown !== 'never'));
  return child;
}

const isShutdown = (shutdown: unknown): boolean =>
  shutdown === 'brutal' || shutdown === 'infinity' || (typeof shutdown === 'number' && Number.isFinite(shutdown) && shutdown >= 0);

/**
 * @param restarts number of restarts before this one, without a run between them that was long enough
 * @param chance from 0 to 1
 */
export const backoffMs = ({ minMs, maxMs, randomFactor }: Backoff, restarts: number, chance: number): number =>
  Math.min(maxMs, minMs * 2 ** restarts) * (1 + chance * randomFactor);

export const isReset = ({ minMs, resetAfterMs = minMs }: Backoff, ranMs: number): boolean => ranMs >= resetAfterMs;
