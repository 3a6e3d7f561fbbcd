/** The examples of docs/reference that need a browser print what they say, one after another in one page. */
import { expect, test, vi } from 'vitest';

interface Told {
  readonly path: string;
  readonly prints: readonly string[];
}

const FOLDER = '/dist/reference-in-browser/bundled';

/** As a console shows it: like Node's, so far as examples need it. */
const shown = (value: unknown): string =>
  typeof value === 'object' && value !== null
    ? JSON.stringify(value)
        .replace(/"(\w+)":/g, ' $1: ')
        .replace(/\}$/, ' }')
    : String(value);

/** An example that does not end is named. */
const DEADLINE_MS = 50_000;
const late = (path: string) =>
  new Promise((_, reject) => setTimeout(reject, DEADLINE_MS, new Error(`${path}: not over after ${DEADLINE_MS} ms`)));

test('they print what they say', { timeout: 180_000 }, async () => {
  const examples = (await (await fetch(`${FOLDER}/examples.json`)).json()) as readonly Told[];
  expect(examples.length).toBeGreaterThan(0);
  for (const { path, prints } of examples) {
    const printed: string[] = [];
    vi.spyOn(console, 'log').mockImplementation((...values) => void printed.push(values.map(shown).join(' ')));
    await Promise.race([import(/* @vite-ignore */ `${FOLDER}/${path}`), late(path)]);
    expect({ path, printed: printed.sort() }).toEqual({ path, printed: [...prints].sort() });
  }
});
