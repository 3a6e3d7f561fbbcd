/** Breaks texts into lines that fit their box, and keeps the lines, because measuring is the most expensive part of painting. */

import type { PictureItem } from '../../common/ports/picture.js';
import { charactersOf, type Paragraph, paragraphsOf, seenOf } from './line-breaks.js';

export interface TextBox {
  readonly text: string;
  readonly width: number;
  /** 0 for no bound. */
  readonly linesMax: number;
}

interface Broken extends TextBox {
  readonly font: string;
  readonly paragraphs: readonly Paragraph[];
  readonly lines: readonly string[];
}

type Measure = (text: string) => number;

const ELLIPSIS = '…';
/** Texts whose lines are kept: several screens full. Those that were painted longest ago go first. */
export const TEXTS_KEPT_MAX = 512;
const FONT_FAMILY = 'system-ui, "Noto Sans", "DejaVu Sans", sans-serif';
/** After scaling, a box may be this part of a line too low for its whole number of lines. */
const LINE_TOLERANCE = 0.01;
const RIGHT_TO_LEFT = /[\p{Script=Hebrew}\p{Script=Arabic}\p{Script=Syriac}\p{Script=Thaana}\p{Script=Nko}]/u;

/** @param size in pixels */
export const fontOf = ({ fontWeight }: Readonly<PictureItem>, size: number): string => `${fontWeight} ${size}px ${FONT_FAMILY}`;

/** Lines that fit into the item's box, and are allowed. */
export function linesMaxOf({ height, lineHeight, lines }: Readonly<PictureItem>): number {
  const fitting = Math.max(1, Math.floor(height / lineHeight + LINE_TOLERANCE));
  return lines > 0 ? Math.min(lines, fitting) : fitting;
}

/** Decides by the first letter, like `dir=auto` in HTML. */
export const isRightToLeft = (text: string): boolean => RIGHT_TO_LEFT.test(/\p{L}/u.exec(text)?.[0] ?? '');

export class TextLines {
  /** The ones painted last are at the end. */
  private readonly broken = new Map<number, Broken>();

  get count(): number {
    return this.broken.size;
  }

  /** @param measure width of a text in `font` */
  of(node: number, font: string, box: TextBox, measure: Measure): readonly string[] {
    const known = this.broken.get(node);
    if (known && known.text === box.text && known.font === font && known.width === box.width && known.linesMax === box.linesMax) {
      this.keep(node, known);
      return known.lines;
    }
    const paragraphs = known?.text === box.text ? known.paragraphs : paragraphsOf(box.text);
    const lines = fill(paragraphs, box, measure);
    this.keep(node, { ...box, font, paragraphs, lines });
    return lines;
  }

  private keep(node: number, broken: Broken): void {
    this.broken.delete(node);
    this.broken.set(node, broken);
    if (this.broken.size > TEXTS_KEPT_MAX) this.broken.delete(this.broken.keys().next().value as number);
  }
}

/**
 * Breaks where Unicode allows it, as late as the text fits. Spaces and tabs in a row become one space, a line break of the text stays one
 * (like `pre-line` in CSS); a word wider than the box gets its own line and is cut. @returns no lines for a box without width
 */
export const breakLines = (box: TextBox, measure: Measure): string[] => fill(paragraphsOf(box.text), box, measure);

function fill(paragraphs: readonly Paragraph[], { width, linesMax }: TextBox, measure: Measure): string[] {
  const lines: string[] = [];
  if (width <= 0) return lines;
  for (const [index, paragraph] of paragraphs.entries()) {
    let start = 0;
    do {
      const isLast = linesMax > 0 && lines.length === linesMax - 1;
      if (isLast)
        return [...lines, shorten(seenOf(paragraph, start, paragraph.text.length), width, measure, index < paragraphs.length - 1)];
      const end = lineEnd(paragraph, start, width, measure);
      lines.push(shorten(seenOf(paragraph, start, end), width, measure, false));
      start = end;
    } while (start < paragraph.text.length);
  }
  return lines;
}

/** @returns the end of the line that begins at `start`: after its first word at least */
function lineEnd(paragraph: Paragraph, start: number, width: number, measure: Measure): number {
  let fits = 0;
  for (const end of paragraph.ends) {
    if (end <= start) continue;
    if (fits > 0 && measure(seenOf(paragraph, start, end)) > width) break;
    fits = end;
  }
  return fits;
}

/**
 * As many characters from the beginning as fit with an ellipsis; the text itself when it fits.
 * @param goesOn more text follows, so it ends with an ellipsis in any case
 */
function shorten(text: string, width: number, measure: Measure, goesOn: boolean): string {
  if (!goesOn && measure(text) <= width) return text;
  const characters = charactersOf(text);
  const beginning = (count: number) => characters.slice(0, count).join('').trimEnd() + ELLIPSIS;
  let fits = 0;
  let tooMany = characters.length + (goesOn ? 1 : 0);
  while (tooMany - fits > 1) {
    const count = (fits + tooMany) >> 1;
    if (measure(beginning(count)) <= width) fits = count;
    else tooMany = count;
  }
  return beginning(fits);
}
