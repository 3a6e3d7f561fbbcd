/** Lesser devices show the same pictures, whatever they lack, and say why a twin runs. */
import type { Browser, Page } from 'playwright';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import type { RunningServer } from '../../examples/tv/server/server.js';
import { COUNT, type Counted, NOTE_SHARED } from '../../scripts/memory.js';
import { expectRest } from './at-rest.js';
import { launchChromium, serveTelevision, Television, titleAt } from './television.js';

const MEGABYTE = 1 << 20;

let server: RunningServer;
let browser: Browser;

beforeAll(async () => {
  [server, browser] = await Promise.all([serveTelevision(), launchChromium()]);
});

afterAll(async () => {
  await browser?.close();
  await server?.close();
});

/** Much longer than a movement, which ends within it also on a busy machine. */
const BLOCKED_MS = 2_000;

const open = (query = '') => Television.open(browser, server, query);

/** Notes what is requested of the five actors, without the hash. */
const noteLoads = (loads: Set<string>) => async (page: Page) => {
  page.on('request', (request) => {
    const [, name, type] = /\/(scene|focus|history|metrics|network)(?:-[\w-]{8})?\.(js|wasm)$/.exec(request.url()) ?? [];
    if (name !== undefined) loads.add(`${name}.${type}`);
  });
};

describe('a lesser device shows the same', () => {
  const keys = ['ArrowRight', 'ArrowRight', 'ArrowDown', 'Enter', 'ArrowRight', 'Backspace'];
  const focused = () => [titleAt(0, 1), titleAt(0, 2), titleAt(1, 1), 'Play', 'Add to my list', titleAt(1, 1)];

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
  /** Guests and twins that the device of the first run has loaded, before and after its focus went to JavaScript. */
  let loaded: readonly (readonly string[])[];
  beforeAll(async () => {
    const loads = new Set<string>();
    const television = await Television.open(browser, server, '?placement=mixed', noteLoads(loads));
    expected = await play(television);
    const before = [...loads].sort();
    await television.page.evaluate("tandem.system.moveActor('focus', 'js')");
    loaded = [before, [...loads].sort()];
    await television.close();
  });

  test('one with Wasm loads no twin in JavaScript until it needs it', () => {
    const guests = ['focus.wasm', 'metrics.wasm', 'scene.wasm'];
    expect(loaded[0].filter((name) => !guests.includes(name))).toEqual(['history.js', 'history.wasm', 'network.js', 'network.wasm']);
    expect(loaded[1]).toEqual([...loaded[0], 'focus.js'].sort());
  });

  test('its pictures differ from key to key', () => {
    expect(new Set(expected).size).toBe(keys.length);
  });

  test.each([
    { name: 'shared memory', query: '?shared=off', links: 'message ports', vm: 'wasm' },
    { name: 'isolation', query: '?plain', links: 'message ports', vm: 'wasm' },
    { name: 'any of them', query: '?plain&wasm=off&workers=off', links: 'one thread', vm: 'js' },
  ])('without $name', async ({ name, query, links, vm }) => {
    const television = await open(query);
    expect(await play(television)).toEqual(expected);
    expect(await television.look('links')).toBe(links);
    expect((await television.actor('scene')).vm).toBe(vm);
    const isIsolated = !query.includes('plain');
    expect(await television.page.evaluate(() => [crossOriginIsolated, typeof SharedArrayBuffer !== 'undefined'])).toEqual([
      isIsolated,
      isIsolated,
    ]);
    await television.screenshot(`without ${name}`);
    await television.close();
  });

  test('one with little memory: the profile lean is one worker, small rings and no spares, and recovers', async () => {
    const television = await Television.open(browser, server, '', (page) =>
      page.addInitScript(`Object.defineProperty(Navigator.prototype, 'deviceMemory', { get: () => 1 }); ${NOTE_SHARED}`),
    );
    expect(await play(television)).toEqual(expected);
    expect(await television.look('profile')).toBe('lean (the device has 1 GB)');
    await television.press('1', 'c');
    await television.page.waitForSelector('#actors [data-party="scene"][data-restarts="1"]', { state: 'attached' });
    await television.settle(titleAt(1, 1));
    const { sharedBytes, ringBytesMax, wasmBytes, imageBytes } = (await television.page.evaluate(COUNT)) as Counted;
    expect(television.page.workers().map((worker) => new URL(worker.url()).pathname)).toEqual(['/wasm-vm.js']);
    expect(await television.look('painter')).toBe('canvas in the page (to save memory)');
    expect(sharedBytes).toBeLessThan(2 * MEGABYTE);
    expect(ringBytesMax).toBeLessThan(1.01 * MEGABYTE);
    expect(wasmBytes).toBeLessThan(2 * MEGABYTE);
    expect(imageBytes).toBeLessThan(4 * MEGABYTE);
    await television.close();
  });

  // The address only asks to do without. These devices really lack it, which makes the same whole way with the address needless.
  test('a browser that has no workers', async () => {
    const television = await Television.open(browser, server, '', (page) => page.addInitScript('delete globalThis.Worker'));
    expect(await play(television)).toEqual(expected);
    expect(await television.look('links')).toBe('one thread');
    expect((await television.actor('scene')).vm).toBe('wasm');
    expect(await television.look('lacks')).toBe(
      'workers: one thread, and no other to notice a hang; a painter of its own thread: the page paints (there are no workers)',
    );
    await television.screenshot('without workers');
    await television.close();
  });

  test('a browser that has no OffscreenCanvas', async () => {
    const television = await Television.open(browser, server, '', (page) => page.addInitScript('delete globalThis.OffscreenCanvas'));
    expect(await play(television)).toEqual(expected);
    expect(await television.page.evaluate(() => typeof OffscreenCanvas)).toBe('undefined');
    expect(await television.look('painter')).toBe('canvas in the page (there is no OffscreenCanvas)');
    await expectRest(television);
    expect(await television.look('lacks')).toBe('a painter of its own thread: the page paints (there is no OffscreenCanvas)');
    expect(await television.page.isHidden('#problem')).toBe(true);
    await television.close();
  });

  test('a painter that fails leaves out what it cannot paint, the page says so, and it is whole again when it can', async () => {
    const television = await Television.open(browser, server, '?offscreen=off', (page) =>
      page.addInitScript(() => {
        const { fillText } = CanvasRenderingContext2D.prototype;
        CanvasRenderingContext2D.prototype.fillText = function (...text) {
          if (this.canvas.id === 'picture' && !('mended' in window)) throw new TypeError('no font');
          fillText.apply(this, text);
        };
      }),
    );
    await television.see('state', 'incomplete');
    expect(await television.page.textContent('#problem')).toMatch(/^the picture is incomplete: no font \(\d+ times\)$/);
    await television.page.waitForFunction(() =>
      /^display crashed in host-shim\/browser\/painting\/[\w-]+\.ts:\d+:\d+: no font/.test(document.getElementById('crash')!.textContent!),
    );
    await television.page.evaluate(() => Object.assign(window, { mended: true }));
    await television.press('ArrowRight');
    await television.settle(titleAt(0, 1));
    expect(await television.page.isHidden('#problem')).toBe(true);
    await television.close();
  });

  test('a painter whose file does not load ends the life, and in the next one the page paints', async () => {
    const television = await Television.open(browser, server, '', (page) =>
      page.route('**/painter.js*', (route) => route.fulfill({ status: 404, body: '' })),
    );
    await television.settle(titleAt(0, 0));
    expect(await television.look('painter')).toMatch(/^canvas in the page \(.*VM painter, http:.*\/painter\.js.*, could not be loaded/);
    expect(await television.look('lives')).toBe('2');
    await television.close();
  });

  test('a painter that has nothing to paint with says so and ends, as often as it may, and then the page paints', async () => {
    const television = await Television.open(browser, server, '', (page) =>
      page.route('**/painter.js*', async (route) => {
        const response = await route.fetch();
        const body = `OffscreenCanvas.prototype.getContext = () => null;\n${await response.text()}`;
        await route.fulfill({ response, body });
      }),
    );
    await television.settle(titleAt(0, 0));
    expect(await television.look('painter')).toMatch(/^canvas in the page \(.*there is no canvas to paint on/);
    expect(await television.look('lives')).toBe('2');
    expect(await television.look('state')).toBe('running');
    await television.close();
  });

  test('a painter whose thread ends begins again, and gets a fresh canvas', async () => {
    const television = await Television.open(browser, server);
    await television.settle(titleAt(0, 0));
    await television.restartPainter();
    await television.press('ArrowRight');
    await television.settle(titleAt(0, 1));
    expect(await television.look('state')).toBe('running');
    expect(await television.look('lives')).toBe('1');
    await television.screenshot('after the end of the painter');
    await television.close();
  });

  test('a movement, with posters that are drawn in it, ends while the page blocks its own thread', async () => {
    const television = await Television.open(browser, server);
    await television.settle(titleAt(0, 0));
    const [end, endOfMovement] = await television.page.evaluate(async (blockedMs) => {
      const element = document.getElementById('television')!;
      const { dataset } = element;
      const seen = (attribute: string, isSo: () => boolean) =>
        new Promise<void>((resolve) => {
          const observer = new MutationObserver(() => {
            if (isSo()) resolve(observer.disconnect());
          });
          observer.observe(element, { attributeFilter: [attribute] });
        });
      const moves = seen('data-animating', () => dataset.animating === 'true');
      dispatchEvent(new KeyboardEvent('keydown', { key: 'ArrowDown', code: 'ArrowDown', bubbles: true }));
      await moves;
      const painted = seen('data-painted-ms', () => dataset.animating === 'false');
      const end = performance.now() + blockedMs;
      while (performance.now() < end);
      await painted;
      return [end, Number(dataset.paintedMs)];
    }, BLOCKED_MS);
    expect(endOfMovement).toBeLessThan(end);
    await television.settle(titleAt(1, 0));
    await television.close();
  });

  test('a browser that has no WebAssembly', async () => {
    const lesser = await launchChromium('--js-flags=--jitless');
    try {
      const loads = new Set<string>();
      const television = await Television.open(lesser, server, '', noteLoads(loads));
      expect(await television.page.evaluate(() => typeof WebAssembly)).toBe('undefined');
      expect(await play(television)).toEqual(expected);
      expect([...loads].sort()).toEqual(['focus.js', 'history.js', 'metrics.js', 'network.js', 'scene.js']);
      expect(await television.look('links')).toBe('shared memory');
      expect((await television.actor('scene')).vm).toBe('js');
      await television.screenshot('without WebAssembly');
    } finally {
      await lesser.close();
    }
  });
});

/** Bad answers of a server for a guest, and the reported reason. */
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
  test('their twins run, the others stay in Wasm, and the panel and the console say why', async () => {
    const lines: string[] = [];
    const television = await Television.open(browser, server, query, async (page) => {
      page.on(
        'console',
        (message) => message.type() === 'warning' && !message.text().includes('does without') && lines.push(message.text()),
      );
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
