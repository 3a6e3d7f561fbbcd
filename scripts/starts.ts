/**
 * Time to the first picture of the television with the actors in Wasm, and without, in one run and in turn: each start in a new profile of today's Chromium.
 *
 *   npm run build -- television && npx tsx scripts/starts.ts
 */
import { resolve } from 'node:path';
import { type Browser, chromium } from 'playwright';
import { CHROMIUM_FLAGS, findChromium } from './chromium.js';
import { TelevisionServer } from './devices/television-server.js';
import { isMain } from './is-main.js';

const SITE = resolve(import.meta.dirname, '../dist/examples/tv/site');
const STARTS = 20;
/** The first ones read files that the machine has not read before. */
const WARM_STARTS = 2;
const KINDS = { 'with Wasm': '', 'without Wasm': 'wasm=off' };
const PAINTED = '[data-painted]';

/** @returns milliseconds from asking for the address to the first picture */
async function start(browser: Browser, url: string): Promise<number> {
  const page = await (await browser.newContext({ viewport: { width: 1280, height: 720 } })).newPage();
  const asked = performance.now();
  await page.goto(url, { waitUntil: 'commit' });
  await page.waitForSelector(PAINTED, { state: 'attached' });
  const took = performance.now() - asked;
  await page.context().close();
  return took;
}

async function main(): Promise<void> {
  const server = await TelevisionServer.start(SITE);
  const browser = await chromium.launch({ executablePath: findChromium() ?? undefined, args: [...CHROMIUM_FLAGS] });
  const times = new Map(Object.keys(KINDS).map((kind) => [kind, [] as number[]]));
  for (let i = 0; i < WARM_STARTS + STARTS; i++) {
    for (const [kind, query] of Object.entries(KINDS)) {
      const took = await start(browser, server.urlOf(query));
      if (i >= WARM_STARTS) times.get(kind)!.push(took);
    }
  }
  await browser.close();
  await server.close();
  for (const [kind, all] of times) {
    const sorted = all.sort((a, b) => a - b);
    const at = (share: number) => `${Math.round(sorted[Math.round(share * (sorted.length - 1))])} ms`;
    console.log(`${kind.padEnd(14)} median ${at(0.5)}, quartiles ${at(0.25)} and ${at(0.75)}, ${sorted.length} starts`);
  }
}

if (isMain(import.meta.url)) await main();
