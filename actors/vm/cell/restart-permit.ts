/**
 * The right to start the next incarnation of an actor without asking its supervisor first (docs/SUPERVISION.md, "Restart by permit").
 * It is good for one epoch, once.
 */
export class RestartPermit {
  /** Epoch of the last permit that was good; 0 before. */
  lastSpent = 0;
  private epoch = 0;

  grant(epoch: number): void {
    this.epoch = epoch;
  }

  /** Spends the permit, whatever it was for. @returns the epoch that follows `ended`, or 0 when there is no permit for it */
  spend(ended: number): number {
    const { epoch } = this;
    this.epoch = 0;
    if (epoch !== ended + 1) return 0;
    this.lastSpent = epoch;
    return epoch;
  }
}
