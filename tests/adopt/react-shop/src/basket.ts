/** What a person is about to buy. */
export interface Line {
  readonly product: string;
  readonly cents: number;
  readonly count: number;
}

export interface Content {
  readonly lines: Line[];
  readonly cents: number;
}

/** Written before anybody thought of actors. Components watch it as React wants external stores to be. */
export class Basket {
  lines: Line[] = [];
  private content: Content = { lines: [], cents: 0 };
  private readonly listeners = new Set<() => void>();

  get cents(): number {
    return this.lines.reduce((sum, { cents, count }) => sum + cents * count, 0);
  }

  add({ product, cents }: { readonly product: string; readonly cents: number }): void {
    const known = this.lines.some((line) => line.product === product);
    this.lines = known
      ? this.lines.map((line) => (line.product === product ? { ...line, count: line.count + 1 } : line))
      : [...this.lines, { product, cents, count: 1 }];
    this.changed();
  }

  /** The defect of this class: it throws when there is no such product, as after a double click. */
  remove({ product }: { readonly product: string }): void {
    if (!this.lines.some((line) => line.product === product)) throw new Error(`there is no ${product} in the basket`);
    this.lines = this.lines.filter((line) => line.product !== product);
    this.changed();
  }

  readonly subscribe = (listener: () => void): (() => void) => {
    this.listeners.add(listener);
    return () => this.listeners.delete(listener);
  };

  readonly getSnapshot = (): Content => this.content;

  private changed(): void {
    this.content = { lines: this.lines, cents: this.cents };
    for (const listener of this.listeners) listener();
  }
}
