/** What a person looks at: the message that is selected, the time that the lanes show, the marks. Whoever shows it listens. */
import type { PrintResult } from '../table/printed.js';
import type { Detail, RunState } from '../table/run.js';

export interface Span {
  readonly from: number;
  readonly to: number;
}

/** Nearer than this there is nothing to be seen. */
const SPAN_MICROS_MIN = 100;

export type Part = 'run' | 'selected' | 'span' | 'marks' | 'filter' | 'follows' | 'travels' | 'range' | 'printed';

export class View {
  run: RunState | null = null;
  /** The newest that was asked for: whoever holds a key down goes on from there. It is selected once its detail is here. */
  wanted = -1;
  selected = -1;
  detail: Detail | null = null;
  span: Span = { from: 0, to: 1 };
  /** Whether the page goes along with an application that runs. */
  follows = false;
  /** The span of time that the list is limited to. */
  range: Span | null = null;
  /** What is printed at each message. */
  printed: PrintResult | null = null;
  /** Whether all panes stand at the message that is selected. */
  travels = false;
  readonly marks = new Set<number>();
  /** Rows that the filter lets through. */
  shown = 0;
  private readonly listeners = new Map<Part, (() => void)[]>();

  /** The time that is looked at: when the message that is selected had been handled, else the newest. */
  get moment(): number {
    const { line } = this.detail ?? {};
    if (!line || this.follows) return this.run?.to ?? 0;
    return line.at + (line.waited ?? 0) + (this.detail?.isOfActor ? (line.handling ?? 0) : 0);
  }

  /** Calls a listener after each change of a part. */
  on(parts: readonly Part[], listener: () => void): void {
    for (const part of parts) this.listeners.set(part, [...(this.listeners.get(part) ?? []), listener]);
  }

  changed(part: Part): void {
    for (const listener of this.listeners.get(part) ?? []) listener();
  }

  /** Shows a part of the time, within that of the run. */
  look({ from, to }: Span): void {
    const { run } = this;
    if (!run) return;
    const length = Math.min(Math.max(to - from, SPAN_MICROS_MIN), run.to - run.from);
    const start = Math.min(Math.max(from, run.from), run.to - length);
    this.span = { from: start, to: start + length };
    this.changed('span');
  }

  lookAtAll(): void {
    if (this.run) this.look(this.run);
  }

  /** @param factor below 1: nearer. @param at stays where it is */
  zoom(factor: number, at = (this.span.from + this.span.to) / 2): void {
    const { from, to } = this.span;
    this.look({ from: at - (at - from) * factor, to: at + (to - at) * factor });
  }

  /** @param share of what is seen, to the right when positive */
  pan(share: number): void {
    const { from, to } = this.span;
    const by = (to - from) * share;
    if (share < 0) this.follows = false;
    this.look({ from: from + by, to: to + by });
  }

  /** Moves the span so that a time is in it. */
  reveal(at: number): void {
    const { from, to } = this.span;
    const margin = (to - from) / 10;
    if (at < from + margin || at > to - margin) this.look({ from: at - (to - from) / 2, to: at + (to - from) / 2 });
  }

  /** The list is bound to the time that the lanes show, or no longer. */
  toggleRange(): void {
    this.range = this.range ? null : this.span;
    this.changed('range');
  }

  toggleMark(): void {
    if (this.selected < 0) return;
    if (!this.marks.delete(this.selected)) this.marks.add(this.selected);
    this.changed('marks');
  }
}
