/**
 * Strips the types from TypeScript, file by file, without checking them, in a twentieth of the compiler's time. A file that is up to date
 * is not written, even if the compiler has built it: its output stays until its source is newer.
 */
import { readdirSync, statSync, utimesSync } from 'node:fs';
import { join } from 'node:path';
import { build } from 'esbuild';

export interface Transpilation {
  readonly root: string;
  /** Folders of sources, from the root. */
  readonly folders: readonly string[];
  /** Names of folders below them that are in another language, which shares the extension. */
  readonly foreign: readonly string[];
  /** Folder of the output, in which each file keeps its path from the root. */
  readonly outFolder: string;
}

const NO_SOURCE = /\.test\.ts$|\.d\.ts$/;

/**
 * @param root of the paths, and of what is found below `folder`
 * @param without names of folders that are left out; installed packages are, too, and what a link leads to
 */
function sourcesIn(root: string, folder: string, without: readonly string[]): string[] {
  return readdirSync(join(root, folder), { withFileTypes: true }).flatMap((entry) => {
    const path = `${folder}/${entry.name}`;
    if (entry.isDirectory()) return entry.name === 'node_modules' || without.includes(entry.name) ? [] : sourcesIn(root, path, without);
    return entry.isFile() && path.endsWith('.ts') && !NO_SOURCE.test(path) ? [path] : [];
  });
}

/** By the time that nobody can set: a file that is moved or copied here keeps its other one. */
const changedAt = (source: string): number => statSync(source).ctimeMs;
const builtAt = (output: string): number => statSync(output, { throwIfNoEntry: false })?.mtimeMs ?? 0;

/** @returns the number of files built. @throws with esbuild's report */
export async function transpile({ root, folders, foreign, outFolder }: Transpilation): Promise<number> {
  const outputOf = (path: string): string => join(outFolder, path.replace(/\.ts$/, '.js'));
  const sources = folders.flatMap((folder) => sourcesIn(root, folder, foreign));
  const stale = sources.filter((path) => changedAt(join(root, path)) >= builtAt(outputOf(path)));
  if (stale.length === 0) return 0;
  // Times of files are finer than this one.
  const beganAt = new Date(Date.now() + 1);
  await build({
    absWorkingDir: root,
    entryPoints: stale,
    outbase: root,
    outdir: outFolder,
    format: 'esm',
    target: 'es2023',
    // For browsers it would replace NODE_ENV, which is for whoever bundles.
    platform: 'neutral',
    sourcemap: true,
    tsconfigRaw: { compilerOptions: { verbatimModuleSyntax: true, useDefineForClassFields: true } },
    logLevel: 'warning',
  });
  // A source that changed since then may have been read before.
  for (const path of stale) utimesSync(outputOf(path), beganAt, beganAt);
  return stale.length;
}
