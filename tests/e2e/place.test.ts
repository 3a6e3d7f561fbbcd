/** The viewer's place outlives the page: a reload in Chromium with IndexedDB intact, damaged or empty, and a restart of the application. */
import type { Browser, Page } from 'playwright';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { decodeRecord, RecordError } from '../../actors/application/persistence/record.js';
import { decodeSnapshot } from '../../actors/contract/snapshot.js';
import { INTENSITY_DEFAULT } from '../../actors/supervisor/intensity.js';
import type { RunningServer } from '../../examples/tv/server/server.js';
import { history } from '../../protocol/generated/history.js';
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

/** Reads or overwrites the records of history in storage. Runs in any page of the site. */
async function exchange({ key, bytes }: { key: string; bytes: number[] | null }): Promise<number[] | null> {
  const settled = <T>(request: IDBRequest<T>) =>
    new Promise<T>((resolve, reject) => {
      request.onsuccess = () => resolve(request.result);
      request.onerror = () => reject(request.error);
    });
  const database = await settled(indexedDB.open('tandem-tv'));
  const store = database.transaction('bytes', 'readwrite').objectStore('bytes');
  if (bytes) await settled(store.put(Uint8Array.from(bytes), key));
  const held: Uint8Array | undefined = await settled(store.get(key));
  database.close();
  return held ? [...held] : null;
}

const SLOTS = ['history/0', 'history/1'];

/** The intact records of history, newest first. */
async function recordsOf(page: Page) {
  const records = [];
  for (const key of SLOTS) {
    const bytes = await page.evaluate(exchange, { key, bytes: null });
    if (!bytes) continue;
    try {
      records.push({ key, bytes, ...decodeRecord(Uint8Array.from(bytes)) });
    } catch (error) {
      if (!(error instanceof RecordError)) throw error;
    }
  }
  return records.sort((a, b) => b.generation - a.generation);
}

/** The focus that the page keeps in the current entry: rail and position. */
function focusOf(snapshot: Uint8Array): number {
  return decodeSnapshot(history, snapshot).state.entries.at(-1)?.focus ?? 0;
}

/** Waits until storage has the place, which is written a little after the viewer arrives there. */
async function keptAt(page: Page, rail: number, position: number): Promise<void> {
  const wanted = rail * 10_000 + position + 1;
  for (;;) {
    const [newest] = await recordsOf(page);
    if (newest && focusOf(newest.snapshot) === wanted) return;
    await page.evaluate(() => new Promise(requestAnimationFrame));
  }
}

test('a reload shows the same picture, and Back leads where it would have led', async () => {
  const television = await Television.open(browser, server);
  await television.settle(titleAt(0, 0));
  expect(await television.look('restored')).toBeNull();
  await television.press('ArrowRight', 'ArrowRight', 'ArrowRight');
  await television.settle(titleAt(0, 3));
  await television.press('ArrowDown');
  const browse = await television.settle(titleAt(1, 1));
  await television.screenshot('before reload');
  await keptAt(television.page, 1, 1);
  await television.page.reload();
  expect(await television.settle(titleAt(1, 1))).toBe(browse);
  expect(Number(await television.look('restored'))).toBeGreaterThan(0);
  await television.screenshot('after reload');

  await television.press('Enter');
  await television.settle('Play');
  await television.press('ArrowRight');
  const details = await television.settle('Add to my list');
  await keptAt(television.page, 0, 1); // the second button
  await television.page.reload();
  expect(await television.settle('Add to my list')).toBe(details);
  await television.press('Backspace');
  expect(await television.settle(titleAt(1, 1))).toBe(browse);
  await television.close();
});

test('with the newest record damaged it starts at the place before, with both damaged at the beginning, and goes on from there', async () => {
  const television = await Television.open(browser, server);
  const { page } = television;
  await television.settle(titleAt(0, 0));
  for (const position of [1, 2]) {
    await television.press('ArrowRight');
    await television.settle(titleAt(0, position));
    await keptAt(page, 0, position);
  }
  /** The television is closed first, so that it does not write. */
  const meanwhile = async (change: () => Promise<unknown>) => {
    const address = page.url();
    await page.goto(new URL('/api/genres', server.url).href);
    await change();
    await page.goto(address);
  };
  await meanwhile(async () => {
    const [{ key, bytes }] = await recordsOf(page);
    await page.evaluate(exchange, { key, bytes: bytes.map((byte, i) => (i === 40 ? byte ^ 1 : byte)) });
  });
  await television.settle(titleAt(0, 1));
  await television.press('ArrowRight', 'ArrowRight');
  await television.settle(titleAt(0, 3));
  await keptAt(page, 0, 3);

  await meanwhile(async () => {
    for (const key of SLOTS) await page.evaluate(exchange, { key, bytes: [1, 2, 3] });
  });
  await television.settle(titleAt(0, 0));
  expect(await television.look('restored')).toBeNull();
  await television.press('ArrowRight');
  await television.settle(titleAt(0, 1));
  await keptAt(page, 0, 1);
  await page.reload();
  await television.settle(titleAt(0, 1));
  await television.close();
});

test('after an actor has crashed too often in its last twin, the screen comes back at the viewer’s place', async () => {
  const television = await Television.open(browser, server, '?placement=js');
  await television.settle(titleAt(0, 0));
  await television.press('ArrowDown');
  await television.press('ArrowRight');
  const title = titleAt(1, 1);
  const before = await television.settle(title);
  await keptAt(television.page, 1, 1);
  for (let crash = 1; crash <= INTENSITY_DEFAULT.intensity; crash++) {
    await television.press('c');
    await television.restarted('scene', crash);
  }
  await television.press('c');
  await television.see('lives', '2');
  expect(await television.settle(title)).toBe(before);
  expect(await television.actor('scene')).toMatchObject({ state: 'running', restarts: 0 });
  await television.press('ArrowLeft');
  await television.settle(titleAt(1, 0));
  await television.close();
});
