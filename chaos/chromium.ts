/** Plays plans on the threads of Chromium: bundles the page, serves it with the headers for shared memory, and drives it. */
import { mkdirSync, readdirSync } from 'node:fs';
import { copyFile } from 'node:fs/promises';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { build } from 'esbuild';
import { chromium } from 'playwright';
import { loadCatalogue } from '../examples/tv/catalogue/load.js';
import { startServer } from '../examples/tv/server/server.js';
import { CHROMIUM_FLAGS, findChromium } from '../scripts/chromium.js';
import type { Plan } from './plan.js';
import { type PackedEnding, type ThreadsEnding, unpackEnding } from './threads.js';

/** @param sources folder of the chaos tool's page @param built folder of the built chaos tool */
async function buildPage(sources: string, built: string): Promise<string> {
  const site = join(built, 'site');
  mkdirSync(site, { recursive: true });
  await build({
    entryPoints: ['page.ts', 'js-vm.ts', 'wasm-vm.ts'].map((entry) => join(sources, entry)),
    outdir: site,
    bundle: true,
    splitting: true,
    format: 'esm',
    target: 'es2022',
    logLevel: 'warning',
  });
  await copyFile(join(sources, 'index.html'), join(site, 'index.html'));
  const guests = join(built, 'wasm-actors');
  for (const name of readdirSync(guests)) if (/\.wasm(\.map)?$/.test(name)) await copyFile(join(guests, name), join(site, name));
  return site;
}

/** @param built folder of the built chaos tool */
export async function playChromium(plan: Plan, built: URL): Promise<ThreadsEnding> {
  const sources = fileURLToPath(new URL('../../chaos/web/', built));
  const root = await buildPage(sources, fileURLToPath(built));
  const server = await startServer({ catalogue: loadCatalogue(), port: 0, latencyMs: { min: 0, max: 0 }, root });
  const browser = await chromium.launch({ executablePath: findChromium() ?? undefined, args: [...CHROMIUM_FLAGS] });
  try {
    const page = await browser.newPage();
    await page.goto(server.url.href);
    await page.waitForFunction('window.play !== undefined');
    const packed = await page.evaluate((plan) => (window as unknown as { play(plan: unknown): Promise<unknown> }).play(plan), plan);
    return unpackEnding(packed as PackedEnding);
  } finally {
    await browser.close();
    await server.close();
  }
}
