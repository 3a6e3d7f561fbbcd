/**
 * What caused what, by rows. A message was caused by the one at whose handling its sender sent it.
 *
 *   row ── cause ──> row of the message that its sender handled then
 *   row ── effects ──> rows of what its target sent then, in the order in which that was sent
 */
import type { Address, Sequence } from '../../protocol/names.js';
import type { MessageTable } from './message-table.js';

/** Where there is no message. */
export const NO_ROW = -1;

export class Links {
  private readonly causes: Int32Array;
  /** Effects of a row are those between its start and that of the next. */
  private readonly starts: Uint32Array;
  private readonly rows: Uint32Array;
  /** Rows of each source by sequence. */
  private readonly bySource: ReadonlyMap<Address, readonly number[]>;

  /** Of all messages that the table has now. */
  constructor(private readonly table: MessageTable) {
    const { length } = table;
    this.bySource = this.sorted();
    this.causes = new Int32Array(length);
    this.starts = new Uint32Array(length + 2);
    for (let row = 0; row < length; row++) {
      const cause = this.find(table.causeSource(row), table.causeSequence(row), table.source(row));
      this.causes[row] = cause;
      if (cause !== NO_ROW) this.starts[cause + 2]++;
    }
    for (let row = 2; row < length + 2; row++) this.starts[row] += this.starts[row - 1];
    this.rows = new Uint32Array(this.starts[length + 1]);
    this.place();
  }

  /** By source and sequence, so that effects come out in the order in which they were sent. */
  private place(): void {
    for (const rows of this.bySource.values())
      for (const row of rows) if (this.causes[row] !== NO_ROW) this.rows[this.starts[this.causes[row] + 1]++] = row;
  }

  private sorted(): ReadonlyMap<Address, readonly number[]> {
    const { table } = this;
    const bySource = new Map<Address, number[]>();
    for (let row = 0; row < table.length; row++) {
      // A frame that is handled again is known by its first handling.
      if (table.outcome(row) === 'handledAgain') continue;
      const rows = bySource.get(table.source(row));
      if (rows) rows.push(row);
      else bySource.set(table.source(row), [row]);
    }
    for (const rows of bySource.values()) rows.sort((a, b) => table.sequence(a) - table.sequence(b) || a - b);
    return bySource;
  }

  /** @returns `NO_ROW` when there is no such message */
  private find(source: Address, sequence: Sequence, target: Address): number {
    const rows = this.bySource.get(source) ?? [];
    const { table } = this;
    let [low, high] = [0, rows.length];
    while (low < high) {
      const middle = (low + high) >> 1;
      if (table.sequence(rows[middle]) < sequence) low = middle + 1;
      else high = middle;
    }
    for (; low < rows.length && table.sequence(rows[low]) === sequence; low++) if (table.target(rows[low]) === target) return rows[low];
    return NO_ROW;
  }

  /** @returns `NO_ROW` when it came from outside, or its cause is not in the recording */
  cause(row: number): number {
    return this.causes[row] ?? NO_ROW;
  }

  effects(row: number): Uint32Array {
    return this.rows.subarray(this.starts[row], this.starts[row + 1]);
  }

  /** What caused it, nearest first. */
  chain(row: number): readonly number[] {
    const chain: number[] = [];
    // What a file says may go in a circle.
    const seen = new Set([row]);
    for (let cause = this.cause(row); cause !== NO_ROW && !seen.has(cause); cause = this.cause(cause)) {
      seen.add(cause);
      chain.push(cause);
    }
    return chain;
  }
}
