/**
 * How long to wait before a restart, as Pekko's backoff supervisor does: twice as long each time, up to a maximum, and somewhat longer by
 * chance, so that what failed together does not come back together. A child that has run for a while begins again with the shortest.
 */

export interface Backoff {
  readonly minMs: number;
  readonly maxMs: number;
  /** Part of the delay, 0 to 1, that chance adds at most: also above `maxMs`. */
  readonly randomFactor: number;
  /** After so long a run the count begins anew; `minMs` when not given. */
  readonly resetAfterMs?: number;
}

/**
 * @param restarts before this one, without a run that was long enough between them
 * @param chance from 0 to 1
 */
export const backoffMs = ({ minMs, maxMs, randomFactor }: Backoff, restarts: number, chance: number): number =>
  Math.min(maxMs, minMs * 2 ** restarts) * (1 + chance * randomFactor);

export const isReset = ({ minMs, resetAfterMs = minMs }: Backoff, ranMs: number): boolean => ranMs >= resetAfterMs;
