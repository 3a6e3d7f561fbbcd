/**
 * What caused what, by rows. A message was caused by the one at whose handling its sender sent it.
 *
 *   row ── cause ──> row of the message that its sender handled then
 *   row ── effects ──> rows of what its target sent then, in the order in which that was sent
 *
 * A table grows: what it has got is taken in by `update`. The catch: a cause may come after its effect, which waits for it.
 */
import type { Address, Sequence } from '../../protocol/names.js';
import { Column } from '../../trace/column.js';
import type { MessageTable } from './message-table.js';

/** Where there is no message. */
export const NO_ROW = -1;

export class Links {
  private readonly causes = new Column(Int32Array);
  /** The effect that was found last, and for each effect the one that was found before it. */
  private readonly lastEffects = new Column(Int32Array);
  private readonly effectsBefore = new Column(Int32Array);
  /** Rows of each source by sequence. */
  private readonly bySource = new Map<Address, number[]>();
  /** Rows whose cause has not come, by source and sequence of the cause. */
  private readonly waiting = new Map<Address, Map<Sequence, number[]>>();
  private added = 0;

  constructor(private readonly table: MessageTable) {}

  /** Takes in what the table has got since. */
  update(): void {
    const { table } = this;
    for (; this.added < table.length; this.added++) {
      const row = this.added;
      this.causes.upTo(row)[row] = NO_ROW;
      this.lastEffects.upTo(row)[row] = NO_ROW;
      this.effectsBefore.upTo(row)[row] = NO_ROW;
      // A frame that is handled again is known by its first handling.
      if (table.outcome(row) !== 'handledAgain') this.place(row);
      this.link(row);
    }
  }

  /** Nearly all come in the order of their sequences. */
  private place(row: number): void {
    const { table } = this;
    const source = table.source(row);
    let rows = this.bySource.get(source);
    if (!rows) this.bySource.set(source, (rows = []));
    const sequence = table.sequence(row);
    let at = rows.length;
    while (at > 0 && table.sequence(rows[at - 1]) > sequence) at--;
    if (at === rows.length) rows.push(row);
    else rows.splice(at, 0, row);
    const ofSource = this.waiting.get(source);
    for (const effect of ofSource?.get(sequence) ?? []) if (table.source(effect) === table.target(row)) this.join(row, effect);
  }

  private link(row: number): void {
    const { table } = this;
    const source = table.causeSource(row);
    if (source === 0) return;
    const sequence = table.causeSequence(row);
    const cause = this.find(source, sequence, table.source(row));
    if (cause !== NO_ROW) this.join(cause, row);
    else this.wait(source, sequence, row);
  }

  private wait(source: Address, sequence: Sequence, row: number): void {
    let ofSource = this.waiting.get(source);
    if (!ofSource) this.waiting.set(source, (ofSource = new Map()));
    const rows = ofSource.get(sequence);
    if (rows) rows.push(row);
    else ofSource.set(sequence, [row]);
  }

  private join(cause: number, effect: number): void {
    if (this.causes.values[effect] !== NO_ROW || cause === effect) return;
    this.causes.upTo(effect)[effect] = cause;
    if (this.table.outcome(effect) === 'handledAgain') return;
    this.effectsBefore.upTo(effect)[effect] = this.lastEffects.values[cause];
    this.lastEffects.upTo(cause)[cause] = effect;
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
    return row < this.added ? this.causes.values[row] : NO_ROW;
  }

  effects(row: number): readonly number[] {
    const rows: number[] = [];
    if (row >= this.added) return rows;
    for (let effect = this.lastEffects.values[row]; effect !== NO_ROW; effect = this.effectsBefore.values[effect]) rows.push(effect);
    const { table } = this;
    return rows.sort((a, b) => table.sequence(a) - table.sequence(b) || a - b);
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
