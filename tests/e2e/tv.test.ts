/** The television in Chromium, end to end: what a viewer does, what a crash does to it, and what lesser devices show. */
import type { Browser, Page } from 'playwright';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import type { RunningServer } from '../../examples/tv/server/server.js';
import { keepWorkers, launchChromium, PATIENCE_MS, serveTelevision, Television, titleAt } from './television.js';

let server: RunningServer;
let browser: Browser;

beforeAll(async () => {
  [server, browser] = await Promise.all([serveTelevision(), launchChromium()]);
});

afterAll(async () => {
  await browser?.close();
  await server?.close();
});

const open = (query = '') => Television.open(browser, server, query);

/** A television whose films do not come before they are released. */
async function openHeld(query = '') {
  let release = () => {};
  const released = new Promise<void>((resolve) => {
    release = resolve;
  });
  const hold = (page: Page) =>
    page.route('**/api/films?*', async (route) => {
      await released;
      await route.continue();
    });
  return { television: await Television.open(browser, server, query, hold), release };
}

describe('a viewer', () => {
  test('sees placeholders, and the films when they have come', async () => {
    const { television, release } = await openHeld();
    await television.see('requests', '3');
    await television.page.waitForSelector('#television[data-placeholders="14"][data-animating="false"]', { state: 'attached' });
    expect(await television.look('focused')).toBe('');
    await television.screenshot('placeholders');
    release();
    await television.settle(titleAt(0, 0));
    await television.screenshot('browse');
    await television.close();
  });

  test('moves along rails, opens a film, and comes back to where they were', async () => {
    const television = await open();
    await television.settle(titleAt(0, 0));
    await television.press('ArrowRight', 'ArrowRight', 'ArrowRight', 'ArrowRight');
    await television.settle(titleAt(0, 4));
    await television.press('ArrowDown', 'ArrowRight', 'ArrowRight');
    // Below the fifth card of the scrolled rail stands the second one of the next.
    const left = await television.settle(titleAt(1, 3));
    await television.screenshot('moved');

    await television.press('Enter');
    await television.settle('Play');
    await television.screenshot('details');
    await television.press('ArrowRight');
    await television.settle('Add to my list');

    await television.press('Backspace');
    expect(await television.settle(titleAt(1, 3))).toBe(left);
    await television.screenshot('back');
    await television.press('ArrowUp');
    await television.settle(titleAt(0, 4));
    await television.close();
  });

  test('sees as many pixels as the screen has, at each ratio and after a resize', async () => {
    const television = await open();
    const hash = await television.settle(titleAt(0, 0));
    expect(await television.pixels()).toEqual([1280, 720]);
    await television.screenshot('ratio-1');
    await television.page.setViewportSize({ width: 1600, height: 1000 });
    await television.seePixels(1600, 900);
    expect(await television.settle(titleAt(0, 0))).toBe(hash);
    await television.screenshot('resized');
    await television.close();

    const sharp = await Television.open(browser, server, '', undefined, 2);
    expect(await sharp.settle(titleAt(0, 0))).toBe(hash);
    expect(await sharp.pixels()).toEqual([2560, 1440]);
    await sharp.screenshot('ratio-2');
    await sharp.page.setViewportSize({ width: 800, height: 450 });
    await sharp.seePixels(1600, 900);
    expect(await sharp.settle(titleAt(0, 0))).toBe(hash);
    await sharp.close();
  });

  test('comes back to where they were in a rail that was left far behind', async () => {
    const television = await open();
    await television.settle(titleAt(0, 0));
    await television.press('ArrowRight', 'ArrowRight', 'ArrowRight');
    const left = await television.settle(titleAt(0, 3));
    for (const rail of [1, 2, 3, 4]) {
      await television.press('ArrowDown');
      await television.settle(titleAt(rail, 1));
    }
    for (const rail of [3, 2, 1]) {
      await television.press('ArrowUp');
      await television.settle(titleAt(rail, 1));
    }
    await television.press('ArrowUp');
    expect(await television.settle(titleAt(0, 3))).toBe(left);
    await television.screenshot('come back');
    await television.close();
  });

  test('stays where they are at the ends, and at the root of history', async () => {
    const television = await open();
    const hash = await television.settle(titleAt(0, 0));
    await television.press('ArrowLeft', 'ArrowUp', 'Escape', 'ArrowRight');
    await television.settle(titleAt(0, 1));
    await television.press('ArrowLeft');
    expect(await television.settle(titleAt(0, 0))).toBe(hash);
    await television.close();
  });
});

/** Keys, and the film that has focus when they have been pressed. */
const MOVES = ['ArrowRight', 'ArrowRight', 'ArrowRight'];

async function undisturbed(query: string): Promise<string> {
  const television = await open(query);
  await television.settle(titleAt(0, 0));
  await television.press(...MOVES);
  const hash = await television.settle(titleAt(0, 3));
  await television.close();
  return hash;
}

describe.each([
  { device: 'isolated', query: '?placement=wasm', links: 'shared memory' },
  { device: 'not isolated', query: '?placement=wasm&plain', links: 'message ports' },
  { device: 'without workers', query: '?placement=wasm&workers=off', links: 'one thread' },
])('a crash in the Wasm VM, $device', ({ device, query, links }) => {
  test('of scene and of focus while a rail moves: the picture goes on, and focus is where it was', async () => {
    const expected = await undisturbed(query);
    const television = await open(query);
    await television.settle(titleAt(0, 0));
    expect(await television.look('links')).toBe(links);
    expect(await television.actor('scene')).toEqual({ vm: 'wasm', state: 'running', restarts: 0 });

    await television.pressWhileMoving(MOVES[0], 'c');
    await television.restarted('scene', 1);
    await television.screenshot(`crash of scene ${device}`);
    expect(await television.page.textContent('#crash')).toMatch(/^scene crashed at scene\.tick in wasm-actors\//);
    const painted = Number(await television.look('painted'));
    await television.settle(titleAt(0, 1));

    await television.press('2');
    await television.pressWhileMoving(MOVES[1], 'c');
    await television.press(MOVES[2]);
    await television.restarted('focus', 1);
    await television.screenshot(`crash of focus ${device}`);

    expect(await television.settle(titleAt(0, 3))).toBe(expected);
    expect(Number(await television.look('painted'))).toBeGreaterThan(painted);
    expect(await television.actor('scene')).toEqual({ vm: 'wasm', state: 'running', restarts: 1 });
    expect(await television.actor('focus')).toEqual({ vm: 'wasm', state: 'running', restarts: 1 });
    expect(await television.page.textContent('#crash')).toMatch(/^focus crashed at \S+ in wasm-actors\//);
    await television.close();
  });
});

test('a crash of network and of history: the films on their way still come, and Back leads back', async () => {
  const { television, release } = await openHeld('?placement=wasm');
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
    // It throws at an arrow that leads nowhere: nothing on the screen changes by it.
    end: (television: Television, edge: string) => television.press('6', 'c', edge),
  },
  { what: 'is lost with the JavaScript worker', query: '', end: (television: Television) => television.killWorker('js-vm') },
  { what: 'is lost where no memory is shared', query: '&shared=off', end: (television: Television) => television.killWorker('js-vm') },
];

/** Keys, and what has focus after each; then an arrow that leads nowhere, and what is to the left. */
const SCREENS = [
  {
    screen: 'browse',
    way: () => [
      ['ArrowRight', titleAt(0, 1)],
      ['ArrowRight', titleAt(0, 2)],
    ],
    edge: 'ArrowUp',
    left: () => titleAt(0, 1),
  },
  {
    screen: 'details',
    way: () => [
      ['Enter', 'Play'],
      ['ArrowRight', 'Add to my list'],
    ],
    edge: 'ArrowRight',
    left: () => 'Play',
  },
];

describe.each(SCREENS)('the page on $screen', ({ screen, way, edge, left }) => {
  test.each(PAGE_ENDS)('$what: another is there, and not one picture differs', async ({ what, query, end }) => {
    // A machine that does much else may take longer than the page waits for its films.
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
    expect(await television.settle(focused)).toBe(before);
    await television.screenshot(`page ${what} on ${screen}`);
    expect(new Set(await pictures())).toEqual(new Set([before]));
    await television.press('ArrowLeft');
    await television.settle(left());
    await television.close();
  });
});

describe('a lesser device shows the same', () => {
  const keys = ['ArrowRight', 'ArrowRight', 'ArrowDown', 'ArrowRight', 'Enter', 'ArrowRight', 'Backspace', 'ArrowUp'];
  const focused = () => [
    titleAt(0, 1),
    titleAt(0, 2),
    titleAt(1, 1),
    titleAt(1, 2),
    'Play',
    'Add to my list',
    titleAt(1, 2),
    titleAt(0, 2),
  ];

  /** Hashes of the picture, at rest after each key. */
  async function play(television: Television): Promise<readonly string[]> {
    const hashes = [await television.settle(titleAt(0, 0))];
    for (const [index, title] of focused().entries()) {
      await television.press(keys[index]);
      hashes.push(await television.settle(title));
    }
    return hashes;
  }

  let expected: readonly string[];
  beforeAll(async () => {
    const television = await open('?placement=mixed');
    expected = await play(television);
    await television.close();
  });

  test('its pictures differ from key to key', () => {
    expect(new Set(expected).size).toBe(keys.length);
  });

  test.each([
    { name: 'WebAssembly', query: '?wasm=off', links: 'shared memory', vm: 'js' },
    { name: 'shared memory', query: '?shared=off', links: 'message ports', vm: 'wasm' },
    { name: 'isolation', query: '?plain', links: 'message ports', vm: 'wasm' },
    { name: 'workers', query: '?workers=off', links: 'one thread', vm: 'wasm' },
    { name: 'any of them', query: '?plain&wasm=off&workers=off', links: 'one thread', vm: 'js' },
  ])('without $name', async ({ name, query, links, vm }) => {
    const television = await open(query);
    expect(await play(television)).toEqual(expected);
    expect(await television.look('links')).toBe(links);
    expect((await television.actor('scene')).vm).toBe(vm);
    await television.screenshot(`without ${name}`);
    await television.close();
  });

  // The address only asks to do without. These devices really have not got it.
  test('a page that is not isolated has no shared memory', async () => {
    const television = await open('?plain');
    expect(await television.page.evaluate(() => [crossOriginIsolated, typeof SharedArrayBuffer])).toEqual([false, 'undefined']);
    await television.close();
  });

  test('a browser that has no workers', async () => {
    const television = await Television.open(browser, server, '', (page) => page.addInitScript('delete globalThis.Worker'));
    expect(await play(television)).toEqual(expected);
    expect(await television.look('links')).toBe('one thread');
    await television.close();
  });

  test('a browser that has no OffscreenCanvas', async () => {
    const television = await Television.open(browser, server, '', (page) => page.addInitScript('delete globalThis.OffscreenCanvas'));
    expect(await play(television)).toEqual(expected);
    expect(await television.page.evaluate(() => typeof OffscreenCanvas)).toBe('undefined');
    expect(await television.page.isHidden('#problem')).toBe(true);
    await television.close();
  });

  test('a browser that has no WebAssembly', async () => {
    const lesser = await launchChromium('--js-flags=--jitless');
    try {
      const television = await Television.open(lesser, server);
      expect(await television.page.evaluate(() => typeof WebAssembly)).toBe('undefined');
      expect(await play(television)).toEqual(expected);
      expect((await television.actor('scene')).vm).toBe('js');
    } finally {
      await lesser.close();
    }
  });
});

/** What a server may answer for a guest, and what is said of it. */
const NO_GUESTS = {
  scene: { answer: { status: 404, body: '' }, reason: /scene\.wasm: 404/ },
  focus: {
    answer: { status: 200, contentType: 'text/html', body: '<!doctype html><title>Television</title>' },
    reason: /not a module: .*text\/html/,
  },
  network: {
    answer: { status: 200, contentType: 'application/wasm', body: Buffer.from('\0asm') },
    reason: /not a module: .*application\/wasm/,
  },
};

describe.each([
  { device: 'on threads', query: '?placement=wasm' },
  { device: 'in one thread', query: '?placement=wasm&workers=off' },
])('guests that cannot be had, $device', ({ query }) => {
  test('their twins begin, the others stay in Wasm, and the panel and the console say why', async () => {
    const lines: string[] = [];
    const television = await Television.open(browser, server, query, async (page) => {
      page.on('console', (message) => message.type() === 'warning' && lines.push(message.text()));
      for (const [actor, { answer }] of Object.entries(NO_GUESTS)) await page.route(`**/${actor}.wasm`, (route) => route.fulfill(answer));
    });
    await television.settle(titleAt(0, 0));
    await television.press('ArrowRight');
    await television.settle(titleAt(0, 1));
    for (const [actor, { reason }] of Object.entries(NO_GUESTS)) {
      expect(await television.actor(actor)).toEqual({ vm: 'js', state: 'running', restarts: 0 });
      expect(await television.told(actor)).toMatch(new RegExp(`^js twin: .*${reason.source}`));
      expect(lines.filter((line) => line.includes(`the guest of ${actor} cannot be run`))).toEqual([expect.stringMatching(reason)]);
    }
    for (const actor of ['history', 'metrics']) {
      expect(await television.actor(actor)).toEqual({ vm: 'wasm', state: 'running', restarts: 0 });
      expect(await television.told(actor)).toBe('no crash');
    }
    expect(lines.filter((line) => line.startsWith('tandem: '))).toHaveLength(Object.keys(NO_GUESTS).length);
    await television.screenshot('without guests');
    await television.close();
  });
});

test('a catalogue that cannot be reached can be asked for again', async () => {
  let answers = false;
  const television = await Television.open(browser, server, '', (page) =>
    page.route('**/api/genres', (route) => (answers ? route.continue() : route.fulfill({ status: 404, body: '' }))),
  );
  await television.settle('Try again');
  await television.screenshot('out-of-reach');
  answers = true;
  await television.press('Enter');
  await television.settle(titleAt(0, 0));
  await television.close();
});

test('an address that makes no sense is said on the screen', async () => {
  const television = await open('?placement=scene=kitchen');
  await television.see('state', 'failed');
  expect(await television.page.textContent('#problem')).toBe("placement 'scene=kitchen': an actor runs in js or wasm, not in 'kitchen'");
  await television.close();
});

test('frame times and the way from key to picture reach the telemetry backend', async () => {
  const television = await open();
  await television.settle(titleAt(0, 0));
  await television.press('ArrowRight');
  await television.settle(titleAt(0, 1));
  const exported = async () => (await fetch(new URL('/v1/metrics', server.url))).text();
  await expect.poll(exported, { timeout: PATIENCE_MS, interval: 500 }).toContain('tandem.inputToFrameMs');
  expect(await exported()).toContain('tandem.frameMs');
  await television.close();
});
