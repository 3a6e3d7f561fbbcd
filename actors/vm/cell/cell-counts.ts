/** Sums over the actors of a VM, those that have been stopped included. */
import type { ActorCell } from './cell.js';

export type Counts = Record<'dropped' | 'conflated' | 'replayed' | 'divergent' | 'traps', number>;

const countsOf = ({ core: { mailbox, stats } }: ActorCell): Counts => ({
  dropped: mailbox.stats.dropped,
  conflated: mailbox.stats.conflated,
  replayed: stats.replayed,
  divergent: stats.divergent,
  traps: stats.traps,
});

const add = (a: Counts, b: Counts): Counts => ({
  dropped: a.dropped + b.dropped,
  conflated: a.conflated + b.conflated,
  replayed: a.replayed + b.replayed,
  divergent: a.divergent + b.divergent,
  traps: a.traps + b.traps,
});

export class CellCounts {
  private past: Counts = { dropped: 0, conflated: 0, replayed: 0, divergent: 0, traps: 0 };

  /** A cell that ends: its counts stay counted. */
  remember(cell: ActorCell): void {
    this.past = add(this.past, countsOf(cell));
  }

  with(cells: Iterable<ActorCell>): Counts {
    return [...cells].map(countsOf).reduce(add, this.past);
  }
}
