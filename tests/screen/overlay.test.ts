/** The overlay over a small application: what it draws, that it stays on top, and that it says nothing while it is hidden. */
import { expect, test } from 'vitest';
import type { System } from '../../actors/index.js';
import type { SimHost } from '../../host-shim/sim/index.js';
import { OVERLAY_NODES } from '../../protocol/messages/scene.js';
import { type Overlay, type OverlayKey, openOverlay } from '../../ui/screen/index.js';
import { openFilms, textsIn } from './films-application.js';

/** Keys that a test presses. */
class Keys {
  private readonly listeners = new Set<(event: OverlayKey) => void>();
  prevented = 0;
  addEventListener(_type: 'keydown', listener: (event: OverlayKey) => void): void {
    this.listeners.add(listener);
  }
  removeEventListener(_type: 'keydown', listener: (event: OverlayKey) => void): void {
    this.listeners.delete(listener);
  }
  press(key: string): void {
    for (const listener of this.listeners) listener({ key, preventDefault: () => this.prevented++ });
  }
}

async function open(shown = false) {
  const keys = new Keys();
  const began: { overlay?: Overlay; system?: System; host?: SimHost } = {};
  /** Frames of the page's thread; the test lets them be. */
  let onFrame: ((timeMs: number) => void) | null = null;
  const films = await openFilms({}, undefined, (vm) => {
    const timers = {
      set: (delayMs: number, work: () => void) => began.host!.timers.set(delayMs, work),
      clear: (timer: never) => began.host?.timers.clear(timer),
    };
    const frames = (each: (timeMs: number) => void) => {
      onFrame = each;
      return () => {
        onFrame = null;
      };
    };
    began.overlay = openOverlay(vm, { timers, system: () => began.system ?? null, keys, frames });
  });
  Object.assign(began, { host: films.host, system: films.system });
  const { overlay } = began as { overlay: Overlay };
  if (shown) overlay.show();
  const sentBy = async (party: string) =>
    Object.entries((await films.system.counters()).sent).reduce(
      (sum, [pair, count]) => sum + (pair.startsWith(`${party}>`) ? count : 0),
      0,
    );
  const lines = () => Object.keys(textsIn(films.picture)).flatMap((text) => text.split('\n'));
  return { ...films, keys, overlay, sentBy, lines, frame: (timeMs: number) => onFrame?.(timeMs), hasFrames: () => onFrame !== null };
}

test('F2 shows frame times, messages, mailboxes and restarts over all else, F2 hides them; hidden it sends nothing', async () => {
  const { keys, overlay, sentBy, lines, frame, hasFrames, frames, press, picture, system } = await open();
  await frames(60);
  expect(await sentBy('overlay')).toBe(0);
  const before = lines();
  keys.press('F1');
  expect([overlay.isShown, keys.prevented]).toEqual([false, 0]);
  keys.press('F2');
  expect([overlay.isShown, keys.prevented]).toEqual([true, 1]);
  await frames(10);
  for (const timeMs of [0, 10, 40]) frame(timeMs);
  await frames(35);
  expect(lines()).toContain('page thread: 20.0 ms a frame, longest 30.0 ms');
  await press('right');
  await frames(30);
  const shown = lines();
  expect(shown).toEqual(
    expect.arrayContaining([
      ...before,
      'page thread: no frame',
      'actor',
      'mailbox',
      'restarts',
      'scene',
      'focus',
      'dead letters 0, traps 0',
    ]),
  );
  const said = (begin: string) => shown.find((line) => line.startsWith(begin));
  expect(said('messages: ')).toMatch(/^messages: \d+ in \d+ frames, \d+\.\d a frame$/);
  expect(said('picture, in the page thread: ')).toBeTruthy();
  // Below nothing, also of what the page has added since.
  const { node } = picture.itemAt(picture.itemCount - 1);
  expect(node).toBeGreaterThanOrEqual(OVERLAY_NODES.first);
  expect(node).toBeLessThanOrEqual(OVERLAY_NODES.last);
  await system.crash('focus');
  await press('right');
  await frames(60);
  expect(lines()).toContain('1');
  keys.press('F2');
  await frames(2);
  expect([overlay.isShown, hasFrames(), lines().every((line) => line.startsWith('Film'))]).toEqual([false, false, true]);
  const sent = await sentBy('overlay');
  expect(sent).toBeGreaterThan(4);
  await frames(90);
  expect(await sentBy('overlay')).toBe(sent);
});

test('it is there again after the page was restarted, which removes all nodes; its numbers are never those of the page', async () => {
  const { lines, frames, press, system, page } = await open(true);
  await frames(40);
  await system.crash('page');
  await press('right');
  await frames(120);
  expect(lines()).toContain('mailbox');
  expect(lines().filter((line) => line === 'mailbox')).toHaveLength(1);
  expect(lines()).toContain('page');
  expect(page().screen.nodeOf(OVERLAY_NODES.first)).toBeUndefined();
});
