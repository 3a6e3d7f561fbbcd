/** The television under Chromium's debugger: it finds the AssemblyScript sources, and a stopped worker does not count as hanging. */
import type { Browser } from 'playwright';
import { afterAll, beforeAll, expect, test } from 'vitest';
import type { RunningServer } from '../../examples/tv/server/server.js';
import { CONTROL_DEADLINE_MS, HANG_MS } from '../../protocol/limits.js';
import { DevTools } from './devtools.js';
import { launchChromium, PATIENCE_MS, serveTelevision, Television, titleAt } from './television.js';

const ACTORS = ['focus', 'history', 'metrics', 'network', 'scene'];
/** Longer than a hang is tolerated, and than a control call may take. */
const STOPPED_MS = Math.max(2 * HANG_MS, CONTROL_DEADLINE_MS) + 1_000;

let server: RunningServer;
let browser: Browser;

beforeAll(async () => {
  [server, browser] = await Promise.all([serveTelevision(), launchChromium()]);
});

afterAll(async () => {
  await browser?.close();
  await server?.close();
});

const open = async () => {
  const television = await Television.open(browser, server, '?placement=wasm');
  await television.settle(titleAt(0, 0));
  return television;
};

test('each module has its URL, and its source map has the sources with their text', async () => {
  const television = await open();
  const tools = await DevTools.attach(television.page);
  const found = () =>
    tools.living('wasm-vm').flatMap(({ scripts }) => scripts.filter(({ scriptLanguage }) => scriptLanguage === 'WebAssembly'));
  const modules = ACTORS.map((actor) => new URL(`${actor}.wasm`, server.url).href);
  await expect.poll(() => [...new Set(found().map(({ url }) => url))].sort(), { timeout: PATIENCE_MS }).toEqual(modules);
  for (const actor of ACTORS) {
    const { url, sourceMapURL = '' } = found().find(({ url }) => url.endsWith(`/${actor}.wasm`))!;
    const answer = await fetch(new URL(sourceMapURL, url));
    expect(answer.status).toBe(200);
    const { sourceRoot, sources, sourcesContent } = (await answer.json()) as {
      sourceRoot?: string;
      sources: string[];
      sourcesContent: string[];
    };
    expect(sourceRoot).toBeUndefined();
    const own = sources.indexOf(`wasm-actors/${actor}.ts`);
    expect(sourcesContent[own]).toContain('class ');
  }
  await television.close();
});

test('a worker that the debugger has stopped does not count as hanging, and goes on when the debugger resumes it', async () => {
  const television = await open();
  const tools = await DevTools.attach(television.page);
  await expect.poll(() => tools.living('wasm-vm').length, { timeout: PATIENCE_MS }).toBeGreaterThan(0);
  const before = tools.living('wasm-vm');
  for (const worker of before) await worker.send('Debugger.pause');
  await television.press('ArrowRight');
  await television.page.waitForTimeout(STOPPED_MS);
  expect(tools.workers.some(({ url }) => url.startsWith('blob:'))).toBe(true);
  for (const worker of before) await worker.send('Debugger.resume').catch(() => {}); // a spare has nothing to stop at
  await television.settle(titleAt(0, 1));
  expect(before.map(({ ended }) => ended)).toEqual(before.map(() => false));
  expect(await television.actor('scene')).toEqual({ vm: 'wasm', state: 'running', restarts: 0 });
  await expect.poll(() => tools.living('blob:').length, { timeout: PATIENCE_MS }).toBe(0);
  await television.close();
});
