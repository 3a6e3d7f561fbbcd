/**
 * Strips the types from TypeScript, file by file, without checking them, in a twentieth of the compiler's time. A file that is up to date
 * is not written, even if the compiler has built it: its output stays until its source is newer.
 */
import { readdirSync, statSync } from 'node:fs';
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

const changedAt = (file: string): number => statSync(file, { throwIfNoEntry: false })?.mtimeMs ?? 0;

/** @returns the number of files built. @throws with esbuild's report */
export async function transpile({ root, folders, foreign, outFolder }: Transpilation): Promise<number> {
  const isForeign = (path: string) =>
    path
      .split('/')
      .slice(0, -1)
      .some((name) => foreign.includes(name));
  const sources = folders.flatMap((folder) =>
    readdirSync(join(root, folder), { recursive: true, encoding: 'utf8' })
      .map((name) => `${folder}/${name.replaceAll('\\', '/')}`)
      .filter((path) => path.endsWith('.ts') && !NO_SOURCE.test(path) && !isForeign(path)),
  );
  const stale = sources.filter((path) => changedAt(join(root, path)) >= changedAt(join(outFolder, path.replace(/\.ts$/, '.js'))));
  if (stale.length === 0) return 0;
  await build({
    absWorkingDir: root,
    entryPoints: stale,
    outbase: root,
    outdir: outFolder,
    format: 'esm',
    target: 'es2023',
    sourcemap: true,
    tsconfigRaw: { compilerOptions: { verbatimModuleSyntax: true, useDefineForClassFields: true } },
    logLevel: 'warning',
  });
  return stale.length;
}
