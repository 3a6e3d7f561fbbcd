/** Counts frames per pair of source and target, to show that none was lost or doubled. */
export class PairCounter {
  private readonly counts = new Map<number, { count: number }>();
  /** The pair that was counted last, kept because frames come in runs. */
  private last = -1;
  private lastCount = { count: 0 };

  /** Of all pairs. */
  get total(): number {
    let total = 0;
    for (const { count } of this.counts.values()) total += count;
    return total;
  }

  add(source: number, target: number): void {
    const pair = source * 0x1_0000 + target;
    if (pair !== this.last) this.look(pair);
    this.lastCount.count++;
  }

  private look(pair: number): void {
    let counted = this.counts.get(pair);
    if (!counted) this.counts.set(pair, (counted = { count: 0 }));
    this.last = pair;
    this.lastCount = counted;
  }

  /** Counts by `source>target`, with the given names. */
  toRecord(nameOf: (address: number) => string): Record<string, number> {
    const record: Record<string, number> = {};
    for (const [pair, { count }] of this.counts) record[`${nameOf(Math.floor(pair / 0x1_0000))}>${nameOf(pair & 0xffff)}`] = count;
    return record;
  }
}
