/**
 * Bundles the television's page for the browser: one ES module for the page and one for each VM's worker, with what they share in
 * chunks. The modules of the Wasm actors and their source maps are copied beside, where the worker looks for them.
 *
 *   examples/tv/web/{main,js-vm,wasm-vm}.ts   → dist/examples/tv/site/*.js
 *   examples/tv/web/{index.html,style.css}    → dist/examples/tv/site/
 *   dist/wasm-actors/*.wasm and *.wasm.map    → dist/examples/tv/site/
 */
import { existsSync, mkdirSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { basename, dirname, join, resolve } from 'node:path';
import { fileURLToPath } from 'node:url';
import { build } from 'esbuild';
import { isMain } from './is-main.js';
import { OWN_NAME_CONFIG } from './own-name.js';

const root = resolve(dirname(fileURLToPath(import.meta.url)), '..');
const pageFolder = join(root, 'examples/tv/web');
const guestFolder = join(root, 'dist/wasm-actors');
const siteFolder = join(root, 'dist/examples/tv/site');

const ENTRIES = ['main.ts', 'js-vm.ts', 'wasm-vm.ts'];
const PAGE_FILES = ['index.html', 'style.css'];

type Files = Map<string, Uint8Array>;

async function bundle(files: Files): Promise<void> {
  const { outputFiles } = await build({
    absWorkingDir: root,
    entryPoints: ENTRIES.map((entry) => join(pageFolder, entry)),
    outdir: siteFolder,
    bundle: true,
    tsconfig: OWN_NAME_CONFIG,
    splitting: true,
    format: 'esm',
    target: 'es2022',
    sourcemap: true,
    write: false,
    logLevel: 'warning',
  });
  for (const { path, contents } of outputFiles) files.set(basename(path), contents);
}

/** What is the same is left alone, so that a page can be loaded while this runs. */
function replaceFolder(files: Files): void {
  mkdirSync(siteFolder, { recursive: true });
  for (const [name, contents] of files) {
    const file = join(siteFolder, name);
    if (!existsSync(file) || !readFileSync(file).equals(contents)) writeFileSync(file, contents);
  }
  for (const name of readdirSync(siteFolder)) if (!files.has(name)) rmSync(join(siteFolder, name), { recursive: true });
}

/** @throws with esbuild's report; when a guest has not been built */
export async function buildWeb(): Promise<void> {
  const files: Files = new Map();
  await bundle(files);
  for (const name of PAGE_FILES) files.set(name, readFileSync(join(pageFolder, name)));
  for (const name of readdirSync(guestFolder)) if (/\.wasm(\.map)?$/.test(name)) files.set(name, readFileSync(join(guestFolder, name)));
  replaceFolder(files);
}

if (isMain(import.meta.url)) {
  try {
    await buildWeb();
  } catch (error) {
    console.error(error instanceof Error ? error.message : error);
    process.exitCode = 1;
  }
}
