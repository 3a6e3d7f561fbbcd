/**
 * Strips the types from TypeScript, file by file, without looking at them: a twentieth of the time that the compiler takes. What is built already is left alone,
 * by the compiler, too, whose output stays until its source is newer.
 */
import { readdirSync, statSync } from 'node:fs';
import { join } from 'node:path';
import { build } from 'esbuild';

export interface Transpilation {
  readonly root: string;
  /** Of sources, from the root. */
  readonly folders: readonly string[];
  /** Where each file is built to by its path from the root. */
  readonly outFolder: string;
}

/** AssemblyScript, and what runs in no build. */
const NO_SOURCE = /(^|\/)(assembly|wasm-actors)\/|\.test\.ts$|\.d\.ts$/;

const changedAt = (file: string): number => statSync(file, { throwIfNoEntry: false })?.mtimeMs ?? 0;

/** @returns how many files were built. @throws with esbuild's report */
export async function transpile({ root, folders, outFolder }: Transpilation): Promise<number> {
  const sources = folders.flatMap((folder) =>
    readdirSync(join(root, folder), { recursive: true, encoding: 'utf8' })
      .map((name) => `${folder}/${name.replaceAll('\\', '/')}`)
      .filter((path) => path.endsWith('.ts') && !NO_SOURCE.test(path)),
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
