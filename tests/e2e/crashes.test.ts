/** The television in Chromium through crashes: of an actor in Wasm, of the page, of the page's worker. */
import type { Browser } from 'playwright';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import type { RunningServer } from '../../examples/tv/server/server.js';
import { keepWorkers, launchChromium, openHeld, PATIENCE_MS, serveTelevision, Television, titleAt } from './television.js';

let server: RunningServer;
let browser: Browser;

beforeAll(async () => {
  [server, browser] = await Promise.all([serveTelevision(), launchChromium()]);
});

afterAll(async () => {
  await browser?.close();
  await server?.close();
});

/** A place in the source may be known after the restart. */
const crashed = (television: Television, text: RegExp) =>
  expect.poll(() => television.page.textContent('#crash'), { timeout: PATIENCE_MS }).toMatch(text);

const open = (query = '') => Television.open(browser, server, query);

/** Keys, and the film that has focus after them. */
const MOVES = ['ArrowRight', 'ArrowRight', 'ArrowRight'];

async function undisturbed(): Promise<string> {
  const television = await open('?placement=wasm');
  await television.settle(titleAt(0, 0));
  await television.press(...MOVES);
  const hash = await television.settle(titleAt(0, 3));
  await television.close();
  return hash;
}

let calm: string;
beforeAll(async () => {
  calm = await undisturbed();
});

describe.each([
  { device: 'isolated', query: '?placement=wasm', links: 'shared memory' },
  { device: 'not isolated', query: '?placement=wasm&plain', links: 'message ports' },
  { device: 'without workers', query: '?placement=wasm&workers=off', links: 'one thread' },
])('a crash in the Wasm VM, $device', ({ device, query, links }) => {
  test('scene and focus crash while a rail moves: the picture goes on, and focus stays', async () => {
    const television = await open(query);
    await television.settle(titleAt(0, 0));
    expect(await television.look('links')).toBe(links);
    expect(await television.actor('scene')).toEqual({ vm: 'wasm', state: 'running', restarts: 0 });

    await television.pressWhileMoving(MOVES[0], 'c');
    await television.restarted('scene', 1);
    await television.screenshot(`crash of scene ${device}`);
    await crashed(television, /^scene crashed at scene\.tick in wasm-actors\//);
    const painted = Number(await television.look('painted'));
    await television.settle(titleAt(0, 1));

    await television.press('2');
    await television.pressWhileMoving(MOVES[1], 'c');
    await television.press(MOVES[2]);
    await television.restarted('focus', 1);
    await television.screenshot(`crash of focus ${device}`);

    expect(await television.settle(titleAt(0, 3))).toBe(calm);
    expect(Number(await television.look('painted'))).toBeGreaterThan(painted);
    expect(await television.actor('scene')).toEqual({ vm: 'wasm', state: 'running', restarts: 1 });
    expect(await television.actor('focus')).toEqual({ vm: 'wasm', state: 'running', restarts: 1 });
    await crashed(television, /^focus crashed at \S+ in wasm-actors\//);
    await television.close();
  });
});

test('network and history crash: the films on their way still arrive, and Back leads back', async () => {
  const { television, release } = await openHeld(browser, server, '?placement=wasm');
  await television.see('requests', '3');
  await television.press('5', 'c', 'ArrowDown');
  await television.restarted('network', 1);
  release();
  await television.settle(titleAt(1, 0));
  await television.press('3', 'c', 'Enter');
  await television.settle('Play');
  await television.restarted('history', 1);
  await television.press('Backspace');
  await television.settle(titleAt(1, 0));
  await television.close();
});

const PAGE_ENDS = [
  {
    what: 'throws',
    query: '',
    // It throws at an arrow that leads nowhere, which changes nothing on the screen.
    end: (television: Television, edge: string) => television.press('6', 'c', edge),
  },
  { what: 'is lost with the JavaScript worker', query: '', end: (television: Television) => television.killWorker('js-vm') },
  { what: 'is lost where no memory is shared', query: '&shared=off', end: (television: Television) => television.killWorker('js-vm') },
];

/** Keys, and the focus after each; then an arrow that leads nowhere, and the title to the left. */
const SCREENS = [
  {
    screen: 'browse',
    way: () => [
      ['ArrowRight', titleAt(0, 1)],
      ['ArrowRight', titleAt(0, 2)],
    ],
    edge: 'ArrowUp',
    left: () => titleAt(0, 1),
    ends: PAGE_ENDS,
  },
  {
    screen: 'details',
    way: () => [
      ['Enter', 'Play'],
      ['ArrowRight', 'Add to my list'],
    ],
    edge: 'ArrowRight',
    left: () => 'Play',
    // What comes back is the page's matter here, and not how it ended.
    ends: PAGE_ENDS.slice(0, 1),
  },
];

describe.each(SCREENS)('the page on $screen', ({ screen, way, edge, left, ends }) => {
  test.each(ends)('$what: a new page takes over, and not one picture differs', async ({ what, query, end }) => {
    // A busy machine may take longer than the page waits for its films.
    const television = await Television.open(browser, server, `?placement=wasm&heldMs=${PATIENCE_MS}${query}`, keepWorkers);
    let before = await television.settle(titleAt(0, 0));
    let focused = '';
    for (const [key, title] of way()) {
      await television.press(key);
      focused = title;
      before = await television.settle(title);
    }
    expect(await television.actor('page')).toEqual({ vm: 'js', state: 'running', restarts: 0 });
    const pictures = await television.watchPictures();
    await end(television, edge);
    await television.restarted('page', 1);
    // In development a place in a bundle is looked up in its sources.
    if (what === 'throws') await television.page.waitForSelector('#crash[data-position*=".ts:"]');
    expect(await television.settle(focused)).toBe(before);
    await television.screenshot(`page ${what} on ${screen}`);
    expect(new Set(await pictures())).toEqual(new Set([before]));
    await television.press('ArrowLeft');
    await television.settle(left());
    await television.close();
  });
});
