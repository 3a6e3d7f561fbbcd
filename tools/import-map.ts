/**
 * The import map of a page without a bundler: where the browser finds each package that its modules import. A page's workers have no
 * import map, so that such an application runs in the page's own thread (placement `host`).
 */
import { resolve } from 'node:path';
import { build } from 'esbuild';

export interface ImportMapBuild {
  /** Folder that is served, with `node_modules` in it. */
  readonly root: string;
  /** Modules of the page, from the root, in TypeScript or JavaScript. */
  readonly entries: readonly string[];
}

/** For `<script type="importmap">`. */
export interface ImportMap {
  readonly imports: Readonly<Record<string, string>>;
}

/** @throws with esbuild's report when a module or package is not found */
export async function importMapOf({ root, entries }: ImportMapBuild): Promise<ImportMap> {
  const { metafile } = await build({
    ...{ absWorkingDir: resolve(root), entryPoints: [...entries], outdir: 'none', write: false, metafile: true },
    // Not what a package has for browsers: that may be a script of the time before modules.
    ...{
      bundle: true,
      format: 'esm',
      platform: 'neutral',
      mainFields: ['module', 'main'],
      conditions: ['module', 'import'],
      preserveSymlinks: true,
      logLevel: 'silent',
    },
  });
  const imports: Record<string, string> = {};
  for (const input of Object.values(metafile.inputs))
    for (const { path, original } of input.imports) if (original !== undefined && !/^[./]/.test(original)) imports[original] = `/${path}`;
  return { imports: Object.fromEntries(Object.entries(imports).sort(([one], [other]) => (one < other ? -1 : 1))) };
}
