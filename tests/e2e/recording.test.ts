/** A developer records the television in Chromium, and looks at the recording on the command line. */
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { build } from 'esbuild';
import type { Browser, Page } from 'playwright';
import { afterAll, beforeAll, expect, test } from 'vitest';
import type { RunningServer } from '../../examples/tv/server/server.js';
import { OWN_NAME_CONFIG } from '../../scripts/own-name.js';
import { tandem } from '../replay/command.js';
import { launchChromium, serveTelevision, Television, titleAt } from './television.js';

let server: RunningServer;
let browser: Browser;
const folder = mkdtempSync(join(tmpdir(), 'tandem-recorded-'));

beforeAll(async () => {
  [server, browser] = await Promise.all([serveTelevision(), launchChromium()]);
});

afterAll(async () => {
  await browser?.close();
  await server?.close();
  rmSync(folder, { recursive: true });
});

const BUTTON = '#record';
const recording = (page: Page) => page.waitForSelector(`${BUTTON}[data-recording]`);

/** Does what ends a recording. @returns the file that is downloaded then */
async function downloaded(page: Page, name: string, end: () => Promise<unknown>): Promise<string> {
  const file = join(folder, name);
  const [download] = await Promise.all([page.waitForEvent('download'), end()]);
  expect(download.suggestedFilename()).toMatch(/^tv-[\d-]+T[\d-]+\.mcap$/);
  await download.saveAs(file);
  await page.waitForSelector(`${BUTTON}:not([data-recording])`);
  return file;
}

/** Two films to the right, and into that film. */
async function intoFilm(television: Television): Promise<void> {
  await television.press('ArrowRight', 'ArrowRight');
  await television.settle(titleAt(0, 2));
  await television.press('Enter');
  await television.settle('Play');
}

async function info(file: string) {
  const { code, json } = await tandem('info', file, '--json');
  const { level, truncated, damage, messages, placement, kinds } = json();
  expect({ code, truncated, damage }).toEqual({ code: 0, truncated: false, damage: null });
  const countOf = (name: string): number => kinds.find((kind: { name: string }) => kind.name === name)?.messages ?? 0;
  return { level, messages, placement, countOf };
}

async function playedAgain(file: string, placement: string): Promise<void> {
  const { json } = await tandem('replay', file, '--placement', placement, '--json');
  expect(json()).toMatchObject({ identical: true, firstDifference: null });
  expect(json().messages).toBeGreaterThan(20);
}

test('the key R records and gives a download, which comes out the same in either VM', async () => {
  const television = await Television.open(browser, server, '?trace=frames');
  const { page } = television;
  await television.settle(titleAt(0, 0));
  await television.press('r');
  await recording(page);
  await intoFilm(television);
  await page.waitForSelector(`${BUTTON}:text-matches("^● REC \\\\d\\\\d:\\\\d[1-9]$")`);
  await television.screenshot('recording');
  await television.press('Backspace');
  await television.settle(titleAt(0, 2));
  const file = await downloaded(page, 'key.mcap', () => television.press('r'));
  expect(await page.textContent(BUTTON)).toBe('R record');
  await television.close();

  const { level, countOf } = await info(file);
  expect(level).toBe('frames');
  // Down and up of four keys.
  expect(countOf('focus.key')).toBe(8);
  expect(countOf('scene.tick')).toBeGreaterThan(0);
  await playedAgain(file, 'js');
  await playedAgain(file, 'wasm');
});

test('a recording from the start on into the private file system, without shared memory, ended by the button', async () => {
  let give = '';
  const television = await Television.open(browser, server, '?plain&record=file+system', async (page) => {
    page.on('console', (message) => {
      give ||= /tandem\.download\(.*\)/.exec(message.text())?.[0] ?? '';
    });
  });
  const { page } = television;
  await recording(page);
  await television.settle(titleAt(0, 0));
  await intoFilm(television);
  await television.press('Backspace');
  await television.settle(titleAt(0, 2));
  await page.click(BUTTON);
  await page.waitForSelector(`${BUTTON}:not([data-recording])`);
  const file = await downloaded(page, 'start.mcap', () => page.evaluate(give));
  await television.close();
  expect(await info(file)).toMatchObject({ level: 'inputs', placement: { focus: 'wasm', history: 'js' } });
  await playedAgain(file, 'js');
  await playedAgain(file, 'wasm');
});

const DEFECTIVE = fileURLToPath(new URL('../replay/applications/defective-focus.ts', import.meta.url));
const DEFECTIVE_VM = fileURLToPath(new URL('entries/defective-js-vm.ts', import.meta.url));

/** Serves the JavaScript VM with the defect. */
async function withDefect(page: Page): Promise<void> {
  const options = { bundle: true, write: false, format: 'esm', tsconfig: OWN_NAME_CONFIG } as const;
  const { outputFiles } = await build({ ...options, entryPoints: [DEFECTIVE_VM] });
  await page.route('**/js-vm.js*', async (route) => route.fulfill({ response: await route.fetch(), body: outputFiles[0].text }));
}

test('a defect of one twin after Back, recorded from the console: its message is found and copied as a test', async () => {
  const television = await Television.open(browser, server, '?placement=js', withDefect);
  const { page } = television;
  await television.settle(titleAt(0, 0));
  await page.evaluate('(async () => { globalThis.recording = await tandem.record(); })()');
  await intoFilm(television);
  await television.press('Backspace');
  // What the viewer sees: the focus is not where it was.
  await television.settle(titleAt(0, 0));
  const file = await downloaded(page, 'defect.mcap', () => page.evaluate('recording.stop()'));
  await television.close();

  const app = ['--app', DEFECTIVE];
  expect((await tandem('replay', file, ...app)).code).toBe(0);
  const { code, json } = await tandem('bisect', file, '--against', 'wasm', ...app, '--json');
  const { number, kind, actor, from, sides } = json().firstDifference;
  expect([code, actor, kind, from]).toEqual([1, 'focus', 'focus.focus', 'page']);
  expect(sides[1].source).toMatch(/^wasm-actors\/focus\.ts:\d+$/);
  const why = await tandem('why', file, 'focus.wanted', '--at', `${number}`, '--placement', 'wasm', ...app, '--json');
  expect(why.json().setBy).toMatchObject({ number, kind: 'focus.focus', source: 'page' });
  const keys = await tandem('cat', file, '--filter', `kind:focus.key number<${number}`);
  expect(keys.lines.filter((line) => line.includes('phase: "down"')).at(-1)).toContain('key: "back"');
  const made = await tandem('test', file, '--at', `${number}`, '--placement', 'wasm', '--out', join(folder, 'made'), ...app, '--json');
  expect(made.json()).toMatchObject({ messages: 1, actor: 'focus', differs: true });
});
