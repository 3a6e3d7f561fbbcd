/** The rows that the list shows: all, or those that fit a filter and are in a range of the time. A table grows, and what fits grows with it. */
import { Column } from '../../trace/column.js';
import { compileFilter, FilterError, type MessageFilter } from '../../trace/filter.js';
import { type Range, within } from '../../trace/range.js';
import type { Schemas } from '../../trace/schemas.js';
import type { MessageTable } from './message-table.js';
import { Row } from './row.js';

/** Messages that a filter looks at between two looks at whether another filter was asked for. */
const FILTER_BATCH = 200_000;

export interface Filtered {
  readonly count: number;
  /** Null when the filter makes sense. */
  readonly error: { readonly text: string; readonly position: number } | null;
  /** Another filter was asked for before this one was through. */
  readonly isOutdated: boolean;
}

/** What fits a filter, as far as the table was looked at. */
interface Fitting {
  readonly fits: MessageFilter;
  readonly rows: Column<Int32Array<ArrayBuffer>>;
  count: number;
  /** Rows that were looked at. */
  seen: number;
}

export class Shown {
  /** Null: all. */
  private fitting: Fitting | null = null;
  private asked = 0;
  private readonly row: Row;

  constructor(private readonly table: MessageTable) {
    this.row = new Row(table);
  }

  /** How many are shown. */
  get count(): number {
    return this.fitting?.count ?? this.table.length;
  }

  rowAt(position: number): number {
    return this.fitting ? this.fitting.rows.get(position) : position;
  }

  /** @returns the position of a row in the list, or of the next one that is in it */
  positionOf(row: number): number {
    const { fitting } = this;
    if (!fitting) return row;
    let [low, high] = [0, fitting.count];
    while (low < high) {
      const middle = (low + high) >> 1;
      if (fitting.rows.get(middle) < row) low = middle + 1;
      else high = middle;
    }
    return low;
  }

  /** Takes in what the table has got since. */
  update(): void {
    if (this.fitting) this.look(this.fitting, this.table.length);
  }

  /**
   * Shows only what fits. A filter that makes no sense changes nothing.
   * @param range of the time at which messages were sent; null for the whole run
   */
  async filter(text: string, schemas: Schemas, range: Range | null = null): Promise<Filtered> {
    const turn = ++this.asked;
    try {
      const fits = within(compileFilter(text, schemas), range);
      const fitting = text.trim() === '' && !range ? null : { fits, rows: new Column(Int32Array), count: 0, seen: 0 };
      while (fitting && fitting.seen < this.table.length) {
        this.look(fitting, Math.min(this.table.length, fitting.seen + FILTER_BATCH));
        await new Promise((resolve) => setTimeout(resolve));
        if (turn !== this.asked) return { count: this.count, error: null, isOutdated: true };
      }
      this.fitting = fitting;
      return { count: this.count, error: null, isOutdated: false };
    } catch (error) {
      if (!(error instanceof FilterError)) throw error;
      return { count: this.count, error: { text: error.message, position: error.position }, isOutdated: false };
    }
  }

  private look(fitting: Fitting, to: number): void {
    const { row } = this;
    for (row.at = fitting.seen; row.at < to; row.at++) if (fitting.fits(row)) fitting.rows.set(fitting.count++, row.at);
    fitting.seen = to;
  }
}
