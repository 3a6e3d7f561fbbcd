/**
 * Where a text may be broken into lines, and where its characters end, as a reader sees them. Line breaking follows Unicode (UAX #14)
 * as far as screens need it: at spaces and hyphens; between ideographs, but not before closing or after opening marks; between the words
 * of scripts without spaces, where `Intl.Segmenter` knows them; never at characters that hold words together.
 */

export interface Paragraph {
  readonly text: string;
  /** Positions where a line may end, in UTF-16 code units, the end of the text included. */
  readonly ends: readonly number[];
}

const PARAGRAPH_END = /\r\n|[\n\v\f\r\u0085\u2028\u2029]/;
const SOFT_HYPHEN = '\u00ad';
const HIDDEN = /[\u00ad\u200b]/g;
/** Spaces that may hang invisibly over the end of a line. Those that hold words together are not among them. */
const SPACES = ' \u1680\u2000-\u2006\u2008-\u200a\u205f\u3000';
const TRAILING = new RegExp(`[${SPACES}\u00ad\u200b]+$`);
/** A character as a reader sees it, for platforms without `Intl.Segmenter`: a flag, or a code point with all that is joined to it. */
const CLUSTER = /\r\n|\p{RI}\p{RI}|\p{M}+|\P{M}(?:\p{M}|[\u{1f3fb}-\u{1f3ff}\u{e0020}-\u{e007f}]|\u200d\p{Extended_Pictographic}?)*/gsu;

/** Classes of characters, on which the breaks beside them depend. */
const PLAIN = 0;
const DIGIT = 1;
const SPACE = 2;
/** A break after it, visible or not. */
const BREAK_AFTER = 3;
const HYPHEN = 4;
/** No break on either side. */
const GLUE = 5;
/** No break beside it, except next to an ideograph outside of the quotation. */
const QUOTE = 6;
const OPENING = 7;
/** No break before it, even after a space. */
const CLOSING = 8;
/** No break before it, except after a space. */
const TRAILING_MARK = 9;
const IDEOGRAPH = 10;
/** A letter of a script without spaces between words. */
const UNSPACED = 11;
const OPENING_QUOTE = 12;
const CLOSING_QUOTE = 13;

const CLASSES: readonly (readonly [RegExp, number])[] = [
  [new RegExp(`^[${SPACES}]`), SPACE],
  [/^[\u200b\u00ad\u2010\u2012-\u2014]/, BREAK_AFTER],
  [/^-/, HYPHEN],
  [/^[\u00a0\u2007\u2011\u202f\u2060\ufeff]/, GLUE],
  [/^["']/, QUOTE],
  [/^\p{Pi}/u, OPENING_QUOTE],
  [/^\p{Pf}/u, CLOSING_QUOTE],
  [/^[¡¿\p{Ps}]/u, OPENING],
  [/^[\p{Pe}!?、。，．：；！？]/u, CLOSING],
  [/^[,.:;/…‥・゛゜ゝゞヽヾ々〻ーぁぃぅぇぉっゃゅょゎゕゖァィゥェォッャュョヮヵヶ\u31f0-\u31ff％%]/u, TRAILING_MARK],
  [/^\p{Nd}/u, DIGIT],
  [/^[\p{Script=Thai}\p{Script=Lao}\p{Script=Khmer}\p{Script=Myanmar}]/u, UNSPACED],
  [
    /^(?:[\p{Script=Han}\p{Script=Hiragana}\p{Script=Katakana}\p{Script=Hangul}\p{Script=Yi}\u3000-\u303f\uff01-\uff60]|\p{RI}|\p{Emoji_Presentation}|\p{Extended_Pictographic}(?=\ufe0f))/u,
    IDEOGRAPH,
  ],
];

type Granularity = 'grapheme' | 'word';

/** @returns null where the platform has no segmenter */
function segmenterOf(granularity: Granularity): Intl.Segmenter | null {
  return typeof Intl === 'object' && typeof Intl.Segmenter === 'function' ? new Intl.Segmenter(undefined, { granularity }) : null;
}

const segmenters = new Map<Granularity, Intl.Segmenter | null>();

function segmentsOf(text: string, granularity: Granularity): readonly string[] | null {
  if (!segmenters.has(granularity)) segmenters.set(granularity, segmenterOf(granularity));
  const segmenter = segmenters.get(granularity);
  return segmenter ? Array.from(segmenter.segment(text), ({ segment }) => segment) : null;
}

/** The characters of a text as a reader counts them: a family emoji, a flag or a letter with its accents is one. */
export const charactersOf = (text: string): readonly string[] => segmentsOf(text, 'grapheme') ?? text.match(CLUSTER) ?? [];

/** Collapses spaces and tabs to one, trims the ends, and leaves out empty paragraphs at the end. */
export function paragraphsOf(text: string): Paragraph[] {
  const texts = text.split(PARAGRAPH_END).map((paragraph) => paragraph.replace(/[ \t]+/g, ' ').replace(/^ | $/g, ''));
  while (texts.at(-1) === '') texts.pop();
  return texts.map((paragraph) => ({ text: paragraph, ends: endsOf(paragraph) }));
}

/** The visible text of a line that is part of a paragraph. */
export function seenOf({ text }: Paragraph, start: number, end: number): string {
  const hyphen = end < text.length && text[end - 1] === SOFT_HYPHEN ? '-' : '';
  return text.slice(start, end).replace(TRAILING, '').replace(HIDDEN, '') + hyphen;
}

function endsOf(text: string): number[] {
  const ends: number[] = [];
  let at = 0;
  let before = SPACE;
  let previous = SPACE;
  let words: ReadonlySet<number> | null = null;
  for (const character of charactersOf(text)) {
    const next = classOf(character);
    if (next === UNSPACED) words ??= wordEndsOf(text);
    if (at > 0 && (next === UNSPACED && previous === UNSPACED ? words!.has(at) : breaksBetween(before, previous, next))) ends.push(at);
    at += character.length;
    before = previous;
    previous = next;
  }
  if (at > 0) ends.push(at);
  return ends;
}

function classOf(character: string): number {
  const code = character.charCodeAt(0);
  if ((code >= 0x61 && code <= 0x7a) || (code >= 0x41 && code <= 0x5a)) return PLAIN;
  return CLASSES.find(([pattern]) => pattern.test(character))?.[1] ?? PLAIN;
}

/** @param before the class before `previous` */
function breaksBetween(before: number, previous: number, next: number): boolean {
  if (next === SPACE || next === CLOSING) return false;
  if (previous === SPACE) return true;
  if (previous === GLUE || next === GLUE || next === TRAILING_MARK || previous === OPENING) return false;
  if (next === OPENING_QUOTE) return previous === IDEOGRAPH || previous === CLOSING;
  if (previous === CLOSING_QUOTE) return next === IDEOGRAPH;
  if (previous === QUOTE || next === QUOTE || previous === OPENING_QUOTE || next === CLOSING_QUOTE) return false;
  if (previous === BREAK_AFTER) return next !== BREAK_AFTER && next !== HYPHEN;
  if (next === BREAK_AFTER || next === HYPHEN) return false;
  // A hyphen at the start of a word is a minus sign.
  if (previous === HYPHEN) return before !== SPACE && next !== DIGIT;
  return previous === IDEOGRAPH || next === IDEOGRAPH || (previous === CLOSING && next === OPENING);
}

/** Ends of words that only a dictionary knows; empty when the platform has no dictionary. */
function wordEndsOf(text: string): ReadonlySet<number> {
  const ends = new Set<number>();
  let at = 0;
  for (const word of segmentsOf(text, 'word') ?? []) ends.add((at += word.length));
  return ends;
}
