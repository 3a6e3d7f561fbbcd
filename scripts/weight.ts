/**
 * What a page with one actor costs in each step, beside an empty page and one that uses Comlink: workers, shared memory, memory by the browser's own
 * measure, bytes.
 *
 *   npm run weight [-- --json] [-- --bytes]
 *
 * The pages are bundled as an application's are, minified, and opened in Chromium with the headers for isolation. `--bytes` needs no browser. Bytes are
 * those of JavaScript as brotli sends them; those that the page itself loads, and apart from them those of its workers.
 */
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import { tmpdir } from 'node:os';
import { extname, join, resolve } from 'node:path';
import { type Browser, chromium } from 'playwright';
import type { Plugin } from 'rolldown';
import { findChromium } from './chromium.js';
import { isMain } from './is-main.js';
import { brotliBytes, staticallyNeeded } from './loaded-at-once.js';
import { ownName } from './own-name.js';
import { bundled } from './page.js';

const ROOT = resolve(import.meta.dirname, '..');
const STEPS = ['empty', 'comlink', 'host', 'js', 'wasm'] as const;
type Step = (typeof STEPS)[number];

export interface Weight {
  readonly page: Step;
  /** Size of what the page itself loads, at once and later, and of its workers' files. Compressed when they are asked for, which takes its time. */
  readonly bytes: number;
  readonly lazyBytes: number;
  readonly workerBytes: number;
  /** Null without a browser. */
  readonly workers: number | null;
  readonly sharedBytes: number | null;
  readonly memoryBytes: number | null;
}

/** A spare would be there by then. */
const SETTLED_MS = 2_500;

const APPLICATION = `
  import { Counter } from './examples/counter/js-actors/counter.js';
  import { counter } from './examples/counter/protocol/generated/counter.js';
  export const application = {
    actors: [{ schema: counter, create: () => new Counter(), guest: { module: new URL('/counter.wasm', location.href) } }],
    ports: [],
    clientAddress: 127,
    workers: {
      js: () => new Worker(new URL('./js-worker.js', import.meta.url), { type: 'module' }),
      wasm: () => new Worker(new URL('./wasm-worker.js', import.meta.url), { type: 'module' }),
    },
  };`;
const HOSTED = APPLICATION.replace(/guest: \{.*\} \}/, '}').replace(/workers: \{[\s\S]*?\n {4}\},/, '');

const started = (placement: string) => `
  import { ${placement === 'host' ? 'startHere as start' : 'start'} } from 'tandem/browser';
  import { application } from '${placement === 'host' ? 'hosted' : 'application'}';
  const { counter } = await start(application, { placement: '${placement}', console: 'off' });
  counter.increment({ by: 5 });
  document.title = 'counted ' + (await counter.read()).count;`;
const worker = (vm: string) => `
  import { runApplication } from 'tandem/browser/worker';
  import { application } from 'application';
  runApplication(application, '${vm}');`;

/** What a team writes, by name. */
const SOURCES: Readonly<Record<string, string>> = {
  application: APPLICATION,
  hosted: HOSTED,
  empty: "document.title = 'counted 5';",
  comlink: `
    import { wrap } from 'comlink';
    const counter = wrap(new Worker(new URL('./comlink-worker.js', import.meta.url), { type: 'module' }));
    await counter.increment(5);
    document.title = 'counted ' + (await counter.read());`,
  'comlink-worker': `
    import { expose } from 'comlink';
    let count = 0;
    expose({ increment(by) { count += by; }, read() { return count; } });`,
  host: started('host'),
  js: started('js'),
  wasm: started('wasm'),
  'js-worker': worker('js'),
  'wasm-worker': worker('wasm'),
};

/** Gives the sources by their names. */
const inMemory: Plugin = {
  name: 'in-memory',
  resolveId(id) {
    // One of the pages has the name of a package.
    const name = id.startsWith('page:') ? id.slice('page:'.length) : id === 'comlink' ? '' : id;
    return name in SOURCES ? join(ROOT, `${name}.source.ts`) : null;
  },
  load: (id) => SOURCES[/([a-z-]+)\.source\.ts$/.exec(id)?.[1] ?? ''] ?? null,
};

const WORKERS: Readonly<Record<Step, readonly string[]>> = {
  empty: [],
  comlink: ['comlink-worker'],
  host: [],
  js: ['js-worker'],
  wasm: ['js-worker', 'wasm-worker'],
};

/** The scripts of one page or worker. */
class Bundle {
  constructor(
    private readonly scripts: ReadonlyMap<string, Uint8Array>,
    private readonly needed: ReadonlySet<string>,
  ) {}

  get atOnce(): number {
    return this.bytesOf((file) => this.needed.has(file));
  }

  get later(): number {
    return this.bytesOf((file) => !this.needed.has(file));
  }

  private bytesOf(wanted: (file: string) => boolean): number {
    return [...this.scripts].reduce((sum, [file, contents]) => (wanted(file) ? sum + brotliBytes(contents) : sum), 0);
  }
}

/** Bundles one page or worker into the folder. */
async function bundle(name: string, folder: string): Promise<Bundle> {
  const { files } = await bundled({ [name]: `page:${name}` }, [inMemory, ownName()], true);
  for (const [file, contents] of files) writeFileSync(join(folder, file), contents);
  const scripts = new Map([...files].filter(([file]) => file.endsWith('.js')));
  return new Bundle(scripts, staticallyNeeded(scripts, [`${name}.js`]));
}

const TYPES: Readonly<Record<string, string>> = { '.js': 'text/javascript', '.wasm': 'application/wasm' };

async function serve(folder: string) {
  const server = createServer(({ url = '/' }, response) => {
    const { pathname } = new URL(url, 'http://localhost');
    const type = TYPES[extname(pathname)] ?? 'text/html';
    response.setHeader('Content-Type', type);
    response.setHeader('Cross-Origin-Opener-Policy', 'same-origin');
    response.setHeader('Cross-Origin-Embedder-Policy', 'require-corp');
    if (type === 'text/html') return response.end(`<!doctype html><script type="module" src="${pathname}.js"></script>`);
    const file = pathname === '/counter.wasm' ? join(ROOT, 'dist/examples/counter/wasm-actors/counter.wasm') : join(folder, pathname);
    return response.end(readFileSync(file));
  });
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  return { address: `http://127.0.0.1:${(server.address() as AddressInfo).port}`, close: () => server.close() };
}

/** In the page, before anything else: notes each shared buffer. A buffer may grow, so its size is asked at the end. */
const NOTE_SHARED = `
  const Shared = SharedArrayBuffer;
  globalThis.shared = [];
  globalThis.SharedArrayBuffer = new Proxy(Shared, { construct(target, input) { const made = new target(...input); shared.push(made); return made; } });`;

async function measure(browser: Browser, address: string, step: Step): Promise<Measured> {
  const page = await (await browser.newContext()).newPage();
  const problems: string[] = [];
  page.on('pageerror', ({ message }) => problems.push(message));
  await page.addInitScript(NOTE_SHARED);
  await page.goto(`${address}/${step}`);
  await page.waitForFunction("document.title.startsWith('counted') || undefined", undefined, { timeout: 30_000 }).catch((error) => {
    throw new Error(`${step}: ${problems.join('; ') || error}`);
  });
  await page.waitForTimeout(SETTLED_MS);
  const title = await page.title();
  if (title !== 'counted 5') throw new Error(`${step}: ${title}`);
  const sharedBytes = (await page.evaluate('shared.reduce((sum, { byteLength }) => sum + byteLength, 0)')) as number;
  const memoryBytes = (await page.evaluate('performance.measureUserAgentSpecificMemory().then(({ bytes }) => bytes)')) as number;
  const workers = page.workers().length;
  await page.context().close();
  return { workers, sharedBytes, memoryBytes };
}

type Measured = Pick<Weight, 'workers' | 'sharedBytes' | 'memoryBytes'>;

const UNMEASURED: Measured = { workers: null, sharedBytes: null, memoryBytes: null };

async function bundledInto(folder: string, pages: readonly Step[]): Promise<ReadonlyMap<string, Bundle>> {
  const bundles = new Map<string, Bundle>();
  for (const name of new Set([...pages, ...pages.flatMap((page) => WORKERS[page])])) bundles.set(name, await bundle(name, folder));
  return bundles;
}

const weightOf = (page: Step, bundles: ReadonlyMap<string, Bundle>, measured: Measured): Weight => ({
  ...{ page, ...measured },
  get bytes() {
    return bundles.get(page)!.atOnce;
  },
  get lazyBytes() {
    return bundles.get(page)!.later;
  },
  get workerBytes() {
    return WORKERS[page].reduce((sum, name) => sum + bundles.get(name)!.atOnce, 0);
  },
});

async function measureAll(folder: string, pages: readonly Step[]): Promise<ReadonlyMap<Step, Measured>> {
  const server = await serve(folder);
  const browser = await chromium.launch({
    executablePath: findChromium() ?? undefined,
    args: ['--no-sandbox', '--disable-gpu', '--enable-blink-features=ForceEagerMeasureMemory'],
  });
  try {
    const measured = new Map<Step, Measured>();
    for (const step of pages) measured.set(step, await measure(browser, server.address, step));
    return measured;
  } finally {
    await browser.close();
    server.close();
  }
}

/** @param inBrowser false for bytes alone */
export async function weigh(inBrowser: boolean, pages: readonly Step[] = STEPS): Promise<readonly Weight[]> {
  const folder = mkdtempSync(join(tmpdir(), 'tandem-weight-'));
  try {
    const bundles = await bundledInto(folder, pages);
    const measured = inBrowser ? await measureAll(folder, pages) : null;
    return pages.map((page) => weightOf(page, bundles, measured?.get(page) ?? UNMEASURED));
  } finally {
    rmSync(folder, { recursive: true });
  }
}

const kilobytes = (bytes: number): string => `${(bytes / 1000).toFixed(1)} KB`;
const megabytes = (bytes: number | null): string => (bytes === null ? '' : `${(bytes / 2 ** 20).toFixed(1)} MB`);

/** As docs/ADOPT.md has it. */
function tableOf(weights: readonly Weight[]): string {
  const empty = weights[0].memoryBytes ?? 0;
  const rows = weights.map(({ page, workers, sharedBytes, memoryBytes, ...bytes }) => {
    const above = memoryBytes === null ? null : memoryBytes - empty;
    const sizes = [bytes.bytes, bytes.lazyBytes, bytes.workerBytes].map(kilobytes);
    return `| ${[page, workers ?? '', megabytes(sharedBytes), megabytes(above), ...sizes].join(' | ')} |`;
  });
  return [
    '| page | workers | shared memory | memory above an empty page | page at once | page later | workers |',
    '| --- | ---: | ---: | ---: | ---: | ---: | ---: |',
    ...rows,
  ].join('\n');
}

if (isMain(import.meta.url)) {
  const weights = await weigh(!process.argv.includes('--bytes'));
  console.log(process.argv.includes('--json') ? JSON.stringify(weights, null, 2) : tableOf(weights));
}
