/**
 * Builds the Wasm guests: every AssemblyScript file that holds an actor becomes a module with its source map.
 *
 *   wasm-actors/<name>.ts                     → dist/wasm-actors/<name>.wasm
 *   examples/<example>/wasm-actors/<name>.ts  → dist/examples/<example>/wasm-actors/<name>.wasm
 *   bench/wasm-actors/<name>.ts               → dist/bench/wasm-actors/<name>.wasm
 *   chaos/wasm-actors/<name>.ts               → dist/chaos/wasm-actors/<name>.wasm
 *   tests/guests/<folder>/<name>.ts           → dist/tests/guests/<folder>/<name>.wasm
 *
 * `npx tsx scripts/build-guests.ts [name...]` builds those named, or all. What a build read is noted beside its module with a hash
 * of each file, and a guest whose inputs are the same is left alone. An `asconfig.json` beside a source adds compiler options.
 */
import { createHash } from 'node:crypto';
import { existsSync, mkdirSync, readdirSync, readFileSync, renameSync, writeFileSync } from 'node:fs';
import { basename, dirname, join, resolve } from 'node:path';
import { fileURLToPath } from 'node:url';
import { brotliCompressSync } from 'node:zlib';
import { SNAPSHOT_BYTES_MAX } from '../protocol/limits.js';
import { isMain } from './is-main.js';
import { GuestCompiler } from './tools/guest-compiler.js';
import { functionStarts } from './wasm-functions.js';

const root = resolve(dirname(fileURLToPath(import.meta.url)), '..');

/** Files that shape every module without being read by the compiler. */
const TOOLS = [
  'scripts/build-guests.ts',
  'scripts/tools/asc-process.mjs',
  'scripts/tools/guest-compiler.ts',
  'scripts/as-bind-transform.mjs',
  'scripts/wasm-functions.ts',
  'node_modules/assemblyscript/package.json',
];

/**
 * Linear memory: eight times the largest snapshot. A scene at all of its bounds needs its columns, the snapshot that it was restored from, the next one while its buffer
 * grows, and lists of as many items as a commit may have. A guest that leaks traps at it, and does not take the device down.
 */
const MEMORY_PAGES_MAX = (8 * SNAPSHOT_BYTES_MAX) / 65_536;

const COMPILER_OPTIONS = [
  ...['--baseDir', root, '--transform', './scripts/as-bind-transform.mjs'],
  // Against shrink level 1 a frame takes a third less time, and a module compresses to a twentieth more.
  ...['--optimizeLevel', '3', '--shrinkLevel', '0'],
  // The kit collects garbage between batches, when nothing is on the stack; it counts allocations to know when.
  ...['--runtime', 'minimal', '--exportRuntime', '--use', '__new=__countedNew', '--use', '__renew=__countedRenew'],
  ...['--maximumMemory', String(MEMORY_PAGES_MAX)],
];

const namesIn = (folder: string): string[] => (existsSync(join(root, folder)) ? readdirSync(join(root, folder)).sort() : []);
const sourcesIn = (folder: string): string[] =>
  namesIn(folder)
    .filter((name) => name.endsWith('.ts') && !name.endsWith('.d.ts'))
    .map((name) => `${folder}/${name}`);

/** Paths of all guests' sources, from the root. */
export const guestSources = (): string[] => [
  ...sourcesIn('wasm-actors'),
  ...namesIn('examples').flatMap((example) => sourcesIn(`examples/${example}/wasm-actors`)),
  ...sourcesIn('bench/wasm-actors'),
  ...sourcesIn('chaos/wasm-actors'),
  ...namesIn('tests/guests').flatMap((folder) => sourcesIn(`tests/guests/${folder}`)),
];

/** Path of the module that `source` is built to, from the root. */
export const modulePath = (source: string): string => `dist/${source.replace(/\.ts$/, '.wasm')}`;

const readText = (path: string): string | null => {
  const file = resolve(root, path);
  return existsSync(file) ? readFileSync(file, 'utf8') : null;
};
const hash = (text: string | null): string | null => text && createHash('sha256').update(text).digest('hex').slice(0, 16);

type Inputs = Record<string, string | null>;
const inputsPath = (source: string): string => `${modulePath(source)}.inputs.json`;

function isCurrent(source: string): boolean {
  const noted = readText(inputsPath(source));
  if (!noted || !existsSync(join(root, modulePath(source)))) return false;
  return Object.entries(JSON.parse(noted) as Inputs).every(([path, known]) => hash(readText(path)) === known);
}

/** Writes beside and renames, so that nobody who builds or loads at the same time sees half a file. */
function writeWhole(path: string, contents: string | Uint8Array): void {
  const file = resolve(root, path);
  mkdirSync(dirname(file), { recursive: true });
  writeFileSync(`${file}.${process.pid}`, contents);
  renameSync(`${file}.${process.pid}`, file);
}

/**
 * Names sources from the root of the repository, and adds `x_functionStarts`: where in the module each function's body starts, which
 * a source map does not say. A source map carries the text of its sources: that of the language's library is left out, which is most
 * of it, and which nobody debugs.
 */
function finishSourceMap(json: string, module: Uint8Array): string {
  const map = JSON.parse(json) as {
    sourceRoot?: string;
    sources: string[];
    sourcesContent: (string | null)[];
    x_functionStarts?: number[];
  };
  delete map.sourceRoot;
  map.sourcesContent = map.sourcesContent.map((text, index) => (map.sources[index].startsWith('~lib/') ? null : text));
  map.x_functionStarts = functionStarts(module);
  return JSON.stringify(map);
}

async function buildGuest(source: string, compiler: GuestCompiler): Promise<void> {
  const config = join(dirname(source), 'asconfig.json');
  const { problem, outputs, inputs } = await compiler.compile([
    source,
    ...['--outFile', modulePath(source), '--sourceMap', `./${basename(modulePath(source))}.map`],
    ...COMPILER_OPTIONS,
    ...['--config', existsSync(join(root, config)) ? config : 'none'],
  ]);
  if (problem !== null) throw new Error(`${source} does not compile\n${problem}`);
  const read = [...TOOLS.map((path) => [path, readText(path)] as const), ...inputs];
  const noted: Inputs = Object.fromEntries(read.map(([path, text]) => [path, hash(text)]));
  const module = outputs.get(modulePath(source)) as Uint8Array;
  writeWhole(`${modulePath(source)}.map`, finishSourceMap(String(outputs.get(`${modulePath(source)}.map`)), module));
  writeWhole(modulePath(source), module);
  writeWhole(inputsPath(source), JSON.stringify(noted, null, 1));
}

/** Called with the name of each guest that was compiled. */
export type GuestBuilt = (name: string) => void;

/**
 * Builds these sources where they are not built already.
 * @param sources paths from the root, as `guestSources` gives them
 * @returns paths of the modules, from the root
 * @throws Error with the compiler's report
 */
export async function buildGuests(sources: readonly string[], built: GuestBuilt = () => {}): Promise<string[]> {
  const compiler = new GuestCompiler(root);
  try {
    for (const source of sources) {
      if (isCurrent(source)) continue;
      await buildGuest(source, compiler);
      built(basename(source, '.ts'));
    }
  } finally {
    compiler.end();
  }
  return sources.map(modulePath);
}

/** @throws Error when a name, without folder and extension, is not known */
function sourcesOf(names: readonly string[]): string[] {
  const sources = guestSources();
  const unknown = names.filter((name) => !sources.some((source) => basename(source, '.ts') === name));
  if (unknown.length > 0) throw new Error(`no guest called ${unknown.join(', ')}; there are ${sources.join(', ')}`);
  return names.length > 0 ? sources.filter((source) => names.includes(basename(source, '.ts'))) : sources;
}

if (isMain(import.meta.url)) {
  try {
    for (const path of await buildGuests(sourcesOf(process.argv.slice(2)))) {
      const bytes = readFileSync(join(root, path));
      console.log(`${path}  ${bytes.length} bytes, ${brotliCompressSync(bytes).length} brotli`);
    }
  } catch (error) {
    console.error(error instanceof Error ? error.message : error);
    process.exitCode = 1;
  }
}
