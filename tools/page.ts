/**
 * Bundles an application for browsers: one ES module for each entry, a page and its workers, with shared code in chunks. Guests are copied
 * next to them, where a worker looks for them. Unchanged files are not written, so that a page can be loaded while this runs.
 */
import { existsSync, mkdirSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { basename, join } from 'node:path';
import { build } from 'esbuild';

export interface PageBuild {
  /** Entry files of the page and of each VM's worker, in TypeScript or JavaScript. */
  readonly entries: readonly string[];
  /** Files to copy as they are: HTML, styles, modules of guests with their source maps. */
  readonly files: readonly string[];
  /** Files that were made elsewhere, by their names. */
  readonly made?: ReadonlyMap<string, Uint8Array>;
  /** Folder that afterwards contains these and nothing else. */
  readonly outFolder: string;
  /** Configuration whose `paths` resolve imports; without it they lead to installed packages. */
  readonly tsconfig?: string;
}

type Files = Map<string, Uint8Array>;

/** @throws with esbuild's report; when a file to copy does not exist */
export async function buildPage({ entries, files, made, outFolder, tsconfig }: PageBuild): Promise<void> {
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
  for (const [name, contents] of made ?? []) built.set(name, contents);
  replaceFolder(outFolder, built);
}

/** Modules and source maps of the guests in a build folder. */
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
