/** The element of a line of the list. It can show another line: text changes, and no element is made. */
import { durationText, timeText } from '../../trace/text.js';
import type { Line } from '../table/run.js';
import { element } from './element.js';

/** In their order, and what each is called. */
export const COLUMNS: Readonly<Record<string, string>> = {
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

/** How a line stands in the list. */
export interface Standing {
  readonly isSelected: boolean;
  readonly isMarked: boolean;
}

export class ListRow {
  readonly element: HTMLElement;
  private readonly texts = new Map<string, Text>();
  private classes = '';
  private line: Line | null = null;

  /** @param select who is told which row was pressed */
  constructor(select: (row: number) => void) {
    const cells = Object.keys(COLUMNS).map((name) => {
      const text = document.createTextNode('');
      this.texts.set(name, text);
      return element('span', { class: `cell ${name}`, role: 'gridcell' }, [text]);
    });
    this.element = element('div', { role: 'row' }, cells);
    this.element.addEventListener('pointerdown', () => {
      if (this.line) select(this.line.row);
    });
  }

  show(line: Line, { isSelected, isMarked }: Standing): void {
    this.line = line;
    const classes = ['row', isSelected ? 'selected' : '', line.remark ? 'wrong' : ''].filter(Boolean).join(' ');
    if (classes !== this.classes) {
      this.classes = classes;
      this.element.className = classes;
      this.element.ariaSelected = String(isSelected);
    }
    this.element.id = `row-${line.row}`;
    this.write('number', `${isMarked ? '★ ' : ''}${line.number || ''}`);
    this.write('time', timeText(line.at).slice(3));
    this.write('parties', `${line.source} → ${line.target}`);
    this.write('kind', line.kind);
    this.write('printed', line.printed);
    this.write('size', line.bytes === null ? '' : `${line.bytes} B`);
    this.write('wait', line.waited === null ? '' : durationText(line.waited));
    this.write('handle', line.handling === null ? '' : durationText(line.handling));
    this.write('body', line.remark ? `(${line.remark}) ${line.body}` : line.body);
  }

  private write(column: string, value: string): void {
    const text = this.texts.get(column)!;
    if (text.data !== value) text.data = value;
  }
}
