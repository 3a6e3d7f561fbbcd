/**
 * The crashes in which parties of a VM are now: from the moment that one ends until its next incarnation begins. Whoever asked it something that fails in
 * between learns from here which crash is why.
 */
export class LastCrashes {
  /** By address, the incarnation that has crashed. */
  private readonly epochs = new Map<number, number>();

  note({ address, epoch }: { readonly address: number; readonly epoch: number }): void {
    this.epochs.set(address, epoch);
  }

  /** The next incarnation begins: what ends from now on does not end by that crash. */
  passed(address: number): void {
    this.epochs.delete(address);
  }

  /** @returns null when it has not crashed */
  of(address: number): number | null {
    return this.epochs.get(address) ?? null;
  }
}
