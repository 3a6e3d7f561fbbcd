/** Breaks texts into lines as wide as their box, and keeps what it broke: measuring is the dearest thing that painting does. */

export interface TextBox {
  readonly text: string;
  readonly width: number;
  /** 0: no bound. */
  readonly linesMax: number;
}

interface Broken extends TextBox {
  readonly font: string;
  readonly lines: readonly string[];
}

type Measure = (text: string) => number;

const ELLIPSIS = '…';

export class TextLines {
  private readonly broken = new Map<number, Broken>();

  /** @param measure width of a text in `font` */
  of(node: number, font: string, box: TextBox, measure: Measure): readonly string[] {
    const known = this.broken.get(node);
    if (known && known.text === box.text && known.font === font && known.width === box.width && known.linesMax === box.linesMax)
      return known.lines;
    const lines = breakLines(box, measure);
    this.broken.set(node, { ...box, font, lines });
    return lines;
  }

  /** Forgets the nodes that are not painted any more. */
  keepOnly(nodes: ReadonlySet<number>): void {
    for (const node of this.broken.keys()) if (!nodes.has(node)) this.broken.delete(node);
  }
}

/** At spaces; a word that is wider than the box has a line of its own and is cut. */
export function breakLines({ text, width, linesMax }: TextBox, measure: Measure): string[] {
  const lines: string[] = [];
  const words = text.split(/\s+/).filter((word) => word !== '');
  let line = '';
  for (const [index, word] of words.entries()) {
    const longer = line === '' ? word : `${line} ${word}`;
    if (line === '' || measure(longer) <= width) {
      line = longer;
      continue;
    }
    if (linesMax > 0 && lines.length === linesMax - 1) return [...lines, shorten([line, ...words.slice(index)].join(' '), width, measure)];
    lines.push(shorten(line, width, measure));
    line = word;
  }
  return line === '' ? lines : [...lines, shorten(line, width, measure)];
}

/** The longest beginning that fits with an ellipsis; the text itself when it fits. */
function shorten(text: string, width: number, measure: Measure): string {
  if (measure(text) <= width) return text;
  let fits = 0;
  let tooLong = text.length;
  while (tooLong - fits > 1) {
    const length = (fits + tooLong) >> 1;
    if (measure(text.slice(0, length).trimEnd() + ELLIPSIS) <= width) fits = length;
    else tooLong = length;
  }
  return text.slice(0, fits).trimEnd() + ELLIPSIS;
}
