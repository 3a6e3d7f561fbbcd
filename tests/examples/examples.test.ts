/** The small examples: each does what its page says, in Chromium or as a program; and each has a picture, an entry in docs/EXAMPLES.md, and nothing from elsewhere. */
import { execFile } from 'node:child_process';
import { existsSync, readdirSync, readFileSync } from 'node:fs';
import { join, posix } from 'node:path';
import { promisify } from 'node:util';
import type { Browser, ConsoleMessage, Page } from 'playwright';
import type { PreviewServer } from 'vite';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { hasPage, sourcesOf } from '../../examples/small/gallery.js';
import { EXAMPLES, type Example } from '../../examples/small/list.js';
import { addressOf, runExample } from '../../examples/small/site.js';
import { launchChromium } from '../e2e/television.js';
import { importsOf, ROOT } from '../tree/tree.js';
import { buildExamples, previewExamples } from './built-gallery.js';
import { EXAMPLES_PAGE, examplesPage, pictureOf } from './examples-page.js';
import { OUTPUTS } from './outputs.js';
import { SCENARIOS } from './scenarios.js';
import { Stage } from './stage.js';

const FOLDER = join(ROOT, 'examples/small');
/** What an example may import beside its own files. */
const PACKAGES = /^(tandem(\/.*)?|node:.*|react-dom\/client|solid-js(\/.*)?)$/;
/** A crash is told on the console. */
const TELLS = ['timer', 'crash', 'poison', 'budget', 'family', 'hang', 'twin', 'wrap', 'clock'];

const pages = EXAMPLES.filter(hasPage);
const programs = EXAMPLES.filter((example) => !hasPage(example));

let browser: Browser;
let server: PreviewServer;
/** One for all: another one would compile everything anew. */
let page: Page;
beforeAll(async () => {
  await buildExamples();
  [browser, server] = await Promise.all([launchChromium(), previewExamples()]);
  page = await browser.newPage();
});
afterAll(() => Promise.all([browser?.close(), server?.close()]));

describe('what there is', () => {
  test('the list has all folders, and each example something that is done with it', () => {
    const folders = readdirSync(FOLDER, { withFileTypes: true }).filter((entry) => entry.isDirectory() && entry.name !== 'node_modules');
    expect(folders.map(({ name }) => name).sort()).toEqual(EXAMPLES.map(({ name }) => name).sort());
    expect(Object.keys(SCENARIOS).sort()).toEqual(pages.map(({ name }) => name).sort());
    expect(Object.keys(OUTPUTS).sort()).toEqual(programs.map(({ name }) => name).sort());
    expect(EXAMPLES.length).toBeGreaterThanOrEqual(25);
  });

  test('docs/EXAMPLES.md has each with its picture; npm run examples -- --pictures makes both', () => {
    expect(readFileSync(join(ROOT, EXAMPLES_PAGE), 'utf8')).toBe(examplesPage());
    expect(EXAMPLES.filter((example) => !existsSync(join(ROOT, pictureOf(example))))).toEqual([]);
  });

  test('they import the package by its name, and their own files', () => {
    const wrong = EXAMPLES.flatMap((example) =>
      sourcesOf(example).flatMap((path) => {
        const file = posix.join('examples/small', example.name, path);
        const imported = importsOf(file, readFileSync(join(ROOT, file), 'utf8'));
        const isOwn = (target: string | null) => target?.startsWith(`examples/small/${example.name}/`);
        return imported
          .filter(({ specifier, target }) => !isOwn(target) && !PACKAGES.test(specifier))
          .map(({ specifier }) => `${file}: ${specifier}`);
      }),
    );
    expect(wrong).toEqual([]);
  });

  test('their types are right', async () => {
    await promisify(execFile)(process.execPath, [join(ROOT, 'node_modules/typescript/bin/tsc'), '-p', '.'], { cwd: FOLDER }).catch(
      ({ stdout }) => expect(stdout).toBe(''),
    );
  });
});

async function look(path: string, scenario: (stage: Stage) => Promise<void>): Promise<string[]> {
  const said: string[] = [];
  const hear = (message: ConsoleMessage) => {
    if (['error', 'warning', 'assert'].includes(message.type())) said.push(`${message.type()}: ${message.text()}`);
  };
  const thrown = (error: Error) => said.push(`thrown: ${error.stack}`);
  page.on('console', hear);
  page.on('pageerror', thrown);
  try {
    await page.goto(addressOf(server, path));
    await scenario(new Stage(page));
  } catch (error) {
    throw new Error([(error as Error).message, ...said].join('\n'), { cause: error });
  } finally {
    page.off('console', hear);
    page.off('pageerror', thrown);
  }
  return said;
}

test.each(pages.map((example) => [example.name, example] as const))('%s does what it says', async (name, { title }: Example) => {
  const said = await look(name, async (stage) => {
    expect(await stage.page.title()).toBe(title);
    await SCENARIOS[name](stage);
  });
  expect(said.filter((line) => !(TELLS.includes(name) && line.startsWith('warning: ')))).toEqual([]);
});

test.each(programs.map((example) => [example.name, example] as const))('%s prints what it says', async (name, example) => {
  expect(await runExample(example)).toBe(OUTPUTS[name]);
});

test('the gallery has them all, and each has its source', async () => {
  await look('', async ({ page }) => {
    expect(await page.locator('.gallery a b').allTextContents()).toEqual(EXAMPLES.map(({ title }) => title));
    expect(await page.locator('.gallery a[href]').count()).toBe(pages.length);
  });
  await look('actor', async ({ page }) => {
    expect(await page.locator('#source summary').allTextContents()).toEqual(['counter.ts', 'main.ts', 'index.html']);
    expect(await page.locator('#source pre').nth(1).textContent()).toBe(readFileSync(join(FOLDER, 'actor/main.ts'), 'utf8').trimEnd());
  });
});
