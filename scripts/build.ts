/**
 * Builds everything, or what one purpose needs:
 *
 *   npx tsx scripts/build.ts              everything: codecs, TypeScript by its projects, the Wasm guests, the television's page
 *   npx tsx scripts/build.ts television   what `npm start` runs
 *   npx tsx scripts/build.ts old          the same for old engines, which `npm start` builds when one asks for it
 *   npx tsx scripts/build.ts chaos        what `npm run chaos` runs
 *   npx tsx scripts/build.ts command      what `npx tandem` runs
 *   npx tsx scripts/build.ts package      what `npm pack` packs
 *
 * With `--debug` its guests are for a debugger: not optimised, with names. The next build without it compiles them again.
 *
 * Codecs always come first, because everything else is compiled with them. TypeScript and pages are built in parallel to the guests. Each step that
 * did something reports its time on standard error.
 */
import { spawn } from 'node:child_process';
import { rmSync } from 'node:fs';
import { dirname, resolve } from 'node:path';
import { fileURLToPath } from 'node:url';
import { transpile } from '../tools/transpile.js';
import { buildCodecs } from './build-codecs.js';
import { buildGuestsIn } from './build-guests.js';
import { buildDebugger, buildOldTelevision, buildTelevision } from './build-web.js';
import { endWithParent } from './end-with-parent.js';
import { finishPackage } from './finish-package.js';

const root = resolve(dirname(fileURLToPath(import.meta.url)), '..');

interface Purpose {
  /**
   * TypeScript projects; all when empty. Null for what `npm start` runs, which is only transpiled: someone who wants to see it run does
   * not need a report about types, and the next whole build gives one.
   */
  readonly projects: readonly string[] | null;
  /** Folders of its guests; null for all. */
  readonly guests: readonly string[] | null;
  readonly pages: readonly (keyof typeof PAGES)[];
  /** Whether it is finished to be published. */
  readonly published?: boolean;
  /** Whether code is generated for the small examples. */
  readonly examples?: boolean;
}

/** They begin when TypeScript is built, in parallel to the guests. */
const PAGES = { television: buildTelevision, 'television for old engines': buildOldTelevision, debugger: buildDebugger };

const PUBLISHED = ['protocol', 'bus', 'trace', 'actors', 'js-actors', 'host-shim', 'ui', 'tools', 'debugger', 'cli'];
const RUN_BY_COMMAND = [...PUBLISHED, 'examples'];

/** Names of folders whose files are not compiled: AssemblyScript, which has TypeScript's extension; and the small examples, which are built as an application of one's own is. */
const FOREIGN = ['assembly', 'wasm-actors', 'small'];

/** Compilers of AssemblyScript that run in parallel, for all guests: the smallest machine has a core for each. For a few, a second one would cost more than it saves. */
const COMPILERS = 2;

const PURPOSES: Record<string, Purpose> = {
  everything: {
    projects: [],
    guests: null,
    pages: ['television', 'television for old engines', 'debugger'],
    published: true,
    examples: true,
  },
  television: { projects: null, guests: ['wasm-actors/'], pages: ['television', 'debugger'] },
  old: { projects: null, guests: [], pages: ['television for old engines'] },
  command: { projects: null, guests: ['wasm-actors/'], pages: ['debugger'] },
  package: { projects: PUBLISHED, guests: ['wasm-actors/'], pages: ['debugger'], published: true },
  chaos: { projects: ['chaos'], guests: ['chaos/wasm-actors/'], pages: [] },
};

/** Reports what was done, and the time since the last report or the beginning. */
class Steps {
  private from = performance.now();

  done(what: string): void {
    const now = performance.now();
    console.error(`  ${what}  ${((now - this.from) / 1000).toFixed(1)} s`);
    this.from = now;
  }
}

/** @throws when the program has ended with an error, which it has printed itself */
async function run(failure: string, words: readonly string[]): Promise<void> {
  const child = spawn(process.execPath, words, { cwd: root, stdio: ['ignore', process.stderr, process.stderr] });
  const end = () => child.kill();
  process.once('exit', end);
  child.once('exit', () => process.off('exit', end));
  const code = await new Promise((resolved, reject) => child.on('error', reject).on('exit', resolved));
  if (code !== 0) throw new Error(`the build stopped: ${failure}`);
}

/** @throws when the compiler has reported errors */
async function compile({ projects }: Purpose): Promise<void> {
  const steps = new Steps();
  if (projects === null) {
    const count = await transpile({ root, folders: RUN_BY_COMMAND, foreign: FOREIGN, outFolder: resolve(root, 'dist') });
    if (count === 0) return;
    // The compiler would take its own output of before for what is there, once a source is again as it was then.
    rmSync(resolve(root, 'dist/.tsbuildinfo'), { recursive: true, force: true });
    steps.done(`${count} files of TypeScript, unchecked`);
    return;
  }
  await run('TypeScript found errors', ['node_modules/typescript/bin/tsc', '-b', ...projects]);
  steps.done('TypeScript');
}

async function compileGuests({ guests }: Purpose, debug: boolean): Promise<void> {
  const steps = new Steps();
  await buildGuestsIn(guests, guests === null ? COMPILERS : 1, (name) => steps.done(`${name}.wasm`), debug);
}

/** @param guests resolves when they are compiled */
async function buildPages({ pages }: Purpose, guests: Promise<unknown>): Promise<void> {
  const steps = new Steps();
  for (const page of pages) if (await PAGES[page](guests)) steps.done(`page of the ${page}`);
}

async function generateCodecs(): Promise<void> {
  const steps = new Steps();
  const changed = await buildCodecs();
  if (!changed.length) return;
  const folders = new Set(changed.map((path) => path.slice(0, path.indexOf('/generated/'))));
  steps.done(`${changed.length} codecs of ${[...folders].join(', ')}`);
}

async function build(purpose: Purpose, debug: boolean): Promise<void> {
  await generateCodecs();
  const guests = compileGuests(purpose, debug);
  await Promise.all([guests, compile(purpose).then(() => buildPages(purpose, guests))]);
  const steps = new Steps();
  if (purpose.published) for (const what of await finishPackage(root, PUBLISHED)) steps.done(what);
  if (!purpose.examples) return;
  // They use the package that was just built, which this process does not.
  await run('an example is not an application', ['--import', 'tsx', 'examples/small/main.ts', '--generate']);
  steps.done('code of the small examples');
}

endWithParent();
const words = process.argv.slice(2);
const [name = 'everything'] = words.filter((word) => word !== '--debug');
const purpose = PURPOSES[name];
try {
  if (!purpose) throw new Error(`build: nothing is built for ${name}, but for ${Object.keys(PURPOSES).join(', ')}`);
  await build(purpose, words.includes('--debug'));
} catch (error) {
  console.error(error instanceof Error ? error.message : error);
  process.exitCode = 1;
}
