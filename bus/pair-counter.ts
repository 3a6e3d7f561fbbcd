/** Counts frames per pair of source and target: what shows that none was lost or doubled. */
export class PairCounter {
  private readonly counts = new Map<number, number>();

  add(source: number, target: number): void {
    const pair = source * 0x1_0000 + target;
    this.counts.set(pair, (this.counts.get(pair) ?? 0) + 1);
  }

  /** As `source>target` with the given names. */
  toRecord(nameOf: (address: number) => string): Record<string, number> {
    const record: Record<string, number> = {};
    for (const [pair, count] of this.counts) record[`${nameOf(Math.floor(pair / 0x1_0000))}>${nameOf(pair & 0xffff)}`] = count;
    return record;
  }
}
