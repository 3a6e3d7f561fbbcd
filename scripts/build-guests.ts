/**
 * Builds this repository's Wasm guests: every AssemblyScript file that holds an actor becomes a module with its source map.
 *
 *   wasm-actors/<name>.ts                     → dist/wasm-actors/<name>.wasm
 *   examples/<example>/wasm-actors/<name>.ts  → dist/examples/<example>/wasm-actors/<name>.wasm
 *   bench/wasm-actors/<name>.ts               → dist/bench/wasm-actors/<name>.wasm
 *   chaos/wasm-actors/<name>.ts               → dist/chaos/wasm-actors/<name>.wasm
 *   tests/guests/<folder>/<name>.ts           → dist/tests/guests/<folder>/<name>.wasm
 *
 * `npx tsx scripts/build-guests.ts [name...]` builds the named guests, or all.
 */
import { existsSync, readdirSync, readFileSync } from 'node:fs';
import { basename, join, resolve } from 'node:path';
import { brotliCompressSync } from 'node:zlib';
import { buildGuests } from '../tools/guests.js';
import { ownGuestLibrary } from '../tools/own-package.js';
import { isMain } from './is-main.js';

const root = resolve(import.meta.dirname, '..');
const library = ownGuestLibrary();

const namesIn = (folder: string): string[] => (existsSync(join(root, folder)) ? readdirSync(join(root, folder)).sort() : []);
const sourcesIn = (folder: string): string[] =>
  namesIn(folder)
    .filter((name) => name.endsWith('.ts') && !name.endsWith('.d.ts'))
    .map((name) => `${folder}/${name}`);

/** Paths of the sources of all guests, from the root. */
const guestSources = (): string[] => [
  ...sourcesIn('wasm-actors'),
  ...namesIn('examples').flatMap((example) => sourcesIn(`examples/${example}/wasm-actors`)),
  ...sourcesIn('bench/wasm-actors'),
  ...sourcesIn('chaos/wasm-actors'),
  ...namesIn('tests/guests').flatMap((folder) => sourcesIn(`tests/guests/${folder}`)),
];

const modulePath = (source: string): string => `dist/${source.replace(/\.ts$/, '.wasm')}`;

/**
 * Builds the guests below these folders where they are not built already.
 * @param folders null for all
 * @param compilers number of compilers that run in parallel
 * @param built called with the name of each guest that was compiled
 * @param debug whether they are for a debugger
 */
export async function buildGuestsIn(
  folders: readonly string[] | null,
  compilers: number,
  built: (name: string) => void,
  debug = false,
): Promise<void> {
  const sources = guestSources().filter((source) => folders === null || folders.some((folder) => source.startsWith(folder)));
  await buildGuests({ root, sources, modulePath, library, compilers, built, debug });
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
    for (const path of await buildGuests({ root, sources: sourcesOf(process.argv.slice(2)), modulePath, library })) {
      const bytes = readFileSync(join(root, path));
      console.log(`${path}  ${bytes.length} bytes, ${brotliCompressSync(bytes).length} brotli`);
    }
  } catch (error) {
    console.error(error instanceof Error ? error.message : error);
    process.exitCode = 1;
  }
}
