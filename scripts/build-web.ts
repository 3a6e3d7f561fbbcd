/**
 * Builds the pages of the television and of the debugger, each unless nothing has changed since it was built:
 *
 *   examples/tv/web/{main,js-vm,wasm-vm,painter}.ts   → dist/examples/tv/site/*.js
 *   the same, for old engines           → dist/examples/tv/site/old*.js
 *   examples/tv/web/{index.html,choose.js,style.css}    → dist/examples/tv/site/{index.html,style.css}
 *   dist/wasm-actors/*.wasm and *.wasm.map    → dist/examples/tv/site/
 *   debugger/page/{main,worker}.ts, index.html, page.css    → dist/debugger/site/
 */
import { readFileSync } from 'node:fs';
import { join, resolve } from 'node:path';
import { BuildNote } from './built.js';
import { isMain } from './is-main.js';
import { staticallyNeeded } from './loaded-at-once.js';
import type { Files, PageBuilt } from './page.js';

const root = resolve(import.meta.dirname, '..');
const web = (name: string) => join(root, 'examples/tv/web', name);
const debug = (name: string) => join(root, 'debugger/page', name);
const SITE = join(root, 'dist/examples/tv/site');
/** Files of the old build. */
const OLD = /^old\b/;
/** What shapes the pages besides their sources: settings that bundlers look for, and what calls them. */
const SHAPES = [
  ...['package.json', 'tsconfig.json', 'tsconfig.base.json'].map((name) => join(root, name)),
  ...['build-web', 'built', 'loaded-at-once', 'own-name', 'page'].map((name) => join(import.meta.dirname, `${name}.ts`)),
];

/** What the old build's page always comes to need: a script of its own would be a request more, and what its syntax is lowered with once more. */
const ALSO_AT_ONCE = [
  web('page-display.ts'),
  ...['persistence/persistence.ts', 'narrator.ts'].map((name) => join(root, 'actors/application', name)),
];

/** Engines since then read the page and its style; which build they run is chosen in choose.js. */
const PAGE_TARGET = ['chrome38', 'safari8'];

/** What the modern build's page imports as it starts, besides what it imports at once. */
const AS_IT_STARTS = /^(persistence|narrator)-/;

/** Names of what the page comes to import before it shows anything, without `main.js`. */
function modulesOfPage(files: Files): readonly string[] {
  const scripts = new Map([...files].filter(([name]) => name.endsWith('.js')));
  const entries = ['main.js', ...[...scripts.keys()].filter((name) => AS_IT_STARTS.test(name))];
  return [...staticallyNeeded(scripts, entries)].filter((name) => name !== 'main.js');
}

/** The page, with what chooses the build in it: that needs no request of its own. */
async function pageOfTelevision(files: Files): Promise<string> {
  const define = { MODULES: JSON.stringify(modulesOfPage(files).join(' ')) };
  const { transform } = await import('esbuild');
  const { code } = await transform(readFileSync(web('choose.js'), 'utf8'), { minify: true, target: 'es5', define });
  return readFileSync(web('index.html'), 'utf8').replace('<script src="choose.js"></script>', () => `<script>${code.trim()}</script>`);
}

/** The style without variables, which engines before 2016 do not have. */
async function styleOfTelevision(): Promise<string> {
  const style = readFileSync(web('style.css'), 'utf8');
  const values = new Map([...style.matchAll(/^ {2}(--[a-z]+): (.+);$/gm)].map(([, name, value]) => [name, value]));
  const plain = style.replace(/var\((--[a-z]+)\)/g, (_, name) => values.get(name)!);
  const { transform } = await import('esbuild');
  return (await transform(plain, { loader: 'css', target: PAGE_TARGET })).code;
}

/** @param guests resolves when the modules of the guests are built @returns whether anything had changed @throws with the bundler's report */
export async function buildTelevision(guests: Promise<unknown> = Promise.resolve()): Promise<boolean> {
  return built('television', guests, async () => {
    const { buildPage, guestFilesIn } = await import('./page.js');
    const { read, written } = await buildPage({
      entries: ['main.ts', 'js-vm.ts', 'wasm-vm.ts', 'painter.ts'].map(web),
      files: () => guests.then(() => guestFilesIn(join(root, 'dist/wasm-actors'))),
      async made(files) {
        const texts = { 'index.html': await pageOfTelevision(files), 'style.css': await styleOfTelevision() };
        return new Map(Object.entries(texts).map(([name, text]) => [name, Buffer.from(text)]));
      },
      outFolder: SITE,
      others: OLD,
      ownSources: true,
    });
    return { read: [...read, ...['index.html', 'choose.js', 'style.css'].map(web)], written };
  });
}

/** The television for old engines, beside the other. @returns whether anything had changed @throws with the compilers' reports */
export async function buildOldTelevision(): Promise<boolean> {
  return built('old television', Promise.resolve(), async () => {
    const [{ buildOld }, { replaceFiles }] = await Promise.all([import('./old/build-old.js'), import('./page.js')]);
    const workers = { js: web('js-vm.ts'), wasm: web('wasm-vm.ts') };
    const { files, read } = await buildOld({ page: web('main.ts'), workers, alsoAtOnce: ALSO_AT_ONCE });
    replaceFiles(SITE, files, (name) => OLD.test(name));
    return { read, written: [...files.keys()].map((name) => join(SITE, name)) };
  });
}

/** @returns whether anything had changed @throws with the bundler's report */
export async function buildDebugger(): Promise<boolean> {
  return built('debugger', Promise.resolve(), async () => {
    const { buildPage } = await import('./page.js');
    return buildPage({
      entries: ['main.ts', 'worker.ts'].map(debug),
      files: ['index.html', 'page.css'].map(debug),
      outFolder: join(root, 'dist/debugger/site'),
    });
  });
}

/** Builds a page, unless nothing has changed since it was built. What builds it is loaded only then. */
async function built(page: string, ready: Promise<unknown>, build: () => Promise<PageBuilt>): Promise<boolean> {
  const note = new BuildNote(root, `dist/pages/${page}.json`);
  if (note.fits()) {
    // What it waits for may be one of the things that it is built from.
    await ready;
    if (note.fits()) return false;
  }
  const { read, written } = await build();
  note.write([...read, ...SHAPES], written);
  return true;
}

if (isMain(import.meta.url)) {
  try {
    await Promise.all([buildTelevision(), buildOldTelevision(), buildDebugger()]);
  } catch (error) {
    console.error(error instanceof Error ? error.message : error);
    process.exitCode = 1;
  }
}
