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
export const mergeCounters = (counters: readonly VmCounters[]): VmCounters => counters.reduce(addCounters, ZERO);

function addCounters(a: VmCounters, b: VmCounters): VmCounters {
  return {
    sent: addPairs(a.sent, b.sent),
    handled: addPairs(a.handled, b.handled),
    duplicates: a.duplicates + b.duplicates,
    fenced: a.fenced + b.fenced,
    refused: a.refused + b.refused,
    dropped: a.dropped + b.dropped,
    conflated: a.conflated + b.conflated,
    forced: a.forced + b.forced,
    waiting: a.waiting + b.waiting,
    deadLetters: a.deadLetters + b.deadLetters,
    replayed: a.replayed + b.replayed,
    divergent: a.divergent + b.divergent,
    traps: a.traps + b.traps,
    deaf: a.deaf + b.deaf,
  };
}

function addPairs(a: Readonly<Record<string, number>>, b: Readonly<Record<string, number>>): Readonly<Record<string, number>> {
  const sum = { ...a };
  for (const [pair, count] of Object.entries(b)) sum[pair] = (sum[pair] ?? 0) + count;
  return sum;
}
