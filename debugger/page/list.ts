/** The list of messages. However many there are, it has elements for those that are seen. */
import type { Remote } from 'comlink';
import type { Line } from '../table/run.js';
import { element } from './element.js';
import { COLUMNS, ListRow } from './list-row.js';
import type { View } from './view.js';
import type { RunInWorker } from './worker.js';

const ROW_HEIGHT = 22;
/** Browsers draw no element that is taller than some millions of pixels: beyond that, a pixel of the scroll bar is several rows. */
const HEIGHT_MAX = 8_000_000;

export class ListPane {
  private first = 0;
  /** Pixels that it is scrolled by. */
  private top = 0;
  /** Height of the box, kept because asking for it lays out the page each time. */
  private boxHeight = 0;
  private asking = false;
  private stale = false;
  /** By the rows that they show. */
  private rows: ReadonlyMap<number, ListRow> = new Map();
  private readonly heads = element('div', { class: 'heads', role: 'row' });
  private readonly filler = element('div', { class: 'filler' });
  private readonly body = element('div', { class: 'rows', role: 'rowgroup' });

  constructor(
    private readonly box: HTMLElement,
    private readonly view: View,
    private readonly run: Remote<RunInWorker>,
    private readonly select: (row: number) => void,
  ) {
    box.role = 'grid';
    box.ariaLabel = 'Messages';
    box.tabIndex = 0;
    this.heads.append(
      ...Object.entries(COLUMNS).map(([name, text]) => element('span', { class: `cell ${name}`, role: 'columnheader' }, [text])),
    );
    box.append(this.heads, this.filler, this.body);
    box.addEventListener('scroll', () => {
      if (this.scrolled()) void this.ask();
    });
    new ResizeObserver(([{ contentRect }]) => {
      this.boxHeight = contentRect.height;
      void this.ask();
    }).observe(box);
    view.on(['filter', 'marks', 'printed'], () => void this.ask());
    view.on(['run', 'follows'], () => void this.grown());
    box.addEventListener('wheel', ({ deltaY }) => {
      if (deltaY < 0) view.follows = false;
    });
    view.on(['selected'], () => void this.reveal());
  }

  private get visible(): number {
    return Math.max(1, Math.floor(this.boxHeight / ROW_HEIGHT) - 1);
  }

  /** With the heads of the columns, which are as high as a row. */
  private get height(): number {
    return Math.min(HEIGHT_MAX, Math.max((this.view.shown + 1) * ROW_HEIGHT, this.boxHeight));
  }

  private firstAt(top: number): number {
    const range = this.height - this.boxHeight;
    return range <= 0 ? 0 : Math.round((top / range) * Math.max(0, this.view.shown - this.visible));
  }

  private topOf(first: number): number {
    const rows = Math.max(1, this.view.shown - this.visible);
    return (Math.min(first, rows) / rows) * (this.height - this.boxHeight);
  }

  /** The newest are seen while the page goes along. */
  private async grown(): Promise<void> {
    if (this.view.follows) {
      this.stretch();
      this.box.scrollTop = this.height;
      this.scrolled();
    }
    await this.ask();
  }

  /** @returns whether it stands elsewhere than before */
  private scrolled(): boolean {
    const top = this.box.scrollTop;
    if (top === this.top) return false;
    this.top = top;
    this.first = this.firstAt(top);
    return true;
  }

  private stretch(): void {
    this.filler.style.height = `${this.height - ROW_HEIGHT}px`;
  }

  /** Scrolls to what is selected when it is not seen. */
  private async reveal(): Promise<void> {
    const { view } = this;
    if (view.selected >= 0) {
      const position = await this.run.positionOf(view.selected);
      if (position < this.first || position >= this.first + this.visible)
        this.box.scrollTop = this.topOf(Math.max(0, position - (this.visible >> 1)));
    }
    await this.ask();
  }

  private async ask(): Promise<void> {
    this.stale = true;
    if (this.asking) return;
    this.asking = true;
    while (this.stale) {
      this.stale = false;
      this.stretch();
      const lines = await this.run.lines(this.first, this.visible + 1);
      this.box.classList.toggle('prints', this.view.printed !== null);
      // Rows farther down would keep a list that has become shorter as long as it was.
      const top = Math.min(this.top, this.height - this.boxHeight);
      this.body.style.transform = `translateY(${top}px)`;
      this.fill(lines);
    }
    this.asking = false;
  }

  /** A line that is shown already keeps its element, also while more come: whoever points at it does not lose it. The others are used again. */
  private fill(lines: readonly Line[]): void {
    const { view } = this;
    const shown = new Set(lines.map(({ row }) => row));
    const free = [...this.rows].filter(([row]) => !shown.has(row)).map(([, each]) => each);
    const rows = new Map(lines.map((line) => [line.row, this.rows.get(line.row) ?? free.shift() ?? new ListRow(this.select)]));
    this.rows = rows;
    for (const line of lines)
      rows.get(line.row)!.show(line, { isSelected: line.row === view.selected, isMarked: view.marks.has(line.row) });
    const selected = rows.get(view.selected);
    if (selected) this.box.setAttribute('aria-activedescendant', selected.element.id);
    const elements = [...rows.values()].map((each) => each.element);
    const { children } = this.body;
    if (lines.length > 0 && elements.length === children.length && elements.every((each, at) => each === children[at])) return;
    this.body.replaceChildren(...(elements.length > 0 ? elements : [this.empty()]));
  }

  private empty(): HTMLElement {
    return element('div', { class: 'empty' }, [this.lack()]);
  }

  /** Why there is no line, and what to do. */
  private lack(): string {
    const { run, range } = this.view;
    if (!run) return 'nothing is here yet';
    if (run.messages === 0) return run.isWhole ? 'there is no message in the recording' : 'reading …';
    if (range) return 'no message of this time fits: R shows the whole run, Esc in the filter field all of this time';
    return 'no message fits the filter: Esc in the filter field shows all';
  }
}
