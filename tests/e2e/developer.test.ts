/** What a developer has of the running television: a spy in the console, live tracks in the Performance panel. */
import type { Browser, Page } from 'playwright';
import { afterAll, beforeAll, expect, test } from 'vitest';
import type { RunningServer } from '../../examples/tv/server/server.js';
import type { CanvasScreen } from '../../host-shim/browser/index.js';
import { launchChromium, PATIENCE_MS, serveTelevision, Television, titleAt } from './television.js';

let server: RunningServer;
let browser: Browser;

beforeAll(async () => {
  [server, browser] = await Promise.all([serveTelevision(), launchChromium()]);
});

afterAll(async () => {
  await browser?.close();
  await server?.close();
});

/** What `console.timeStamp` was called with. */
type Stamp = readonly [label: string, start: number, end: number, track: string, group: string, colour: string];

/** What DevTools records of it. */
interface RecordedEvent {
  readonly name: string;
  readonly args: { readonly data?: Readonly<Record<string, unknown>> };
}

test('one call in the console shows messages as they flow; chosen parties have live tracks with the times of their VM', async () => {
  const television = await Television.open(browser, server, '?tracks=focus', (page) =>
    page.addInitScript(() => {
      const stamps: unknown[] = [];
      Object.assign(window, { stamps });
      const own = console.timeStamp.bind(console) as (...stamp: unknown[]) => void;
      console.timeStamp = (...stamp: unknown[]) => {
        stamps.push(stamp);
        own(...stamp);
      };
    }),
  );
  const { page } = television;
  await television.settle(titleAt(0, 0));
  const lines: string[] = [];
  page.on('console', (message) => void (message.type() === 'log' && lines.push(message.text())));
  await page.evaluate("void tandem.spy({ parties: ['focus'], kinds: ['focus.key'], limit: 2 })");
  // Without a debugger nobody has asked for an overlay.
  await television.press('F2');
  const sent = await page.evaluate('tandem.system.counters().then(({ sent }) => Object.keys(sent))');
  expect((sent as string[]).filter((pair) => pair.startsWith('overlay'))).toEqual([]);
  await browser.startTracing(page, { categories: ['devtools.timeline'] });
  const before = await page.evaluate(() => performance.now());
  const reached = page.waitForEvent('console', (message) => message.text().includes('the limit is reached'));
  // Down and up: two messages.
  await television.press('ArrowRight');
  await reached;
  await television.settle(titleAt(0, 1));
  expect(lines.slice(0, 2)).toEqual(
    Array(2).fill(expect.stringMatching(/ input -> focus focus\.key \d+ B wait .* handle .* \{key: "right"/)),
  );
  const stamps = await page.evaluate(() => (window as unknown as { stamps: Stamp[] }).stamps);
  const key = stamps.find(([label, start]) => label === 'focus.key from input' && start >= before)!;
  expect(key.slice(3, 5)).toEqual(['focus', 'Tandem']);
  expect(key[2]).toBeGreaterThanOrEqual(key[1]);
  expect(key[2]).toBeLessThan(await page.evaluate(() => performance.now()));
  const { traceEvents } = JSON.parse((await browser.stopTracing()).toString()) as { traceEvents: readonly RecordedEvent[] };
  const bars = traceEvents.filter(({ name, args }) => name === 'TimeStamp' && args.data?.trackGroup === 'Tandem');
  expect(bars[0].args.data).toMatchObject({ name: 'focus.key from input', track: 'focus', color: 'secondary' });
});

test('figures over the picture: from the start on with ?overlay=on, and F2 switches them', async () => {
  const television = await Television.open(browser, server, '?overlay=on');
  const { page } = television;
  const texts = () =>
    page.evaluate(() => {
      const { picture } = (window as unknown as { tandem: { display: CanvasScreen } }).tandem.display;
      return Array.from({ length: picture.itemCount }, (_, index) => picture.stringOf(picture.itemAt(index).node)).join('\n');
    });
  await expect
    .poll(texts, { timeout: PATIENCE_MS })
    .toMatch(/page thread: [\d.]+ ms a frame[\s\S]*messages: [\s\S]*\nactor\nscene\n[\s\S]*mailbox/);
  await television.press('ArrowRight');
  await expect.poll(texts, { timeout: PATIENCE_MS }).toMatch(/painter thread: [\d.]+ ms a frame, longest/);
  await television.screenshot('overlay');
  await television.press('F2');
  await expect.poll(texts, { timeout: PATIENCE_MS }).not.toMatch(/mailbox/);
  await television.settle(titleAt(0, 1));
});

test('what is for developers alone and does not load is told on the page, and the television runs without', async () => {
  const lost = (page: Page) => page.route(/\/(overlay-port|tools)-[\w-]+\.js$/, (route) => route.abort());
  const television = await Television.open(browser, server, '?overlay=on&record', lost);
  await television.see('focused', titleAt(0, 0));
  await television.page.waitForSelector('#crash:text("the panel could not be loaded")');
  expect(await television.page.textContent('#problem:not([hidden])')).toContain('tools-');
  await television.press('ArrowRight');
  await television.see('focused', titleAt(0, 1));
  expect([await television.look('state'), await television.look('lives')]).toEqual(['running', '1']);
  await television.close();
});
