/**
 * Bundles the television's page for the browser: one ES module for the page and one for each VM's worker, with what they share in
 * chunks. The modules of the Wasm actors and their source maps are copied beside, where the worker looks for them.
 *
 *   examples/tv/web/{main,js-vm,wasm-vm}.ts   → dist/examples/tv/site/*.js
 *   examples/tv/web/{index.html,style.css}    → dist/examples/tv/site/
 *   dist/wasm-actors/*.wasm and *.wasm.map    → dist/examples/tv/site/
 */
import { copyFileSync, mkdirSync, readdirSync, rmSync } from 'node:fs';
import { dirname, join, resolve } from 'node:path';
import { fileURLToPath, pathToFileURL } from 'node:url';
import { build } from 'esbuild';

const root = resolve(dirname(fileURLToPath(import.meta.url)), '..');
const pageFolder = join(root, 'examples/tv/web');
const guestFolder = join(root, 'dist/wasm-actors');
const siteFolder = join(root, 'dist/examples/tv/site');

const ENTRIES = ['main.ts', 'js-vm.ts', 'wasm-vm.ts'];
const PAGE_FILES = ['index.html', 'style.css'];

/** @throws with esbuild's report; when a guest has not been built */
export async function buildWeb(): Promise<void> {
  // Chunks are named by their content: those of former builds would pile up.
  rmSync(siteFolder, { recursive: true, force: true });
  mkdirSync(siteFolder, { recursive: true });
  await build({
    absWorkingDir: root,
    entryPoints: ENTRIES.map((entry) => join(pageFolder, entry)),
    outdir: siteFolder,
    bundle: true,
    splitting: true,
    format: 'esm',
    target: 'es2022',
    sourcemap: true,
    logLevel: 'warning',
  });
  for (const name of PAGE_FILES) copyFileSync(join(pageFolder, name), join(siteFolder, name));
  const guests = readdirSync(guestFolder).filter((name) => /\.wasm(\.map)?$/.test(name));
  for (const name of guests) copyFileSync(join(guestFolder, name), join(siteFolder, name));
}

if (process.argv[1] && import.meta.url === pathToFileURL(process.argv[1]).href) {
  try {
    await buildWeb();
  } catch (error) {
    console.error(error instanceof Error ? error.message : error);
    process.exitCode = 1;
  }
}
