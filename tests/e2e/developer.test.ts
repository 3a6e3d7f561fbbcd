/** What a developer has of the running television: a spy in the console, live tracks in the Performance panel. */
import type { Browser } from 'playwright';
import { afterAll, beforeAll, expect, test } from 'vitest';
import type { RunningServer } from '../../examples/tv/server/server.js';
import { launchChromium, serveTelevision, Television, titleAt } from './television.js';

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
