/** A class as it stands in many applications. It knows nothing of Tandem, and is not changed. */
export class Cart {
  private readonly prices = new Map<string, number>();
  count = 0;

  add({ name, cents }: { name: string; cents: number }): void {
    this.prices.set(name, (this.prices.get(name) ?? 0) + cents);
    this.count++;
  }

  get cents(): number {
    return [...this.prices.values()].reduce((sum, cents) => sum + cents, 0);
  }

  priceOf({ name }: { name: string }): { cents: number } {
    return { cents: this.prices.get(name) ?? 0 };
  }

  snapshot(): { prices: Map<string, number>; count: number } {
    return { prices: this.prices, count: this.count };
  }

  restore({ prices, count }: { prices: Map<string, number>; count: number }): void {
    for (const [name, cents] of prices) this.prices.set(name, cents);
    this.count = count;
  }
}
