/** What a VM does when it has nothing else to do: it prepares the spare instances of its actors, one at a time. */
import type { ActorCell } from './cell/cell.js';

export class IdleWork {
  /** The last look has found nothing else to do. */
  private idle = false;

  constructor(private readonly cells: () => Iterable<ActorCell>) {}

  /** There was something else to do. */
  interrupted(): void {
    this.idle = false;
  }

  /** Nothing else is to be done. Only at the second call on end is something done, so that the event loop turns before. @returns true when it is to be called again */
  look(): boolean {
    for (const cell of this.cells()) {
      if (!cell.spareIsDue) continue;
      if (this.idle) cell.prepareSpare();
      this.idle = !this.idle;
      return true;
    }
    return false;
  }
}
