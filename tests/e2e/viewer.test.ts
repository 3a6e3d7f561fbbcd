/** A viewer's use of the television in Chromium: keys, films, sizes of the screen, and messages when something is wrong. */
import type { Browser } from 'playwright';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import type { RunningServer } from '../../examples/tv/server/server.js';
import { expectRest } from './at-rest.js';
import { launchChromium, openHeld, PATIENCE_MS, serveTelevision, Television, titleAt } from './television.js';

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

describe('a viewer', () => {
  test('sees placeholders, and then the films when they arrive', async () => {
    const { television, release } = await openHeld(browser, server);
    await television.see('requests', '3');
    await television.page.waitForSelector('#television[data-placeholders="14"][data-animating="false"]', { state: 'attached' });
    expect(await television.look('focused')).toBe('');
    await television.screenshot('placeholders');
    release();
    await television.settle(titleAt(0, 0));
    await television.screenshot('browse');
    await television.close();
  });

  test('moves along rails, opens a film, and returns to the same place', async () => {
    const television = await open();
    await television.settle(titleAt(0, 0));
    await expectRest(television);
    await television.press('ArrowRight', 'ArrowRight', 'ArrowRight', 'ArrowRight');
    await television.settle(titleAt(0, 4));
    await television.press('ArrowDown', 'ArrowRight', 'ArrowRight');
    // Below the fifth card of the scrolled rail is the second card of the next rail.
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
    expect(await television.pixels()).toEqual([640, 360]);
    await television.screenshot('ratio-1');
    await television.page.setViewportSize({ width: 1600, height: 1000 });
    await television.seePixels(1600, 900);
    expect(await television.settle(titleAt(0, 0))).toBe(hash);
    await television.screenshot('resized');
    await television.page.setViewportSize({ width: 3840, height: 2160 });
    await television.seePixels(3840, 2160);
    expect(await television.settle(titleAt(0, 0))).toBe(hash);
    expect(await television.look('reduced')).toBe('');
    await television.screenshot('3840 by 2160');
    await television.close();

    const sharp = await Television.open(browser, server, '', undefined, 2);
    expect(await sharp.settle(titleAt(0, 0))).toBe(hash);
    expect(await sharp.pixels()).toEqual([1280, 720]);
    await sharp.screenshot('ratio-2');
    await sharp.page.setViewportSize({ width: 800, height: 450 });
    await sharp.seePixels(1600, 900);
    expect(await sharp.settle(titleAt(0, 0))).toBe(hash);
    await sharp.close();
  });

  test('with little memory sees a canvas of fewer pixels than the screen, which says so; and nothing at the edges of a set that cuts them off', async () => {
    const lean = await Television.open(browser, server, '?profile=lean&safePercent=5', undefined, 2);
    await lean.settle(titleAt(0, 0));
    await lean.screenshot('safe area');
    await lean.page.setViewportSize({ width: 1600, height: 1000 });
    await lean.seePixels(1920, 1080);
    expect(await lean.look('reduced')).toBe('1920 by 1080 for 3200 by 1800 pixels of the screen');
    await lean.settle(titleAt(0, 0));
    await lean.screenshot('reduced');
    await lean.close();
  });

  test('stays in place at the ends of rails, and at the root of history', async () => {
    const television = await open();
    const hash = await television.settle(titleAt(0, 0));
    await television.press('ArrowLeft', 'ArrowUp', 'Escape', 'ArrowRight');
    await television.settle(titleAt(0, 1));
    await television.press('ArrowLeft');
    expect(await television.settle(titleAt(0, 0))).toBe(hash);
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

test('the screen says when the address makes no sense', async () => {
  const television = await open('?placement=scene=kitchen');
  await television.see('state', 'failed');
  expect(await television.page.textContent('#problem')).toBe("placement 'scene=kitchen': an actor runs in js or wasm, not in 'kitchen'");
  await television.close();
});

test('frame times and the time from key to picture reach the telemetry backend', async () => {
  const television = await open();
  await television.settle(titleAt(0, 0));
  await television.press('ArrowRight');
  await television.settle(titleAt(0, 1));
  const exported = async () => (await fetch(new URL('/v1/metrics', server.url))).text();
  await expect.poll(exported, { timeout: PATIENCE_MS, interval: 500 }).toContain('tandem.inputToFrameMs');
  expect(await exported()).toContain('tandem.frameMs');
  await television.close();
});
