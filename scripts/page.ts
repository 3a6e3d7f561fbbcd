/**
 * Bundles an application for browsers: one ES module for each entry, a page and its workers, with shared code in chunks, all minified, with source
 * maps. What is imported when it is needed is a file of its own, with a hash in its name. Guests are copied next to them, where a worker looks for
 * them. Unchanged files are not written, so that a page can be loaded while this runs.
 */
import { existsSync, mkdirSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { basename, join, parse } from 'node:path';
import { minify } from '@swc/core';
import { type Plugin, rolldown } from 'rolldown';
import { ownName } from './own-name.js';

/** By their names. */
export type Files = Map<string, Uint8Array>;

export interface PageBuild {
  /** Entry files of the page and of each VM's worker, in TypeScript or JavaScript. */
  readonly entries: readonly string[];
  /** Files to copy as they are: HTML, styles, modules of guests with their source maps. A function is called when all is bundled. */
  readonly files: readonly string[] | (() => Promise<readonly string[]>);
  /** Makes further files, by their names, that may name those of the bundle. */
  readonly made?: (bundle: Files) => Promise<Files>;
  /** Folder that afterwards contains these and nothing else, but for what another build puts there. */
  readonly outFolder: string;
  /** Names of files of that other build. */
  readonly others?: RegExp;
  /** Whether the package's own name leads to its sources; if not, to what is installed. */
  readonly ownSources?: boolean;
}

export interface PageBuilt {
  readonly read: readonly string[];
  readonly written: readonly string[];
}

interface Bundled {
  readonly files: Files;
  /** Absolute paths of what was bundled. */
  readonly sources: readonly string[];
}

/** Imports in TypeScript name the file that is made of theirs. */
const EXTENSIONS = { '.js': ['.ts', '.js'] };

/**
 * What page and workers all load at once is one file, and so is all that a page without workers does: many small ones are each asked for, and compress worse. What draws a screen is loaded by
 * whoever has one, which the page may have, too, when it is asked to; the other workers have none. What paints is loaded by whoever paints.
 */
const baseOf = (entries: number) => ({
  groups: [
    { name: 'base', tags: ['$initial' as const], minShareCount: Math.min(entries, 3), test: /^(?!.*\/(ui\/screen|painting|ports)\/)/ },
  ],
});

/** What rolldown's minifier does not find, about a hundredth. */
const compressed: Plugin = {
  name: 'compressed',
  renderChunk: (code) =>
    minify(code, {
      ...{ module: true, ecma: 2022, sourceMap: true, mangle: { toplevel: true } },
      compress: { passes: 3, drop_debugger: false, toplevel: true },
    }),
};

/**
 * Bundles entries for browsers.
 * @param entries paths by the names of their files
 * @param production whether the application says nothing on the console
 * @returns scripts and source maps by their names
 * @throws with the bundler's report
 */
export async function bundled(entries: Readonly<Record<string, string>>, plugins: Plugin[], production: boolean): Promise<Bundled> {
  const mode = production ? 'production' : 'development';
  const bundle = await rolldown({
    input: entries,
    platform: 'browser',
    plugins,
    resolve: { extensionAlias: EXTENSIONS },
    transform: { target: 'es2022', define: { 'process.env.NODE_ENV': JSON.stringify(mode) } },
    // It may put what a worker loads later into the file of the page, which a worker must not run.
    experimental: { chunkOptimization: false },
    // A second minifier takes its time.
    checks: { pluginTimings: false },
    logLevel: 'warn',
  });
  const { output } = await bundle.generate({
    format: 'esm',
    // Breakpoints, and the test whether a debugger stops threads, are `debugger` statements.
    minify: { compress: { dropDebugger: false }, mangle: true, codegen: { removeWhitespace: true } },
    sourcemap: true,
    chunkFileNames: '[name]-[hash].js',
    codeSplitting: baseOf(Object.keys(entries).length),
  });
  const sources = await bundle.watchFiles;
  await bundle.close();
  const files = new Map(output.map((file) => [file.fileName, Buffer.from(file.type === 'chunk' ? file.code : file.source)]));
  return { files, sources };
}

/** @returns absolute paths of what was read and written @throws with the bundler's report; when a file to copy does not exist */
export async function buildPage({ entries, files, made, outFolder, others, ownSources = false }: PageBuild): Promise<PageBuilt> {
  const byName = Object.fromEntries(entries.map((file) => [parse(file).name, file]));
  const { files: built, sources } = await bundled(byName, ownSources ? [ownName(), compressed] : [compressed], false);
  for (const [name, contents] of (await made?.(built)) ?? []) built.set(name, contents);
  const copied = typeof files === 'function' ? await files() : files;
  for (const file of copied) built.set(basename(file), readFileSync(file));
  replaceFiles(outFolder, built, (name) => !others?.test(name));
  return { read: [...sources, ...copied], written: [...built.keys()].map((name) => join(outFolder, name)) };
}

/** Modules and source maps of the guests in a build folder. */
export const guestFilesIn = (folder: string): string[] =>
  readdirSync(folder)
    .filter((name) => /\.wasm(\.map)?$/.test(name))
    .map((name) => join(folder, name));

/** @param isOwn whether a file of the folder goes that is not among these */
export function replaceFiles(folder: string, files: Files, isOwn: (name: string) => boolean): void {
  mkdirSync(folder, { recursive: true });
  for (const [name, contents] of files) {
    const file = join(folder, name);
    if (!existsSync(file) || !readFileSync(file).equals(contents)) writeFileSync(file, contents);
  }
  for (const name of readdirSync(folder)) if (isOwn(name) && !files.has(name)) rmSync(join(folder, name), { recursive: true });
}
