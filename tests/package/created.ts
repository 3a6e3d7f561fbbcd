/**
 * A new user's first ten minutes, by the words of README: creates an application from the package as it is published, writes a second actor,
 * tests both, builds it, opens it, crashes its actor and moves it.
 */
import { existsSync, rmSync } from 'node:fs';
import { join } from 'node:path';
import { type Browser, chromium, type Page } from 'playwright';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { findChromium } from '../../scripts/chromium.js';
import { emptyFolder, run } from './installed.js';
import { type Served, serve } from './served.js';

/** Opens a page, and fails with what its console says is wrong. */
async function open(browser: Browser, { address }: Served): Promise<Page> {
  const page = await browser.newPage();
  page.on('pageerror', (error) => {
    throw error;
  });
  await page.goto(address);
  return page;
}

const sumIn = (page: Page, sum: string) => page.waitForFunction((text) => document.getElementById('sum')?.textContent === text, sum);
const statusIn = (page: Page, text: string) =>
  page.waitForFunction((wanted) => document.getElementById('status')?.textContent === wanted, text);

async function tryOut(page: Page): Promise<void> {
  await statusIn(page, 'runs in the wasm VM; restarts: 0');
  await sumIn(page, '0');
  for (let i = 0; i < 3; i++) await page.click('#add');
  await sumIn(page, '3');
  await page.click('#crash');
  await statusIn(page, 'runs in the wasm VM; restarts: 1');
  await page.click('#add');
  await sumIn(page, '4');
  await page.click('#move');
  await statusIn(page, 'runs in the js VM; restarts: 1');
  await page.click('#add');
  await sumIn(page, '5');
}

/** @param tarball of the package, once it is packed */
export function testsOfCreated(tarball: () => string): void {
  const folder = emptyFolder();
  const application = join(folder, 'my-app');
  let browser: Browser;
  beforeAll(async () => {
    // npx takes a package from where it is told, as it takes a published one from the registry.
    const npx = ['--yes', '--prefer-offline', `--package=${tarball()}`];
    run(folder, 'npx', ...npx, 'tandem', 'create', 'my-app', '--from', `file:${tarball()}`);
    run(application, 'npm', 'install', '--prefer-offline', '--no-audit', '--no-fund');
    browser = await chromium.launch({ executablePath: findChromium() ?? undefined, args: ['--no-sandbox'] });
  });
  afterAll(async () => {
    await browser.close();
    rmSync(folder, { recursive: true });
  });

  test('a second actor is written, and the tests of both pass, in both languages', () => {
    run(application, 'npx', 'tandem', 'new', 'basket', '--wasm');
    expect(run(application, 'npm', 'test')).toMatch(/Tests +10 passed/);
    expect(existsSync(join(application, 'tandem.lock.json'))).toBe(true);
  });

  test.each([
    ['npm run dev', 'dev'],
    ['npm run build, and npm start', 'start'],
  ])('%s: it counts, crashes and is back, moves, and counts on', async (_, script) => {
    if (script === 'start') run(application, 'npm', 'run', 'build');
    const served = await serve(application, script);
    try {
      await tryOut(await open(browser, served));
    } finally {
      await served.end();
    }
  });
}
