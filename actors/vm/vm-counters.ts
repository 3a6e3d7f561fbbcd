/** What a VM answers when it is asked for its counters. */
import type { Kinds } from '../../bus/kinds.js';
import type { MailboxStats } from '../../bus/mailbox.js';
import type { Router } from '../../bus/router.js';
import type { VmCounters } from '../contract/control.js';
import type { CellCounts } from './cell/cell-counts.js';
import type { OrphanedOutput } from './orphaned-output.js';
import type { Party } from './scheduler.js';
import type { Tap } from './tap.js';

interface Counted {
  readonly router: Router;
  readonly tap: Tap;
  readonly kinds: Kinds;
  /** Of the actors. */
  readonly counts: ReturnType<CellCounts['with']>;
  readonly ports: readonly Party[];
  /** Actors and ports. */
  readonly parties: readonly Party[];
  readonly orphaned: OrphanedOutput;
  readonly deaf: number;
}

export function countersOf({ router, tap, kinds, counts, ports, parties, orphaned, deaf }: Counted): VmCounters {
  const nameOf = (address: number) => kinds.partyName(address);
  const ofPorts = (count: (stats: MailboxStats) => number) => ports.reduce((sum, { mailbox }) => sum + count(mailbox.stats), 0);
  const waiting = parties.reduce((sum, { mailbox, gate }) => sum + mailbox.frames() + (gate.blocked ? 1 : 0), 0);
  return {
    sent: tap.sent.toRecord(nameOf),
    handled: tap.received.toRecord(nameOf),
    ...router.stats,
    deadLetters: tap.deadLetters.count,
    ...counts,
    dropped: counts.dropped + ofPorts((stats) => stats.dropped),
    conflated: counts.conflated + ofPorts((stats) => stats.conflated),
    waiting: orphaned.size + waiting,
    deaf,
  };
}
