/** The debugger page can be read: every text on every background, in both themes, by the contrast that WCAG 2.2 asks for. */
import { readFileSync } from 'node:fs';
import { expect, test } from 'vitest';

const css = readFileSync(new URL('../../debugger/page/page.css', import.meta.url), 'utf8');
const TEXTS = ['text', 'faint', 'accent', 'wrong'];
const BACKGROUNDS = ['back', 'raised', 'chosen'];
/** Least contrast of texts, and of bars and signs. */
const [TEXT_CONTRAST, SIGN_CONTRAST] = [4.5, 3];
const VMS = ['vm-host', 'vm-js', 'vm-wasm', 'vm-painter'];

/** A colour in both themes. */
function coloursOf(name: string): readonly string[] {
  const [, light, dark] = new RegExp(`--${name}: light-dark\\(#(\\w{6}), #(\\w{6})\\)`).exec(css) ?? [];
  expect(dark, name).toBeDefined();
  return [light, dark];
}

function luminance(colour: string): number {
  const [red, green, blue] = [0, 2, 4].map((at) => {
    const part = Number.parseInt(colour.slice(at, at + 2), 16) / 255;
    return part <= 0.04045 ? part / 12.92 : ((part + 0.055) / 1.055) ** 2.4;
  });
  return 0.2126 * red + 0.7152 * green + 0.0722 * blue;
}

function contrast(one: string, other: string): number {
  const [light, dark] = [luminance(one), luminance(other)].sort((a, b) => b - a);
  return (light + 0.05) / (dark + 0.05);
}

test.each(['light', 'dark'] as const)('in the %s theme', (theme) => {
  const of = (name: string) => coloursOf(name)[theme === 'light' ? 0 : 1];
  const weak = (names: readonly string[], least: number) =>
    names.flatMap((name) =>
      BACKGROUNDS.flatMap((back) => {
        const found = contrast(of(name), of(back));
        return found < least ? [`${name} on ${back}: ${found.toFixed(2)}`] : [];
      }),
    );
  expect([...weak(TEXTS, TEXT_CONTRAST), ...weak(VMS, SIGN_CONTRAST)]).toEqual([]);
});
