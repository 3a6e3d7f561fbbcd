/** The debugger page in Chromium, as a person uses it: each pane and each key, with a recorded television. */

import { readFileSync, writeFileSync } from 'node:fs';
import { fileURLToPath } from 'node:url';
import type { Browser, Page } from 'playwright';
import { afterAll, beforeAll, beforeEach, describe, expect, test, vi } from 'vitest';
import { Player } from '../../debugger/player/player.js';
import { readNotes } from '../../debugger/player/saved-copy.js';
import { type RunningDebugger, startDebugger } from '../../debugger/server/server.js';
import { FileSubject } from '../../debugger/server/subject.js';
import { MemoryFile, messagesOf, openRecording } from '../../trace/index.js';
import { type RecordedFile, recordedTelevision } from '../debugger/recorded.js';
import { launchChromium } from './television.js';

const site = fileURLToPath(new URL('../../dist/debugger/site', import.meta.url));
/** A screenshot for people. */
const artefact = (name: string) => fileURLToPath(new URL(`../../artifacts/debugger-${name}.png`, import.meta.url));
let file: RecordedFile;
let server: RunningDebugger;
const player = new Player(fileURLToPath(new URL('../../dist/examples/tv/replay.js', import.meta.url)));
let browser: Browser;
let page: Page;
const problems: string[] = [];

beforeAll(async () => {
  file = await recordedTelevision('--trap-rate 0.02');
  server = await startDebugger({ subject: new FileSubject(file.path), site, port: 0, player });
  browser = await launchChromium();
  page = await browser.newPage({ viewport: { width: 1400, height: 900 }, permissions: ['clipboard-read', 'clipboard-write'] });
  page.on('pageerror', ({ message }) => problems.push(message));
  page.on('console', (said) => problems.push(said.text()));
  await page.goto(server.url.href);
  await page.getByText(/^[\d,]+ messages, [\d.]+ s$/).waitFor();
  await page.locator('.row').first().waitFor();
});
afterAll(async () => {
  await browser.close();
  await server.close();
  file.remove();
  expect(problems).toEqual([]);
});

const press = (...keys: string[]) => keys.reduce((before, key) => before.then(() => page.keyboard.press(key)), Promise.resolve());
const title = () => page.locator('#detail h2');
/** Names the row that is selected. */
const selected = () => page.locator('.row.selected').getAttribute('id');

async function filter(text: string): Promise<void> {
  await press('/');
  await page.keyboard.type(text);
  await press('Enter');
  await page
    .locator('#filter-said')
    .getByText(/fit|filter, at/)
    .waitFor();
}

/** All messages, none selected but the first. */
beforeEach(async () => {
  await press('/', 'Escape');
  await page.locator('#filter-said:empty').waitFor({ state: 'attached' });
  await page.locator('#list').evaluate((list) => {
    list.scrollTop = 0;
  });
});

describe('the list', () => {
  test('has a line for each message, and says who sent what to whom', async () => {
    await filter('kind:focus.key');
    await expect.poll(() => page.locator('.row').first().textContent()).toMatch(/input → focus.*focus\.key.*\{key: "\w+", phase: "down"\}/);
  });

  test('J and K go through it, . and , through what one party handled', async () => {
    await filter('kind:focus.key');
    await page.locator('.row').first().click();
    const first = await selected();
    await press('j');
    await expect.poll(selected).not.toBe(first);
    await press('k');
    await expect.poll(selected).toBe(first);
    await filter('to:focus');
    await press('.');
    await expect.poll(selected).not.toBe(first);
    await press(',');
    await expect.poll(selected).toBe(first);
  });

  test('a filter that makes no sense says what is wrong, and all lines stay', async () => {
    const before = await page.locator('.row').count();
    await filter('to:focsu');
    expect(await page.locator('#filter-said').textContent()).toMatch(/no party focsu; perhaps focus/);
    expect(await page.locator('#filter').getAttribute('aria-invalid')).toBe('true');
    expect(await page.locator('.row').count()).toBe(before);
  });

  test('a filter that nothing fits says how to see all again', async () => {
    const seen = (list: HTMLElement) =>
      new Promise<number>((told) => requestAnimationFrame(() => requestAnimationFrame(() => told(list.scrollTop))));
    const scrolled = () => page.locator('#list').evaluate(seen);
    await page.locator('#list').evaluate((list) => {
      list.scrollTop = list.scrollHeight;
    });
    await expect.poll(scrolled).toBeGreaterThan(0);
    await filter('kind:focus.key size>100000');
    await page.getByText(/no message fits the filter: Esc/).waitFor();
    // The list is not longer than what is in it.
    expect(await scrolled()).toBe(0);
  });
});

/** The first key that led to a picture. */
async function selectKey(): Promise<void> {
  await filter('kind:focus.key body.phase="down"');
  const first = page.locator('.row').first().filter({ hasText: 'focus.key' });
  await first.click();
  await expect.poll(selected).toBe(await first.getAttribute('id'));
  const sentences = () => page.locator('.sentence').allTextContents();
  for (let i = 0; i < 20 && !/key to picture/.test((await sentences()).join()); i++) {
    const before = await selected();
    await press('j');
    await expect.poll(selected).not.toBe(before);
  }
}

describe('what is selected', () => {
  test('a key says its path in words, and each step of it leads there', async () => {
    await selectKey();
    expect(await page.locator('.sentence').textContent()).toMatch(
      /^key to picture [\d.]+ (us|ms|s), of it [\d.]+ (us|ms|s) (waiting for|in|until) /,
    );
    await page.locator('.path .link').last().click();
    await expect.poll(() => title().textContent()).toMatch(/display\.displayList$/);
  });

  test('right leads to what it caused, left back to its cause', async () => {
    await selectKey();
    const key = await title().textContent();
    await press('ArrowRight');
    await expect.poll(() => title().textContent()).toMatch(/(focused|activated|edge|focusedNode)/);
    await press('ArrowLeft');
    await expect.poll(() => title().textContent()).toBe(key);
  });

  test('its body is decoded, its bytes are there', async () => {
    await selectKey();
    expect(await page.locator('#detail .body').textContent()).toMatch(/"key": "\w+"/);
    await page.getByText(/^Bytes \(\d+\)$/).click();
    expect(await page.locator('.bytes').textContent()).toMatch(/^0000 {2}([0-9a-f]{2} ){15}[0-9a-f]{2}/);
  });

  test('Enter shows what it has changed in the state of its actor', async () => {
    await selectKey();
    await press('Enter');
    await page.locator('.changes').waitFor();
    const { before, after } = await player.state(file.path, Number(/#(\d+)/.exec((await title().textContent())!)![1]), 'focus');
    expect(before).not.toEqual(after);
    const rows = await page.locator('.changes tr').allTextContents();
    expect(rows.slice(1).some((row) => /version|focused|node/i.test(row))).toBe(true);
  });

  test('Enter travels there: the screen is that of the moment, all states stand there, Esc comes back', async () => {
    const shown = () => page.locator('#screen canvas').getAttribute('data-row');
    await selectKey();
    await press('Enter');
    await page
      .locator('#replay')
      .getByText(/REPLAY #\d+/)
      .waitFor();
    const [number, before] = [await numberOf(), await shown()];
    // By the keyboard alone.
    await page.locator('.moment[data-actor=focus] summary').focus();
    await press('Enter');
    await page.locator('.moment[data-actor=focus] .found tr', { hasText: 'focused' }).first().waitFor();
    await press('Space');
    await page.locator('.moment[data-actor=focus]:not([open])').waitFor();
    await press('Space');
    const { after } = (await player.state(file.path, number, 'focus')) as never as Record<string, { focused: number }>;
    const value = page.locator('.moment[data-actor=focus] .found tr', { has: page.locator('th', { hasText: /^focused$/ }) });
    expect(await value.locator('td').textContent()).toBe(String(after.focused));
    await press(']');
    await expect.poll(shown).not.toBe(before);
    await press('[');
    await expect.poll(shown).toBe(before);
    const film = (await page.locator('#film').boundingBox())!;
    await page.mouse.move(film.x + film.width * 0.9, film.y + 40);
    await page.mouse.down();
    await expect.poll(shown).not.toBe(before);
    const late = await shown();
    await page.mouse.move(film.x + film.width * 0.3, film.y + 40);
    await expect.poll(shown).not.toBe(late);
    await page.mouse.up();
    await page.screenshot({ path: artefact('travel') });
    await page.emulateMedia({ colorScheme: 'dark' });
    await page.screenshot({ path: artefact('travel-dark') });
    await page.emulateMedia({ colorScheme: null });
    await press('Escape');
    await page.locator('#replay').waitFor({ state: 'hidden' });
  });

  test('a trap says why and where', async () => {
    await filter('trap');
    await page.locator('.row.wrong').first().click();
    expect(await page.locator('.trap').textContent()).toMatch(/ended here: /);
    // The line of AssemblyScript, marked in its source.
    await page
      .locator('.place')
      .getByText(/(handled by|ended at) wasm-actors\/\w+\.ts:\d+/)
      .waitFor();
    expect(await page.locator('.code .meant').textContent()).toMatch(/^ *\d+ +on\w+\(/);
  });

  test('a value leads to the message that set it, O to the one before, until there is none', async () => {
    await selectKey();
    await press('Enter');
    const row = page.locator('.changes tr', { has: page.locator('th', { hasText: /^focused$/ }) });
    await row.locator('.value').first().click();
    const numbers = [await numberOf()];
    await page.locator('.followed').first().waitFor();
    while (numbers.length < 20) {
      numbers.push(await numberOf());
      await press('o');
      await page
        .getByText(/since the beginning|was not there before|no focused/)
        .or(page.locator(`h2:not(:has-text("#${numbers.at(-1)} "))`))
        .first()
        .waitFor();
      if ((await numberOf()) === numbers.at(-1)) break;
      await page.locator('.followed').first().waitFor();
    }
    expect(numbers.slice(1)).toEqual(numbers.slice(1).toSorted((a, b) => b - a));
    const last = numbers.at(-1)!;
    const { before, after } = (await player.state(file.path, last, 'focus')) as never as Record<string, { focused: number } | null>;
    expect(after!.focused).not.toBe(before?.focused);
  });

  test('the search finds values in the whole state', async () => {
    await selectKey();
    await press('Enter');
    await page.getByText('The whole state after, with a search').click();
    const state = page.getByRole('region', { name: 'State' });
    await state.getByRole('searchbox').fill('edgeReported');
    expect(await state.locator('.found tr').count()).toBe(1);
    await press('Escape');
  });

  test('C copies it as a test that runs by itself', async () => {
    await selectKey();
    await press('c');
    await page.getByText('The test is on the clipboard').waitFor();
    const text = await page.evaluate(() => navigator.clipboard.readText());
    expect(text).toMatch(/test\('focus in \w+ handles focus\.key from input as its twin in JavaScript does'/);
    expect(text).toMatch(/^import \{ application \} from '\/.+\/dist\/examples\/tv\/replay\.js';$/m);
    const recording = await openRecording(new MemoryFile(new Uint8Array(Buffer.from(/RECORDING = `([^`]+)`/.exec(text)![1], 'base64'))));
    expect(recording.facts.placement).toEqual({ focus: 'wasm' });
  });
});

const numberOf = async () => Number(/#(\d+)/.exec((await title().textContent())!)![1]);

const pictureOf = (id: string) => page.locator(id).evaluate((canvas) => (canvas as HTMLCanvasElement).toDataURL());

describe('the lanes', () => {
  test('W, S, A, D and F move them', async () => {
    await selectKey();
    for (const key of ['f', 'w', 'a', 'd', 's', 'f']) {
      const before = await pictureOf('#lanes');
      await press(key);
      await expect.poll(() => pictureOf('#lanes'), { message: key }).not.toBe(before);
    }
  });

  test('a click on a bar selects what it stands for', async () => {
    await filter('kind:focus.key');
    await page.locator('.row').first().click();
    await expect.poll(() => title().textContent()).toMatch(/focus\.key/);
    const whole = page.locator('#lanes[aria-label^="Lanes from 0.00 s to 5"]');
    const before = await page.locator('#lanes').getAttribute('aria-label');
    await press('f');
    await expect.poll(() => page.locator('#lanes').getAttribute('aria-label')).not.toBe(before);
    // What is selected, unless that was seen already.
    if ((await whole.count()) === 0) await press('f');
    await whole.waitFor();
    // The whole run: pictures are nearer to each other than a click may be off. The display's lane is the first.
    const { width } = (await page.locator('#lanes').boundingBox())!;
    await page.locator('#lanes').click({ position: { x: width * 0.66, y: 34 } });
    await expect.poll(() => title().textContent()).toMatch(/display\./);
  });

  test('M marks a message, in the list and above the lanes', async () => {
    await selectKey();
    const before = await pictureOf('#minimap');
    await press('m');
    await page.locator('.row.selected', { hasText: '★' }).waitFor();
    await expect.poll(() => pictureOf('#minimap')).not.toBe(before);
    await press('m');
    await page.locator('.row.selected', { hasNotText: '★' }).waitFor();
  });
});

describe('commands', () => {
  test('L prints an expression at every message of the list, as a column and a plot', async () => {
    await filter('kind:focus.key body.phase="down"');
    await press('l');
    const said = page.locator('#printing [role=status]');
    await page.keyboard.type('state.fokus +');
    await press('Enter');
    await said.getByText(/at character \d+: it ends where a value is missing/).waitFor();
    // It is not left with what is wrong.
    const input = page.locator('#printing input');
    expect(await input.evaluate((field) => field === document.activeElement)).toBe(true);
    await input.fill('state.focused');
    await press('Enter');
    await said.getByText(/^[\d,]+ of [\d,]+ messages have a value/).waitFor();
    const first = page.locator('.row', { hasText: 'focus.key' }).filter({ hasNotText: 'again' }).first();
    const number = Number(await first.locator('.number').textContent());
    const { after } = (await player.state(file.path, number, 'focus')) as never as Record<string, { focused: number }>;
    expect(await first.locator('.printed').textContent()).toBe(String(after.focused));
    await page.locator('#plot').waitFor();
    await page.screenshot({ path: artefact('print') });
    await press('l', 'Escape');
    await page.locator('#printing').waitFor({ state: 'hidden' });
  });

  test('R binds the list to what the lanes show', async () => {
    await selectKey();
    await press('f', 'r');
    await page
      .locator('#filter-said')
      .getByText(/fit in [\d.]+ (us|ms|s)$/)
      .waitFor();
    await press('r');
    await page.locator('#filter-said').getByText(/fit$/).waitFor();
  });

  test('V replays an actor in both VMs: the twins of focus agree', async () => {
    await selectKey();
    await press('v');
    await page.getByText(/Both twins gave the same: every output and every state of [\d,]+ messages of focus/).waitFor();
    await press('Escape');
  });

  test('Ctrl+Shift+P finds a command by its words: supervision, of the moment that is looked at', async () => {
    await page.locator('.row').first().click();
    const first = await page.locator('.row').first().getAttribute('id');
    await expect.poll(selected).toBe(first);
    await press('Control+Shift+P');
    await page.keyboard.type('owners');
    // Also with something typed, once is enough.
    await press('Escape');
    await page.locator('#commands').waitFor({ state: 'hidden' });
    await press('Control+Shift+P');
    await page.keyboard.type('owners followers');
    await press('Enter');
    await page.locator('#supervision tr', { hasText: 'scene.layout' }).waitFor();
    // No application runs: the recording tells, of the moment that is looked at.
    await page.locator('#supervision section[aria-label^="Lives"] tr', { hasText: /^scene(wasm|js)/ }).waitFor();
    const tree = page.locator('#supervision section[aria-label^="Actors"]');
    await tree.locator('tr', { hasText: 'one_for_one' }).getByText('root').waitFor();
    const restarts = () =>
      tree
        .locator('tr', { hasText: /^(scene|focus|history|metrics|network)/ })
        .locator('td:nth-of-type(5)')
        .allTextContents();
    expect(await restarts()).toEqual(Array(5).fill('0'));
    await page.screenshot({ path: artefact('lives') });
    await press('Escape');
    await filter('trap');
    await page.locator('.row').last().click();
    await page.locator('#detail .trap').waitFor();
    await press('u');
    await page
      .locator('#supervision')
      .getByText(/^The system is running, at #\d+, /)
      .waitFor();
    expect((await restarts()).some((count) => count !== '0')).toBe(true);
    await press('Escape');
  });
});

describe('what is kept, and given to others', () => {
  const said = (text: RegExp) => page.locator('#said').getByText(text).waitFor();

  test('each travel leaves a note; H shows them, and what is written is in the recording, which a link opens at its message', async () => {
    await selectKey();
    await press('Enter');
    const number = await numberOf();
    await press('h');
    const text = page.getByRole('textbox', { name: `Note at #${number}` });
    await text.fill('here it goes wrong');
    await page.screenshot({ path: artefact('notebook') });
    await page.getByRole('button', { name: 'save the notes in the recording' }).click();
    await page.getByText('save the notes: done').waitFor();
    expect(await readNotes(file.path)).toContainEqual(expect.objectContaining({ number, text: 'here it goes wrong' }));
    await press('Escape', 'Escape', 'y');
    await said(/link is on the clipboard/);
    const link = await page.evaluate(() => navigator.clipboard.readText());
    expect(link).toBe(`${server.url.href}#message=${number}`);
    await page.goto('about:blank');
    await page.goto(link);
    await title().getByText(`#${number} focus.key`).waitFor();
    await press('h');
    await expect.poll(() => text.inputValue()).toBe('here it goes wrong');
    await page
      .getByRole('button', { name: `#${number} focus.key` })
      .first()
      .click();
    await page.locator('#replay').getByText(`REPLAY #${number}`).waitFor();
    await press('Escape');
    // The address is followed again when it changes, and says what is not there.
    await page.evaluate(() => void (location.hash = '#message=99999999'));
    await said(/message 99999999, which this recording does not have/);
  });

  test('Q copies a sequence diagram, Z saves what the list shows', async () => {
    await selectKey();
    await press('q');
    await said(/diagram is on the clipboard/);
    const diagram = await page.evaluate(() => navigator.clipboard.readText());
    expect(diagram).toMatch(/^sequenceDiagram\n( {2}.*\n)* {2}p33->>p2: focus\.key .*\n( {2}.*\n)*.*p34: focus\.focused/);
    await press('/', 'Escape');
    await page.locator('#filter-said:empty').waitFor({ state: 'attached' });
    await filter('kind:focus.key');
    const shown = Number(/[\d,]+/.exec((await page.locator('#filter-said').textContent())!)![0].replaceAll(',', ''));
    const downloads = page.waitForEvent('download');
    await press('z');
    await said(/has what the list shows/);
    const download = await downloads;
    expect(download.suggestedFilename()).toBe('run-part.mcap');
    const saved = await openRecording(new MemoryFile(new Uint8Array(readFileSync(await download.path()))));
    let count = 0;
    for await (const messages of messagesOf(saved)) count += messages.length;
    expect(count).toBe(shown);
  });

  test('what only an actor has is refused for a port in words, and a time without messages says how to see all', async () => {
    await filter('to:timer');
    await page.locator('.row').first().click();
    await title().getByText('timer.').waitFor();
    await press('c');
    await said(/that an actor has handled: what it does is copied as a test/);
    await press('o');
    await said(/that an actor has handled, and click a value/);
    await press('f', 'r');
    await filter('kind:focus.key');
    await page.getByText(/no message of this time fits: R shows the whole run/).waitFor();
    await press('r');
    await page.locator('.row', { hasText: 'focus.key' }).first().waitFor();
  });

  test('I opens the handler in the editor that is named, and says when none is', async () => {
    const place = `${file.path}.opened`;
    const editor = `${file.path}.editor`;
    writeFileSync(editor, `#!/bin/sh\nprintf '%s' "$*" > '${place}'\n`, { mode: 0o755 });
    for (const name of ['LAUNCH_EDITOR', 'VISUAL', 'EDITOR']) vi.stubEnv(name, '');
    await filter('trap');
    await page.locator('.row.wrong').first().click();
    await page.getByRole('button', { name: 'open in the editor' }).click();
    await page
      .locator('#editor-said')
      .getByText(/no editor is named: set LAUNCH_EDITOR/)
      .waitFor();
    vi.stubEnv('LAUNCH_EDITOR', editor);
    await press('i');
    await page
      .locator('#editor-said')
      .getByText(/wasm-actors\/\w+\.ts:\d+ is opened in the editor/)
      .waitFor();
    expect(readFileSync(place, 'utf8')).toMatch(/wasm-actors\/\w+\.ts/);
  });
});

test('in a narrow window every pane fits, and is opened, reached and left by keys alone', async () => {
  const wide = page.viewportSize()!;
  await page.setViewportSize({ width: 600, height: 900 });
  await page.locator('#list').focus();
  await selectKey();
  const overflow = () =>
    page.evaluate(() => {
      const dialog = document.querySelector('dialog[open]');
      return [document.documentElement.scrollWidth - innerWidth, dialog ? dialog.scrollWidth - dialog.clientWidth : 0];
    });
  expect(await overflow()).toEqual([0, 0]);
  for (const key of ['h', 'u', 'v', '?', 'Control+Shift+P']) {
    await press(key);
    await page.locator('dialog[open]').waitFor();
    expect(await page.evaluate(() => document.querySelector('dialog[open]')!.contains(document.activeElement)), key).toBe(true);
    expect(await overflow(), key).toEqual([0, 0]);
    await press('Escape');
    await page.locator('dialog[open]').waitFor({ state: 'detached' });
    expect(await page.evaluate(() => document.activeElement?.localName), key).not.toBe('dialog');
  }
  const { height } = (await page.locator('#list').boundingBox())!;
  expect(height).toBeGreaterThan(150);
  await page.setViewportSize(wide);
});

test('? lists all keys, Esc closes the list', async () => {
  await press('?');
  await page.locator('dialog[open]').getByText('what caused it').waitFor();
  // No key does two things.
  const keys = await page.locator('#keys kbd').allTextContents();
  expect(keys).toEqual([...new Set(keys)]);
  await press('Escape');
  await page.locator('#keys:not([open])').waitFor({ state: 'attached' });
});

test('an address without its token says what to do', async () => {
  const other = await browser.newPage();
  await other.goto(new URL('/__tandem/', server.url).href);
  await other
    .getByRole('alert')
    .getByText(/the token is missing.*open the address that was printed/)
    .waitFor();
  await other.close();
});
