/** The list of messages. However many there are, it has elements for those that are seen. */
import type { Remote } from 'comlink';
import { durationText, timeText } from '../../trace/text.js';
import type { Line } from '../table/run.js';
import { element } from './element.js';
import type { View } from './view.js';
import type { RunInWorker } from './worker.js';

const ROW_HEIGHT = 22;
/** Browsers draw no element that is taller than some millions of pixels: beyond that, a pixel of the scroll bar is several rows. */
const HEIGHT_MAX = 8_000_000;

/** What each is called. */
const COLUMNS: Readonly<Record<string, string>> = {
  number: '#',
  time: 'time',
  parties: 'from → to',
  kind: 'kind',
  printed: 'printed',
  size: 'size',
  wait: 'wait',
  handle: 'handle',
  body: 'body',
};

/** The element of a line, and what it says. */
interface Shown {
  readonly says: string;
  readonly row: HTMLElement;
}

export class ListPane {
  private first = 0;
  private asking = false;
  private stale = false;
  private rows: ReadonlyMap<number, Shown> = new Map();
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
    box.append(this.heads, this.filler, this.body);
    box.addEventListener('scroll', () => {
      this.first = this.firstAt(box.scrollTop);
      void this.ask();
    });
    new ResizeObserver(() => void this.ask()).observe(box);
    view.on(['filter', 'marks', 'printed'], () => void this.ask());
    view.on(['run', 'follows'], () => void this.grown());
    box.addEventListener('wheel', ({ deltaY }) => {
      if (deltaY < 0) view.follows = false;
    });
    view.on(['selected'], () => void this.reveal());
  }

  private get visible(): number {
    return Math.max(1, Math.floor(this.box.clientHeight / ROW_HEIGHT) - 1);
  }

  /** With the heads of the columns, which are as high as a row. */
  private get height(): number {
    return Math.min(HEIGHT_MAX, Math.max((this.view.shown + 1) * ROW_HEIGHT, this.box.clientHeight));
  }

  private firstAt(top: number): number {
    const range = this.height - this.box.clientHeight;
    return range <= 0 ? 0 : Math.round((top / range) * Math.max(0, this.view.shown - this.visible));
  }

  private topOf(first: number): number {
    const rows = Math.max(1, this.view.shown - this.visible);
    return (Math.min(first, rows) / rows) * (this.height - this.box.clientHeight);
  }

  /** The newest are seen while the page goes along. */
  private async grown(): Promise<void> {
    await this.ask();
    if (this.view.follows) this.box.scrollTop = this.height;
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
      this.filler.style.height = `${this.height - ROW_HEIGHT}px`;
      const lines = await this.run.lines(this.first, this.visible + 1);
      this.box.classList.toggle('prints', this.view.printed !== null);
      this.nameColumns();
      // Rows farther down would keep a list that has become shorter as long as it was.
      const top = Math.min(this.box.scrollTop, this.height - this.box.clientHeight);
      this.body.style.transform = `translateY(${top}px)`;
      this.fill(lines);
    }
    this.asking = false;
  }

  private nameColumns(): void {
    const names = Object.keys(COLUMNS).filter((name) => name !== 'printed' || this.view.printed !== null);
    if (this.heads.children.length === names.length) return;
    this.heads.replaceChildren(...names.map((name) => element('span', { class: `cell ${name}`, role: 'columnheader' }, [COLUMNS[name]])));
  }

  /** A line that says what it said keeps its element, also while more come: whoever points at it does not lose it. */
  private fill(lines: readonly Line[]): void {
    const before = this.rows;
    const rows = new Map<number, Shown>();
    this.rows = rows;
    const elements = lines.map((line) => {
      const says = JSON.stringify([line, line.row === this.view.selected, this.view.marks.has(line.row), this.view.printed !== null]);
      const known = before.get(line.row);
      const made = known?.says === says ? known : { says, row: this.row(line) };
      rows.set(line.row, made);
      return made.row;
    });
    const { children } = this.body;
    if (elements.length === children.length && elements.every((each, at) => each === children[at])) return;
    this.body.replaceChildren(...(elements.length > 0 ? elements : [this.empty()]));
  }

  private row(line: Line): HTMLElement {
    const { view } = this;
    const isSelected = line.row === view.selected;
    const classes = ['row', isSelected ? 'selected' : '', line.remark ? 'wrong' : ''].filter(Boolean).join(' ');
    const row = element('div', { class: classes, role: 'row', id: `row-${line.row}`, 'aria-selected': String(isSelected) }, [
      cell('number', `${view.marks.has(line.row) ? '★ ' : ''}${line.number || ''}`),
      cell('time', timeText(line.at).slice(3)),
      cell('parties', `${line.source} → ${line.target}`),
      cell('kind', line.kind),
      ...(view.printed ? [cell('printed', line.printed)] : []),
      cell('size', line.bytes === null ? '' : `${line.bytes} B`),
      cell('wait', line.waited === null ? '' : durationText(line.waited)),
      cell('handle', line.handling === null ? '' : durationText(line.handling)),
      cell('body', line.remark ? `(${line.remark}) ${line.body}` : line.body),
    ]);
    if (isSelected) this.box.setAttribute('aria-activedescendant', row.id);
    row.addEventListener('pointerdown', () => this.select(line.row));
    return row;
  }

  private empty(): HTMLElement {
    const text =
      !this.view.run?.isWhole && this.view.run?.messages === 0
        ? 'reading …'
        : 'no message fits the filter: Esc in the filter field shows all';
    return element('div', { class: 'empty' }, [text]);
  }
}

const cell = (name: string, text: string): HTMLElement => element('span', { class: `cell ${name}`, role: 'gridcell' }, [text]);
