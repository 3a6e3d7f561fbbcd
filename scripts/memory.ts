/**
 * What the television keeps in memory above an empty page, in each profile, by the browser's own measure.
 *
 *   npm run memory [-- --json] [-- --threads]
 *
 * It opens the built television in Chromium with the headers for isolation, goes over three rails, to the details and back, waits until spares would be there, and
 * asks `performance.measureUserAgentSpecificMemory`: all heaps of JavaScript with their code, Wasm, shared buffers, DOM, and canvases of the page. Two things about that
 * measure: it counts a shared buffer once in each thread that has it, and it does not see canvases in a worker. So what a painter's worker keeps is counted by
 * itself (`display.memory`), four bytes a pixel, and added. `--threads` lists the measure's parts.
 */
import { resolve } from 'node:path';
import { type Browser, chromium, type Page } from 'playwright';
import { findChromium } from './chromium.js';
import { TelevisionServer } from './devices/television-server.js';
import { isMain } from './is-main.js';

/** The built television. */
export const SITE = resolve(import.meta.dirname, '../dist/examples/tv/site');
const MEGABYTE = 1 << 20;
/** A spare would be there by then. */
const SETTLED_MS = 3_000;
/** Above an empty page, all counted. */
export const LEAN_BYTES_MAX = 24 * MEGABYTE;

const ROWS = [
  ['full', 'profile=full'],
  ['full, painted in the page', 'profile=full&offscreen=off'],
  ['full, without Wasm', 'profile=full&wasm=off'],
  ['lean', 'profile=lean'],
  ['lean, with a painter', 'profile=lean&offscreen=on'],
  ['lean, without Wasm', 'profile=lean&wasm=off'],
  ['lean, without shared memory', 'profile=lean&shared=off'],
] as const;

/** In the page, before anything else: notes each shared buffer. A buffer may grow, so its size is asked at the end. */
export const NOTE_SHARED = `if (typeof SharedArrayBuffer === 'function') {
  globalThis.shared = [];
  globalThis.SharedArrayBuffer = new Proxy(SharedArrayBuffer, { construct(target, input) { const made = new target(...input); shared.push(made); return made; } });
}`;

/** What does not depend on the engine: counted by the television itself, and by the page. */
export const COUNT = `(async () => {
  const { actors } = await tandem.system.health();
  const { canvasPixels, images, imageTexturePixels, textTexturePixels } = tandem.display.memory;
  const growing = shared.filter((buffer) => buffer.maxByteLength > buffer.byteLength);
  return {
    sharedBytes: shared.reduce((sum, { byteLength }) => sum + byteLength, 0),
    ringBytesMax: Math.max(0, ...growing.map(({ maxByteLength }) => maxByteLength)),
    wasmBytes: actors.reduce((sum, { load }) => sum + (load?.memoryBytes ?? 0), 0),
    paintBytes: 4 * (canvasPixels + images.pixels + imageTexturePixels + textTexturePixels),
    imageBytes: 4 * images.pixels,
  };
})()`;

export interface Counted {
  /** Size of all buffers that the page has made. */
  readonly sharedBytes: number;
  /** The most that one that grows may have. */
  readonly ringBytesMax: number;
  /** Linear memories of the guests. */
  readonly wasmBytes: number;
  /** Canvas, images and textures. */
  readonly paintBytes: number;
  readonly imageBytes: number;
}

export interface Measured extends Counted {
  readonly profile: string;
  readonly workers: readonly string[];
  /** By the browser's measure, above an empty page. */
  readonly measuredBytes: number;
  /** The same with what it does not see: canvases in a worker. */
  readonly bytes: number;
  readonly parts: readonly string[];
}

interface Breakdown {
  readonly bytes: number;
  readonly breakdown: readonly {
    readonly bytes: number;
    readonly types: readonly string[];
    readonly attribution: readonly { scope: string; url: string }[];
  }[];
}

const MEASURE = 'performance.measureUserAgentSpecificMemory()';
/** Three rails, the details of a film, and back. */
const KEYS = ['ArrowRight', 'ArrowRight', 'ArrowRight', 'ArrowDown', 'ArrowRight', 'ArrowDown', 'ArrowRight', 'Enter', 'Backspace'];
const STILL = '#television[data-state="running"][data-requests="0"][data-placeholders="0"][data-animating="false"][data-picture-hash]';
const KEY_MS = 400;

async function opened(browser: Browser): Promise<Page> {
  const page = await (await browser.newContext({ viewport: { width: 1280, height: 720 } })).newPage();
  await page.addInitScript(NOTE_SHARED);
  return page;
}

const megabytes = (bytes: number): string => `${(bytes / MEGABYTE).toFixed(1)} MB`;
const nameOf = (url: string): string => new URL(url).pathname.slice(1) || 'page';

const partsOf = ({ breakdown }: Breakdown): readonly string[] =>
  breakdown
    .filter(({ bytes }) => bytes > 0)
    .sort((a, b) => b.bytes - a.bytes)
    .map(
      ({ bytes, types, attribution }) =>
        `${megabytes(bytes)} ${types.join(', ')}: ${attribution.map(({ url }) => nameOf(url)).join(', ') || 'all'}`,
    );

/** Goes over three rails, to the details of a film and back, and waits until nothing more comes. */
export async function travel(page: Page, url: string): Promise<void> {
  await page.goto(url);
  await page.waitForSelector(STILL, { state: 'attached' });
  for (const key of KEYS) {
    await page.keyboard.press(key);
    await page.waitForTimeout(KEY_MS);
    await page.waitForSelector(STILL, { state: 'attached' });
  }
  await page.waitForTimeout(SETTLED_MS);
}

async function measure(
  browser: Browser,
  server: TelevisionServer,
  [profile, query]: readonly [string, string],
  empty: number,
): Promise<Measured> {
  const page = await opened(browser);
  await travel(page, server.urlOf(query));
  const counted = (await page.evaluate(COUNT)) as Counted;
  const measured = (await page.evaluate(MEASURE)) as Breakdown;
  const workers = page.workers().map((worker) => nameOf(worker.url()));
  await page.context().close();
  const measuredBytes = measured.bytes - empty;
  const unseen = workers.includes('painter.js') ? counted.paintBytes : 0;
  return { profile, workers, ...counted, measuredBytes, bytes: measuredBytes + unseen, parts: partsOf(measured) };
}

/** A page of the same server, with the same headers, in which nothing is. */
async function measureEmpty(browser: Browser, server: TelevisionServer): Promise<number> {
  const page = await opened(browser);
  await page.goto(new URL('style.css', server.urlOf('')).href);
  const { bytes } = (await page.evaluate(MEASURE)) as Breakdown;
  await page.context().close();
  return bytes;
}

export async function measureMemory(): Promise<readonly Measured[]> {
  const server = await TelevisionServer.start(SITE);
  const browser = await chromium.launch({
    executablePath: findChromium() ?? undefined,
    args: ['--no-sandbox', '--disable-gpu', '--enable-blink-features=ForceEagerMeasureMemory'],
  });
  try {
    const empty = await measureEmpty(browser, server);
    const measured: Measured[] = [];
    for (const row of ROWS) measured.push(await measure(browser, server, row, empty));
    return measured;
  } finally {
    await browser.close();
    await server.close();
  }
}

/** As docs/DEVICES.md has it. */
function tableOf(rows: readonly Measured[], withThreads: boolean): string {
  const lines = rows.map((row) => {
    const bytes = [row.sharedBytes, row.wasmBytes, row.paintBytes, row.measuredBytes, row.bytes].map(megabytes);
    return `| ${[row.profile, row.workers.map((name) => name.replace('.js', '')).join(', ') || 'none', ...bytes].join(' | ')} |`;
  });
  const threads = rows.flatMap(({ profile, parts }) => ['', profile, ...parts.map((part) => `  ${part}`)]);
  return [
    '| profile | workers | shared buffers | guests’ memories | painting | by the browser | in all |',
    '| --- | --- | ---: | ---: | ---: | ---: | ---: |',
    ...lines,
    ...(withThreads ? threads : []),
  ].join('\n');
}

if (isMain(import.meta.url)) {
  const rows = await measureMemory();
  console.log(process.argv.includes('--json') ? JSON.stringify(rows, null, 2) : tableOf(rows, process.argv.includes('--threads')));
  const lean = rows.filter(
    ({ profile, bytes }) => profile.startsWith('lean') && !profile.endsWith('with a painter') && bytes > LEAN_BYTES_MAX,
  );
  for (const { profile, bytes } of lean) console.error(`${profile}: ${megabytes(bytes)}, more than ${megabytes(LEAN_BYTES_MAX)}`);
  if (lean.length > 0) process.exitCode = 1;
}
