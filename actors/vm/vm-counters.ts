/** What a VM answers when it is asked for its counters. */
import type { DeadLetters } from '../../bus/dead-letters.js';
import type { Kinds } from '../../bus/kinds.js';
import type { MailboxStats } from '../../bus/mailbox.js';
import type { PairCounter } from '../../bus/pair-counter.js';
import type { Router } from '../../bus/router.js';
import type { VmCounters } from '../contract/control.js';
import type { CellCounts } from './cell/cell-counts.js';
import type { OrphanedOutput } from './orphaned-output.js';
import type { Party } from './scheduler.js';

interface Counted {
  readonly router: Router;
  readonly handled: PairCounter;
  readonly kinds: Kinds;
  readonly deadLetters: DeadLetters;
  /** Of the actors. */
  readonly counts: ReturnType<CellCounts['with']>;
  readonly ports: readonly Party[];
  /** Actors and ports. */
  readonly parties: readonly Party[];
  readonly orphaned: OrphanedOutput;
  readonly deaf: number;
}

export function countersOf({ router, handled, kinds, deadLetters, counts, ports, parties, orphaned, deaf }: Counted): VmCounters {
  const nameOf = (address: number) => kinds.partyName(address);
  const ofPorts = (count: (stats: MailboxStats) => number) => ports.reduce((sum, { mailbox }) => sum + count(mailbox.stats), 0);
  const waiting = parties.reduce((sum, { mailbox, gate }) => sum + mailbox.frames() + (gate.blocked ? 1 : 0), 0);
  return {
    sent: router.sent.toRecord(nameOf),
    handled: handled.toRecord(nameOf),
    ...router.stats,
    deadLetters: deadLetters.count,
    ...counts,
    dropped: counts.dropped + ofPorts((stats) => stats.dropped),
    conflated: counts.conflated + ofPorts((stats) => stats.conflated),
    waiting: orphaned.size + waiting,
    deaf,
  };
}
