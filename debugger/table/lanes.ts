/** What a lane shows of a party: its handlings in a part of the time, as bars of whole pixels, however many there are. */
import type { Address, Microseconds, VmName } from '../../protocol/names.js';
import { NO_ROW } from './links.js';
import type { MessageTable } from './message-table.js';
import { LONG_HANDLING_MICROS } from './pace.js';

/** Bars of a lane: for each the first and the last pixel, the row of its longest handling, whether something is wrong in it, and whether one took too long. */
export interface Bars {
  readonly from: Float32Array;
  readonly to: Float32Array;
  readonly rows: Int32Array;
  readonly troubled: Uint8Array;
  readonly long: Uint8Array;
}

export interface Span {
  readonly from: Microseconds;
  readonly to: Microseconds;
  /** Pixels. */
  readonly width: number;
}

/** Rows of what each party handled, in the order of time. */
export class Lanes {
  private readonly byTarget = new Map<Address, number[]>();
  private readonly troubled = new Set<number>();
  private readonly senders = new Map<Address, VmName | null>();
  private added = 0;

  constructor(private readonly table: MessageTable) {}

  /** Takes in what the table has got since. */
  update(): void {
    const { table } = this;
    for (; this.added < table.length; this.added++) {
      const row = this.added;
      if (!this.senders.has(table.source(row))) this.senders.set(table.source(row), table.sourceVm(row));
      if (table.begunAt(row) === null) continue;
      const rows = this.byTarget.get(table.target(row));
      if (!rows) this.byTarget.set(table.target(row), [row]);
      else insert(table, rows, row);
    }
    for (const row of table.troubled) this.troubled.add(row);
  }

  /** All that have sent or handled something. */
  get parties(): readonly Address[] {
    return [...new Set([...this.byTarget.keys(), ...this.senders.keys()])];
  }

  /** Where it was at first; null when that is not known. */
  vmOf(party: Address): VmName | null {
    const [first = NO_ROW] = this.byTarget.get(party) ?? [];
    return first === NO_ROW ? (this.senders.get(party) ?? null) : this.table.targetVm(first);
  }

  /** How many messages it handled. */
  count(party: Address): number {
    return this.byTarget.get(party)?.length ?? 0;
  }

  /** The nearest that the same party handled before or after. @returns the same row when there is none */
  neighbour(row: number, step: 1 | -1): number {
    const rows = this.byTarget.get(this.table.target(row)) ?? [];
    const at = rows.indexOf(row);
    return rows[at + step] ?? row;
  }

  bars(party: Address, span: Span): Bars {
    const rows = this.byTarget.get(party) ?? [];
    const bars = new BarList(this.table, span, this.troubled);
    for (let i = Math.max(0, firstAt(this.table, rows, span.from) - 1); i < rows.length; i++) {
      if (this.table.begunAt(rows[i])! > span.to) break;
      bars.add(rows[i]);
    }
    return bars.take();
  }
}

/** Nearly all come in the order of their times. */
function insert(table: MessageTable, rows: number[], row: number): void {
  let at = rows.length;
  while (at > 0 && table.begunAt(rows[at - 1])! > table.begunAt(row)!) at--;
  rows.splice(at, 0, row);
}

function firstAt(table: MessageTable, rows: readonly number[], time: Microseconds): number {
  let [low, high] = [0, rows.length];
  while (low < high) {
    const middle = (low + high) >> 1;
    if (table.begunAt(rows[middle])! < time) low = middle + 1;
    else high = middle;
  }
  return low;
}

/** Bars nearer than this are one, in pixels. */
const GAP = 0.5;

class BarList {
  private readonly from: number[] = [];
  private readonly to: number[] = [];
  private readonly rows: number[] = [];
  private readonly wrong: number[] = [];
  private readonly long: number[] = [];
  private longest = 0;

  constructor(
    private readonly table: MessageTable,
    private readonly span: Span,
    private readonly troubled: ReadonlySet<number>,
  ) {}

  add(row: number): void {
    const begun = this.table.begunAt(row)!;
    const handling = this.table.handling(row) ?? 0;
    const { from, to, width } = this.span;
    const scale = width / (to - from);
    const [left, right] = [(begun - from) * scale, (begun + handling - from) * scale];
    if (right < 0) return;
    const last = this.from.length - 1;
    const isWrong = this.troubled.has(row) ? 1 : 0;
    const isLong = handling > LONG_HANDLING_MICROS ? 1 : 0;
    if (last >= 0 && left - this.to[last] < GAP && this.to[last] - this.from[last] < 1) {
      this.to[last] = Math.max(this.to[last], right);
      this.wrong[last] |= isWrong;
      this.long[last] |= isLong;
      if (handling < this.longest) return;
      this.longest = handling;
      this.rows[last] = row;
      return;
    }
    this.longest = handling;
    this.from.push(left);
    this.to.push(right);
    this.rows.push(row);
    this.wrong.push(isWrong);
    this.long.push(isLong);
  }

  take(): Bars {
    return {
      from: Float32Array.from(this.from),
      to: Float32Array.from(this.to),
      rows: Int32Array.from(this.rows),
      troubled: Uint8Array.from(this.wrong),
      long: Uint8Array.from(this.long),
    };
  }
}
