/** The counters of several VMs as one. */
import type { VmCounters } from '../contract/control.js';

const ZERO: VmCounters = {
  sent: {},
  handled: {},
  duplicates: 0,
  fenced: 0,
  refused: 0,
  dropped: 0,
  conflated: 0,
  forced: 0,
  waiting: 0,
  deadLetters: 0,
  replayed: 0,
  divergent: 0,
  traps: 0,
  deaf: 0,
};

/** Sums every counter, also per pair, since an actor may have run in one VM and then in another. */
export const mergeCounters = (counters: readonly VmCounters[]): VmCounters => counters.reduce(summed, ZERO);

function summed<C extends object>(one: C, other: C): C {
  const sum = { ...one } as Record<string, number | object | undefined>;
  for (const [name, count] of Object.entries(other))
    sum[name] = typeof count === 'number' ? ((sum[name] as number | undefined) ?? 0) + count : summed(sum[name] as object, count);
  return sum as C;
}
