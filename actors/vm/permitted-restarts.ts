/** Actors of a VM that have ended and have a permit: they are restarted before anything else is done, but not within the call that ended them. */

export interface PermittedCell {
  restartByPermit(): void;
  reportEnds(): void;
}

export class PermittedRestarts {
  private cells: PermittedCell[] = [];

  add(cell: PermittedCell): void {
    this.cells.push(cell);
  }

  /** What comes of the restarts goes first: a report is worth a wake-up of another thread. @returns false when there was nothing to do */
  run(flush: () => void): boolean {
    if (this.cells.length === 0) return false;
    const { cells } = this;
    this.cells = [];
    for (const cell of cells) cell.restartByPermit();
    flush();
    for (const cell of cells) cell.reportEnds();
    return true;
  }
}
