/**
 * A React application that exists goes from no Tandem to WebAssembly in five commits, by the words of docs/ADOPT-REACT.md, with the package as it is published.
 * Its own tests run at each commit; what is built at the third and the last is used in Chromium, where its actor crashes.
 */
import { cpSync, existsSync, readdirSync, readFileSync, symlinkSync } from 'node:fs';
import { join } from 'node:path';
import type { Browser, Page } from 'playwright';
import { build, preview } from 'vite';
import { beforeAll, expect, test } from 'vitest';
import { PATIENCE_MS } from '../e2e/television.js';
import { ROOT } from '../tree/tree.js';
import { ownProgram, put, run } from './installed.js';

const SHOP = join(ROOT, 'tests/adopt/react-shop');
const LENT = ['react', 'react-dom', 'vite', 'vitest', 'happy-dom'];
const IN_ONE_THREAD = ['--no-isolate', '--maxWorkers', '1', '--pool', 'threads'];
const document = readFileSync(join(ROOT, 'docs/ADOPT-REACT.md'), 'utf8');

interface Change {
  readonly path: string;
  readonly language: string;
  readonly text: string;
}

interface Commit {
  readonly folder: string;
  readonly changes: readonly Change[];
}

/** The sections of the page, each with its files and differences. @param top folder of the commits */
const commitsIn = (top: string): readonly Commit[] =>
  document
    .split(/^## \d\. /m)
    .slice(1)
    .map((section, index) => ({
      folder: join(top, `commit-${index + 1}`),
      changes: [...section.matchAll(/^\*\*([^*\n]+)\*\*\n\n```(\w+)\n([\s\S]*?)^```$/gm)].map(([, path, language, text]) => ({
        path,
        language,
        text,
      })),
    }));

/** A difference without line numbers, of the whole file. @throws Error when it is none of that text */
function changed(text: string, difference: string): string {
  const lines = difference.split('\n').slice(0, -1);
  const before = lines.filter((line) => !line.startsWith('+')).map((line) => `${line.slice(1)}\n`);
  expect(before.join('')).toBe(text);
  return lines
    .filter((line) => !line.startsWith('-'))
    .map((line) => `${line.slice(1)}\n`)
    .join('');
}

function commit({ folder, changes }: Commit, before: string): void {
  cpSync(before, folder, { recursive: true });
  for (const { path, language, text } of changes) {
    const file = join(folder, path);
    put(folder, { [path]: language === 'diff' ? changed(readFileSync(file, 'utf8'), text) : text });
  }
}

const lines = (page: Page) => page.locator('li').evaluateAll((items) => items.map((item) => item.firstChild?.textContent));

/** @param top where the package is installed */
export function testsOfShop(top: string, browser: () => Browser): void {
  const commits = commitsIn(top);
  beforeAll(() => {
    for (const name of LENT) symlinkSync(join(ROOT, 'node_modules', name), join(top, 'node_modules', name));
    commits.reduce((before, one) => {
      commit(one, before);
      return one.folder;
    }, SHOP);
    // In one process, which is cheaper than five.
    const projects = commits
      .map((_, index) => `commit-${index + 1}`)
      .map((name) => ({ extends: `./${name}/vite.config.ts`, root: name, test: { name } }));
    put(top, { 'vitest.config.ts': `export default ${JSON.stringify({ test: { projects } })};\n` });
  });

  test('there are five commits, and what each changes is what the page says', () => {
    expect(commits.map(({ changes }) => changes.map(({ path }) => path))).toEqual([
      [],
      ['src/actors/basket.ts', 'src/store.ts', 'vite.config.ts'],
      ['tandem.json'],
      ['src/actors/basket.wasm.ts', 'tandem.json'],
      ['tandem.json'],
    ]);
  });

  test("the shop's own tests pass at each commit", { timeout: 300_000 }, () => {
    const said = run(top, ownProgram('vitest'), 'run', '--reporter', 'json', ...IN_ONE_THREAD);
    const { testResults } = JSON.parse(said.slice(said.indexOf('{"'))) as {
      testResults: { name: string; assertionResults: { status: string }[] }[];
    };
    const passed = testResults.map(({ name, assertionResults }) => [name, assertionResults.map(({ status }) => status)]);
    expect(passed.sort()).toEqual(commits.map(({ folder }) => [join(folder, 'src/Shop.test.tsx'), ['passed', 'passed', 'passed']]));
    expect(commits.map(({ folder }) => existsSync(join(folder, 'tandem.lock.json')))).toEqual([false, true, true, true, true]);
    const numbers = commits.slice(1).map(({ folder }) => readFileSync(join(folder, 'tandem.lock.json'), 'utf8'));
    expect(new Set(numbers).size).toBe(1);
  });

  test.each([
    [3, ['js']],
    [5, ['js', 'wasm']],
  ])('what commit %i builds is used in Chromium, its actor crashes, and nothing is lost', async (number, workers) => {
    const { folder } = commits[number - 1];
    const config = { root: folder, configFile: join(folder, 'vite.config.ts'), logLevel: 'silent' } as const;
    await build({ ...config, build: { minify: false } });
    const server = await preview({ ...config, preview: { port: 0, host: '127.0.0.1' } });
    const page = await browser().newPage();
    page.setDefaultTimeout(PATIENCE_MS);
    const said: string[] = [];
    page.on('console', (message) => said.push(message.text()));
    page.on('pageerror', (error) => said.push(String(error)));
    try {
      await page.goto(server.resolvedUrls!.local[0]);
      for (const product of ['tea', 'cup', 'tea', 'pot']) await page.getByRole('button', { name: `Add ${product}` }).click();
      await expect.poll(() => lines(page)).toEqual(['2 × tea', '1 × cup', '1 × pot']);
      expect(page.workers()).toHaveLength(workers.length);
      // A double click: the second finds nothing to remove.
      await page.getByRole('button', { name: 'Remove cup' }).evaluate((button: HTMLButtonElement) => {
        button.click();
        button.click();
      });
      await page.getByRole('button', { name: 'Add tea' }).click();
      await expect.poll(() => lines(page)).toEqual(['3 × tea', '1 × pot']);
      expect(await page.locator('output').textContent()).toBe('€ 31.50');
      // The line follows once its place in the sources is found.
      await expect.poll(() => said.filter((line) => line.includes('basket crashed at basket.remove'))).not.toEqual([]);
    } finally {
      await page.close();
      await server.close();
    }
    const assets = readdirSync(join(folder, 'dist/assets'));
    expect(assets.some((name) => name.endsWith('.wasm'))).toBe(number === 5);
  });
}
