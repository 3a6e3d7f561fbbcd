import { describe, expect, it, vi } from 'vitest';
import { breakLines, TEXTS_KEPT_MAX, TextLines } from '../../host-shim/browser/painting/text-lines.js';

/** Every character is ten pixels wide. */
const measure = (text: string) => 10 * text.length;
const lines = (text: string, width: number, linesMax = 0) => breakLines({ text, width, linesMax }, measure);

describe('text lines', () => {
  it('break at spaces, as late as they can', () => {
    expect(lines('one two three', 70)).toEqual(['one two', 'three']);
    expect(lines('one two three', 69)).toEqual(['one', 'two', 'three']);
    expect(lines('one  two\tthree ', 1000)).toEqual(['one two three']);
    expect(lines('', 50)).toEqual([]);
  });

  it('end with an ellipsis where more text follows', () => {
    expect(lines('one two three', 70, 1)).toEqual(['one tw…']);
    expect(lines('one two three four', 70, 2)).toEqual(['one two', 'three…']);
    expect(lines('one two three', 130, 1)).toEqual(['one two three']);
  });

  it('cut a word that is wider than the box', () => {
    expect(lines('extraordinary', 60)).toEqual(['extra…']);
    expect(lines('an extraordinary film', 60)).toEqual(['an', 'extra…', 'film']);
  });

  it.each<[string, string, number, string[]]>([
    ['line breaks', 'one\ntwo three', 1000, ['one', 'two three']],
    ['those of other systems', 'one\r\ntwo\rthree\u2028four', 1000, ['one', 'two', 'three', 'four']],
    ['empty lines, but none at the end', 'one \n\n two\n\n', 1000, ['one', '', 'two']],
    ['no space that holds together', 'one 10\u00a0min', 70, ['one', '10\u00a0min']],
    ['no narrow space, no joiner', 'one 1\u202f000\u2060x', 70, ['one', '1\u202f000\u2060x']],
    ['ideographs, anywhere', '七人の侍七人の侍', 30, ['七人の', '侍七人', 'の侍']],
    ['none before what closes', '七人の。侍', 30, ['七人', 'の。侍']],
    ['none after what opens', '七人「の侍', 30, ['七人', '「の侍']],
    ['none before small kana and long vowels', 'アイシャーロ', 30, ['アイ', 'シャー', 'ロ']],
    ['Hangul', '안녕하세요', 20, ['안녕', '하세', '요']],
    ['words and ideographs', 'see七人', 40, ['see七', '人']],
    ['hyphens', 'well-known -5 a-5', 50, ['well-', 'known', '-5', 'a-5']],
    ['soft hyphens, seen only there', 'extra\u00adordi\u00adnary', 70, ['extra-', 'ordi-', 'nary']],
    ['soft hyphens that are not needed', 'or\u00addi', 100, ['ordi']],
    ['zero-width spaces', 'one\u200btwo\u200bthree', 60, ['onetwo', 'three']],
    ['Thai words', 'ภาษาไทย', 40, ['ภาษา', 'ไทย']],
    ['emoji', '😀😀😀', 40, ['😀😀', '😀']],
    ['right to left in the order of reading', 'שלום עולם', 50, ['שלום', 'עולם']],
    ['nothing of nothing', ' \n\t', 100, []],
    ['no box without width', 'one', 0, []],
  ])('break at %s', (_what, text, width, expected) => {
    expect(lines(text, width)).toEqual(expected);
  });

  it('are bounded for a text without spaces', () => {
    const japanese = '昔々ある所にお爺さんとお婆さんが住んでいました'.repeat(3).slice(0, 67);
    const found = lines(japanese, 180, 4);
    expect(found).toHaveLength(4);
    expect(found.join('')).toBe(japanese);
    expect(lines(japanese, 150, 4)).toHaveLength(4);
    expect(lines(japanese, 150, 4).at(-1)).toMatch(/^.{14}…$/);
  });

  it.each([
    ['faces', '😀'.repeat(10), '😀…'],
    ['families', '👨‍👩‍👧‍👦'.repeat(3), '…'],
    ['flags', '🇫🇮🇯🇵🇫🇷', '…'],
    ['accents', 'e\u0301e\u0301e\u0301', 'e\u0301…'],
    ['skin colours', '👍🏽'.repeat(4), '…'],
  ])('never end within a character: %s', (_what, text, expected) => {
    expect(lines(text, 42, 1)).toEqual([expected]);
    for (let width = 10; width < 10 * text.length; width += 7) {
      const [line] = lines(text, width, 1);
      const kept = [...new Intl.Segmenter().segment(line.replace('…', ''))];
      expect(kept.every(({ segment }, i) => segment === [...new Intl.Segmenter().segment(text)][i].segment)).toBe(true);
    }
  });

  it('end with an ellipsis where a line break cuts off the rest', () => {
    expect(lines('one\ntwo', 1000, 1)).toEqual(['one…']);
    expect(lines('one\ntwo', 30, 1)).toEqual(['on…']);
    expect(lines('one\n\n', 1000, 1)).toEqual(['one']);
  });

  it('are the same without a segmenter', async () => {
    vi.stubGlobal('Intl', { ...Intl, Segmenter: undefined });
    vi.resetModules();
    const { breakLines } = await import('../../host-shim/browser/painting/text-lines.js');
    const plain = (text: string, width: number, linesMax: number) => breakLines({ text, width, linesMax }, measure);
    expect(plain('七人の侍七人', 40, 0)).toEqual(['七人の侍', '七人']);
    expect(plain('😀'.repeat(10), 42, 1)).toEqual(['😀…']);
    expect(plain('👨‍👩‍👧‍👦👨‍👩‍👧‍👦', 120, 1)).toEqual(['👨‍👩‍👧‍👦…']);
    expect(plain('🇫🇮🇯🇵🇫🇷', 60, 1)).toEqual(['🇫🇮…']);
    expect(plain('e\u0301e\u0301e\u0301', 42, 1)).toEqual(['e\u0301…']);
    expect(plain('ภาษาไทย', 40, 0)).toEqual(['ภาษ…']);
    vi.unstubAllGlobals();
  });

  it('are measured again only when the text, its font or its box changes', () => {
    const texts = new TextLines();
    let measured = 0;
    const counting = (text: string) => {
      measured++;
      return measure(text);
    };
    const box = { text: 'one two', width: 30, linesMax: 0 };
    const first = texts.of(1, '20px sans', box, counting);
    const cost = measured;
    expect(texts.of(1, '20px sans', { ...box }, counting)).toBe(first);
    expect(measured).toBe(cost);
    expect(texts.of(1, '20px sans', { ...box, width: 100 }, counting)).toEqual(['one two']);
    expect(measured).toBeGreaterThan(cost);
  });

  it('are kept for the texts that were painted last, over 10,000 that pass', () => {
    const texts = new TextLines();
    let measured = 0;
    const paint = (node: number) =>
      texts.of(node, '20px sans', { text: 'title', width: 100, linesMax: 1 }, (text) => {
        measured++;
        return measure(text);
      });
    for (let node = 1; node <= 10_000; node++) {
      paint(0);
      paint(node);
    }
    expect(texts.count).toBe(TEXTS_KEPT_MAX);
    const before = measured;
    for (const node of [0, 10_000, 10_002 - TEXTS_KEPT_MAX]) paint(node);
    expect(measured).toBe(before);
    paint(10_001 - TEXTS_KEPT_MAX);
    expect(measured).toBeGreaterThan(before);
  });
});
