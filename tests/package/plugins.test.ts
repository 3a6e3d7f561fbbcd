/** The plugins for Vite and esbuild, with the package as it is published: development, build and preview of an application, each looked at in Chromium. */
import { existsSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { build as esbuild } from 'esbuild';
import type { Browser, Page } from 'playwright';
import { build, createLogger, createServer, type InlineConfig, type PreviewServer, preview, type ViteDevServer } from 'vite';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { tandemForEsbuild } from '../../tools/esbuild.js';
import { tandem } from '../../tools/vite.js';
import { launchChromium, PATIENCE_MS } from '../e2e/television.js';
import { APPLICATION, GUEST, PLACEMENTS, SUM, TWIN } from './fixture.js';
import { emptyFolder, packedOnce, put, unpack } from './installed.js';
import { testsOfOtherTools } from './other-tools.js';
import { testsOfShop } from './react-shop.js';
import { STRICT, serveStrictly } from './strict-server.js';

const root = emptyFolder();

let browser: Browser;
let tarball: string;
beforeAll(async () => {
  tarball = (await packedOnce()).tarball;
  unpack(root, tarball);
  put(root, APPLICATION);
  browser = await launchChromium();
});
afterAll(async () => {
  await browser?.close();
  rmSync(root, { recursive: true });
});

const config = (isolation?: boolean): InlineConfig => ({
  root,
  configFile: false,
  logLevel: 'silent',
  server: { port: 0, host: '127.0.0.1' },
  plugins: [tandem({ isolation, debug: true })],
});

const urlOf = ({ resolvedUrls }: ViteDevServer | PreviewServer): string => resolvedUrls!.local[0];

async function open(url: string): Promise<Page> {
  const page = await browser.newPage();
  page.setDefaultTimeout(PATIENCE_MS);
  await page.goto(url);
  return page;
}

const summed = (page: Page) => page.waitForFunction((sum) => document.querySelector('output')?.value === sum, SUM);
const vmOf = (page: Page) => page.evaluate(() => (globalThis as unknown as { system: { actors: { vm: string }[] } }).system.actors[0].vm);

/** Writes a file of the application anew. @returns when every page has said that it goes on with it */
async function save(path: string, text: string, pages: readonly Page[]): Promise<void> {
  const told = pages.map((page) => page.waitForEvent('console', (message) => message.text().includes('the code that was saved')));
  writeFileSync(join(root, path), text);
  await Promise.all(told);
}

const add = (page: Page, amount: number) =>
  page.evaluate(async (by) => {
    const { basket } = globalThis as unknown as { basket: { add(fields: object): void; total(): Promise<{ sum: number }> } };
    basket.add({ amount: by });
    return (await basket.total()).sum;
  }, amount);

/** In the page of the step `host`: code that its state does not fit, code that crashes it until it is exhausted, and what follows. */
async function mendsAndBeginsAfresh(page: Page, twin: string): Promise<void> {
  writeFileSync(join(root, TWIN), twin.replace('this.sum = sum;', 'this.sum = sum + 1;'));
  const button = page.locator('tandem-refused button');
  await button.waitFor();
  expect(await page.locator('tandem-refused').textContent()).toMatch(/^basket goes on with its former code: .*its snapshot differs/);
  expect(await add(page, 1)).toBe(157);
  await button.click();
  await button.waitFor({ state: 'detached' });
  expect(await add(page, 1)).toBe(1);
  await save(TWIN, twin.replace('this.sum = (this.sum', "if (amount === 13) throw new Error('thirteen');\n    this.sum = (this.sum"), [
    page,
  ]);
  expect(await add(page, 2)).toBe(3);
  const exhausting = page.evaluate(async () => {
    const { basket, system } = globalThis as unknown as {
      basket: { add(fields: object): void };
      system: { actors: { state: string }[]; onChange(listener: () => void): void };
    };
    const exhausted = new Promise<void>((resolve) => system.onChange(() => system.actors[0].state === 'exhausted' && resolve()));
    for (let i = 0; i < 3; i++) basket.add({ amount: 13 });
    await exhausted;
  });
  const line = 1 + twin.split('\n').findIndex((text) => text.includes('this.sum = (this.sum'));
  const located = page.waitForEvent('console', (message) => message.text().includes(`${TWIN}:${line}:30: basket crashed: thirteen`));
  await Promise.all([located, exhausting]);
  await save(TWIN, twin, [page]);
  expect(await add(page, 13)).toBe(16);
}

test('development: every placement; an edited twin goes on with the state, a guest that does not compile is shown and changes nothing', async () => {
  const terminal: string[] = [];
  const customLogger = { ...createLogger('silent'), error: (text: string) => void terminal.push(text) };
  const server = await (await createServer({ ...config(false), customLogger })).listen();
  const pages: Page[] = [];
  const sums = (amount: number) => Promise.all(pages.map((page) => add(page, amount)));
  try {
    for (const [placement, vm, workers] of PLACEMENTS) {
      const page = await open(`${urlOf(server)}?placement=${placement}`);
      await summed(page);
      expect([placement, await vmOf(page), page.workers().length > 0]).toEqual([placement, vm, workers]);
      expect(await page.evaluate(() => crossOriginIsolated)).toBe(false);
      pages.push(page);
    }
    const twin = readFileSync(join(root, TWIN), 'utf8');
    await save(TWIN, twin.replace('this.sum + amount', 'this.sum + 10 * amount'), pages);
    expect(await sums(1)).toEqual([117, 117, 108]);
    const guest = readFileSync(join(root, GUEST), 'utf8');
    await save(GUEST, guest.replace('this.state.sum += ', 'this.state.sum += 100 * '), pages);
    expect(await sums(1)).toEqual([127, 127, 208]);

    const [page] = pages;
    writeFileSync(join(root, GUEST), guest.replace('this.state.sum += ', 'this.state.total += '));
    const overlay = page.locator('vite-error-overlay');
    await overlay.waitFor();
    expect(await overlay.locator('.message-body').textContent()).toMatch(
      /actors\/basket\.wasm\.ts:23:16: does not compile: Property 'total' does not exist/,
    );
    expect(await sums(1)).toEqual([137, 137, 308]);
    await save(GUEST, guest, pages);
    expect(await overlay.count()).toBe(0);
    expect(await sums(1)).toEqual([147, 147, 309]);
    expect(terminal).toEqual([expect.stringMatching(/basket\.wasm\.ts:23:16: does not compile/)]);
    await mendsAndBeginsAfresh(page, twin);
  } finally {
    for (const page of pages) await page.close();
    await server.close();
  }
});

test('build and preview: files with hashes, a manifest, workers, and no eval', async () => {
  await build(config());
  const { guests } = JSON.parse(readFileSync(join(root, 'dist/tandem.manifest.json'), 'utf8'));
  expect(guests).toEqual({
    basket: {
      module: expect.stringMatching(/^assets\/basket-[\w-]{8}\.wasm$/),
      sourceMap: expect.stringMatching(/^assets\/basket\.wasm-[\w-]{8}\.map$/),
      bytes: expect.any(Number),
    },
  });
  expect([guests.basket.module, guests.basket.sourceMap].every((path) => existsSync(join(root, 'dist', path)))).toBe(true);
  expect(readdirSync(join(root, 'dist/assets')).filter((name) => name.endsWith('.ts'))).toEqual([]);
  const server = await preview({ ...config(), preview: { port: 0, headers: { 'Content-Security-Policy': STRICT } } });
  try {
    for (const [placement, vm, workers] of PLACEMENTS) {
      const page = await open(`${urlOf(server)}?placement=${placement}`);
      await summed(page);
      expect([placement, await vmOf(page), page.workers().length > 0]).toEqual([placement, vm, workers]);
      expect(await page.evaluate(() => crossOriginIsolated)).toBe(true);
      await page.close();
    }
  } finally {
    await server.close();
  }
});

test('esbuild: the same page, its workers and modules as files with hashes', async () => {
  const outdir = join(root, 'with-esbuild');
  const options = { bundle: true, format: 'esm', outdir, absWorkingDir: root, logLevel: 'silent' } as const;
  await esbuild({ ...options, entryPoints: ['src/main.ts'], plugins: [tandemForEsbuild({ debug: true })] });
  const hashed = readdirSync(outdir).map((name) => name.replace(/-[A-Z0-9]{8}\./, '-*.'));
  expect(hashed.sort()).toEqual(['basket-*.wasm', 'basket.wasm-*.map', 'js-worker-*.js', 'main.js', 'wasm-worker-*.js']);
  writeFileSync(join(outdir, 'index.html'), APPLICATION['index.html'].replace('/src/main.ts', '/main.js'));
  const server = await serveStrictly(outdir);
  try {
    const page = await open(`${server.url}?placement=wasm`);
    await summed(page);
    expect(await vmOf(page)).toBe('wasm');
    await page.close();
  } finally {
    server.close();
  }
});

/** Where there is no header for isolation. */
async function look(url: string): Promise<void> {
  const page = await open(url);
  await summed(page);
  await page.close();
}

describe('other tools', () => testsOfOtherTools(() => ({ root, tarball, look })));

describe('an application of React that exists', () => testsOfShop(root, () => browser));
