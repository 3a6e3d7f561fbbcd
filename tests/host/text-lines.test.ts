import { describe, expect, it } from 'vitest';
import { breakLines, TextLines } from '../../host-shim/browser/ports/text-lines.js';

/** Every character is ten wide. */
const measure = (text: string) => 10 * text.length;
const lines = (text: string, width: number, linesMax = 0) => breakLines({ text, width, linesMax }, measure);

describe('text lines', () => {
  it('break at spaces, as late as they can', () => {
    expect(lines('one two three', 70)).toEqual(['one two', 'three']);
    expect(lines('one two three', 69)).toEqual(['one', 'two', 'three']);
    expect(lines('one  two\nthree', 1000)).toEqual(['one two three']);
    expect(lines('', 50)).toEqual([]);
  });

  it('end with an ellipsis where more would come', () => {
    expect(lines('one two three', 70, 1)).toEqual(['one tw…']);
    expect(lines('one two three four', 70, 2)).toEqual(['one two', 'three…']);
    expect(lines('one two three', 130, 1)).toEqual(['one two three']);
  });

  it('cut a word that is wider than the box', () => {
    expect(lines('extraordinary', 60)).toEqual(['extra…']);
    expect(lines('an extraordinary film', 60)).toEqual(['an', 'extra…', 'film']);
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
    texts.keepOnly(new Set());
    const before = measured;
    texts.of(1, '20px sans', { ...box, width: 100 }, counting);
    expect(measured).toBeGreaterThan(before);
  });
});
