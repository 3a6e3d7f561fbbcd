/**
 * Bundles an application for browsers: one ES module for each entry, a page and its workers, with what they share in chunks. Guests are copied beside, where
 * a worker looks for them. What is the same as before is left alone, so that a page can be loaded while this runs.
 */
import { existsSync, mkdirSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { basename, join } from 'node:path';
import { build } from 'esbuild';

export interface PageBuild {
  /** TypeScript or JavaScript: of the page, and of each VM's worker. */
  readonly entries: readonly string[];
  /** What is copied as it is: HTML, styles, modules of guests with their source maps. */
  readonly files: readonly string[];
  /** Folder that holds these and nothing else afterwards. */
  readonly outFolder: string;
  /** Configuration whose `paths` say where imports lead; without it they lead to installed packages. */
  readonly tsconfig?: string;
}

type Files = Map<string, Uint8Array>;

/** @throws with esbuild's report; when a file that is to be copied is not there */
export async function buildPage({ entries, files, outFolder, tsconfig }: PageBuild): Promise<void> {
  const built: Files = new Map();
  const { outputFiles } = await build({
    entryPoints: [...entries],
    outdir: outFolder,
    bundle: true,
    tsconfig,
    splitting: true,
    format: 'esm',
    target: 'es2022',
    sourcemap: true,
    write: false,
    logLevel: 'warning',
  });
  for (const { path, contents } of outputFiles) built.set(basename(path), contents);
  for (const file of files) built.set(basename(file), readFileSync(file));
  replaceFolder(outFolder, built);
}

/** Modules and source maps of the guests that were built to a folder. */
export const guestFilesIn = (folder: string): string[] =>
  readdirSync(folder)
    .filter((name) => /\.wasm(\.map)?$/.test(name))
    .map((name) => join(folder, name));

function replaceFolder(folder: string, files: Files): void {
  mkdirSync(folder, { recursive: true });
  for (const [name, contents] of files) {
    const file = join(folder, name);
    if (!existsSync(file) || !readFileSync(file).equals(contents)) writeFileSync(file, contents);
  }
  for (const name of readdirSync(folder)) if (!files.has(name)) rmSync(join(folder, name), { recursive: true });
}
