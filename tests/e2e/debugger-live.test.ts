/** The television as it runs, in one tab, and the debugger of its server in another, as a person uses both. */
import { fileURLToPath } from 'node:url';
import type { Browser, Page } from 'playwright';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { Player } from '../../debugger/player/player.js';
import { Applications } from '../../debugger/server/applications.js';
import { Debugger } from '../../debugger/server/server.js';
import type { RunningServer } from '../../examples/tv/server/server.js';
import { launchChromium, PATIENCE_MS, serveTelevision, Television } from './television.js';

const built = (path: string) => fileURLToPath(new URL(`../../dist/${path}`, import.meta.url));
const PATIENT = { timeout: PATIENCE_MS };
let browser: Browser;
let server: RunningServer;
let page: Page;
let television: Television;
const problems: string[] = [];

beforeAll(async () => {
  const player = new Player(built('examples/tv/replay.js'));
  const looking = new Debugger({ subject: new Applications(() => 'the television is not here'), site: built('debugger/site'), player });
  server = await serveTelevision(looking);
  browser = await launchChromium();
  page = await (await browser.newContext({ viewport: { width: 1400, height: 900 } })).newPage();
  page.on('pageerror', ({ message }) => problems.push(message));
});
afterAll(async () => {
  await browser.close();
  await server.close();
  expect(problems).toEqual([]);
});

const messages = async () => Number((await page.locator('#state').textContent())!.replace(/ messages.*/, '').replaceAll(',', ''));

test('the page waits for the television, and goes along with it when it comes', async () => {
  await page.goto(server.debugger!.href);
  await page.getByText('the television is not here').waitFor();
  television = await Television.open(browser, server);
  await page.locator('#live[aria-pressed=true]').getByText(/LIVE/).waitFor();
  await page.locator('#name').getByText('Tandem TV').waitFor();
  const before = await messages();
  await television.page.keyboard.press('ArrowRight');
  await expect.poll(messages, PATIENT).toBeGreaterThan(before);
});

test('a key that is pressed now is in the list, with its path to the picture', async () => {
  await page.keyboard.press('/');
  await page.keyboard.type('kind:focus.key body.phase="down"');
  await page.keyboard.press('Enter');
  const rows = page.locator('.row', { hasText: 'focus.key' });
  await rows.first().waitFor();
  const count = await rows.count();
  await television.page.keyboard.press('ArrowRight');
  await expect.poll(() => rows.count(), PATIENT).toBe(count + 1);
  await rows.last().click();
  // The picture of it may come with the next chunk.
  await expect
    .poll(async () => {
      await page.keyboard.press('j');
      return (await page.locator('.sentence').allTextContents()).join();
    }, PATIENT)
    .toMatch(/^key to picture [\d.]+ (us|ms|s), of it /);
});

test('what is selected stays while more comes; End goes along again', async () => {
  const title = () => page.locator('#detail h2').textContent();
  const before = [await title(), await messages()] as const;
  await television.page.keyboard.press('ArrowLeft');
  await expect.poll(messages, PATIENT).toBeGreaterThan(before[1]);
  expect(await title()).toBe(before[0]);
  expect(await page.locator('#live').getAttribute('aria-pressed')).toBe('false');
  await page.keyboard.press('End');
  expect(await page.locator('#live').getAttribute('aria-pressed')).toBe('true');
});

test('the state before and after is found while it runs', async () => {
  await page.locator('.row', { hasText: 'focus.key' }).last().click();
  await page.keyboard.press('Enter');
  await page.locator('.changes').waitFor();
});

test('an actor is crashed from its row, and goes on: its restart is counted there and its trap is in the run', async () => {
  await page.keyboard.press('t');
  const row = page.locator('.actors tr', { has: page.getByRole('rowheader', { name: 'focus' }) });
  await row.getByText('running').waitFor();
  await page.getByRole('button', { name: 'crash focus' }).click();
  await page.getByText('crash focus: done').waitFor();
  await television.page.keyboard.press('ArrowRight');
  await row.locator('td').nth(2).getByText('1').waitFor();
  await page.keyboard.press('Escape');
  await page.keyboard.press('/');
  await page.keyboard.type('trap to:focus');
  await page.keyboard.press('Enter');
  await page.locator('.row.wrong').first().waitFor();
});

test('a television that is loaded again is looked at again', async () => {
  await page.keyboard.press('End');
  await television.page.reload();
  await page
    .locator('#live[aria-pressed=true]')
    .getByText(/LIVE 00:0/)
    .waitFor();
});
