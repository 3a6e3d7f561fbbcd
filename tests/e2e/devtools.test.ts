/** The television under Chromium's debugger: it finds the AssemblyScript sources, and a stopped worker does not count as hanging. */
import type { Browser } from 'playwright';
import { afterAll, beforeAll, expect, test } from 'vitest';
import type { System } from '../../actors/application/supervised-system.js';
import type { RunningServer } from '../../examples/tv/server/server.js';
import { CONTROL_DEADLINE_MS, HANG_MS } from '../../protocol/limits.js';
import { breakAtLine, localsOf } from '../debugging/source-breakpoint.js';
import { type AttachedWorker, DevTools } from './devtools.js';
import { launchChromium, openHeld, PATIENCE_MS, serveTelevision, Television, titleAt } from './television.js';

/** As AssemblyScript knows it: its place among the keys. */
const KEY_RIGHT = 1;
const ACTORS = ['focus', 'history', 'metrics', 'network', 'scene'];
/** Longer than a hang is tolerated, and than a control call may take. */
const STOPPED_MS = Math.max(2 * HANG_MS, CONTROL_DEADLINE_MS) + 1_000;

/** Shorter than that, and longer than the page takes until it is stopped. */
const REQUEST_DEADLINE_MS = 3_000;

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

/** Waits until one of the workers has stopped once more, and lets it go on. @param look what to do meanwhile */
async function stopsOnce(
  workers: readonly AttachedWorker[],
  cause: () => Promise<unknown>,
  look: (worker: AttachedWorker) => Promise<unknown>,
) {
  const count = () => workers.reduce((sum, { pauses }) => sum + pauses.length, 0);
  const before = workers.map(({ pauses }) => pauses.length);
  const stops = count() + 1;
  await cause();
  await expect.poll(count, { timeout: PATIENCE_MS }).toBe(stops);
  const stopped = workers.find(({ pauses }, i) => pauses.length > before[i])!;
  await look(stopped);
  await stopped.send('Debugger.resume');
}

/** Codes of the dead letters of the page's requests: a reply that nobody waits for any more is one. */
const lateReplies = (television: Television) =>
  television.page.evaluate(async () => {
    const { tandem } = window as unknown as { tandem: { system: System } };
    return (await tandem.system.deadLetters()).map(({ code, detail }) => `${code} ${detail}`);
  });

/** What the page offers to a developer at its console. */
const breakOn = (television: Television, text: string) =>
  television.page.evaluate((text) => {
    const { tandem } = window as unknown as { tandem: { system: System } };
    return tandem.system.breakOn(text).then(() => {});
  }, text);

test('a worker stops at a line of AssemblyScript, and before a message in either language, with the values in sight', async () => {
  const television = await open();
  const tools = await DevTools.attach(television.page);
  const focusOf = ({ scripts }: AttachedWorker) => scripts.find(({ url }) => url.endsWith('/focus.wasm'));
  // The one that runs, and the spare, which may be the first that tells its scripts.
  await expect.poll(() => tools.living('wasm-vm').filter(focusOf).length, { timeout: PATIENCE_MS }).toBe(2);
  const wasm = tools.living('wasm-vm').filter(focusOf);
  const ids = await Promise.all(
    wasm.map((worker) => breakAtLine(worker, focusOf(worker)!, 'wasm-actors/focus.ts', 'this.act(message.key)')),
  );
  const right = () => television.press('ArrowRight');
  await stopsOnce(wasm, right, async (worker) => {
    expect(Object.values(await localsOf(worker, worker.pauses[0]))).toContain(KEY_RIGHT);
    await Promise.all(wasm.map((each, i) => each.send('Debugger.removeBreakpoint', { breakpointId: ids[i] })));
  });
  await television.settle(titleAt(0, 1));
  await breakOn(television, 'focus.key if message.phase === "down"');
  await breakOn(television, 'focus.focused to page');
  const nextOf = async (worker: AttachedWorker) => {
    const { callFrameId } = worker.pauses.at(-1)!.callFrames[0];
    const { result } = await worker.send('Debugger.evaluateOnCallFrame', { callFrameId, expression: 'this.message', returnByValue: true });
    return (result as { value: unknown }).value;
  };
  const js = tools.living('js-vm');
  const toPage = { party: 'page', kind: 'focus.focused', source: 'focus' };
  const toFocus = { party: 'focus', kind: 'focus.key', source: 'input', message: { key: 'right', phase: 'down' } };
  const inWasm = () => stopsOnce(wasm, right, async (worker) => expect(await nextOf(worker)).toMatchObject(toFocus));
  await stopsOnce(js, inWasm, async (worker) => expect(await nextOf(worker)).toMatchObject(toPage));
  await television.settle(titleAt(0, 2));
  expect(await television.actor('focus')).toEqual({ vm: 'wasm', state: 'running', restarts: 0 });
  await television.close();
});

test('a worker that the debugger has stopped does not count as hanging, and goes on when the debugger resumes it', async () => {
  // The page waits for its films, and would not wait so long.
  const { television, release } = await openHeld(browser, server, `?placement=wasm&requestDeadlineMs=${REQUEST_DEADLINE_MS}`);
  await television.see('state', 'running');
  const tools = await DevTools.attach(television.page);
  await expect.poll(() => tools.living('wasm-vm').length, { timeout: PATIENCE_MS }).toBeGreaterThan(0);
  const before = tools.living('wasm-vm');
  for (const worker of before) await worker.send('Debugger.pause');
  release();
  await television.page.waitForTimeout(STOPPED_MS);
  expect(tools.workers.some(({ url }) => url.startsWith('blob:'))).toBe(true);
  for (const worker of before) await worker.send('Debugger.resume').catch(() => {}); // a spare has nothing to stop at
  await television.settle(titleAt(0, 0));
  expect(await lateReplies(television)).toEqual([]);
  expect(before.map(({ ended }) => ended)).toEqual(before.map(() => false));
  expect(await television.actor('scene')).toEqual({ vm: 'wasm', state: 'running', restarts: 0 });
  await expect.poll(() => tools.living('blob:').length, { timeout: PATIENCE_MS }).toBe(0);
  await television.close();
});
