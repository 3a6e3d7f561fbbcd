/**
 * Resolves the package's own name, as examples import it, to its sources. The exports of package.json lead to built files, and a tool that
 * reads sources must not get half of the runtime from sources and half from `dist/`.
 */
import { readFileSync } from 'node:fs';
import { dirname, join, resolve } from 'node:path';
import { fileURLToPath } from 'node:url';

const root = resolve(dirname(fileURLToPath(import.meta.url)), '..');

/** Does the same for esbuild, as its option `tsconfig`, and for tsx, which reads it by itself. */
export const OWN_NAME_CONFIG = join(root, 'tsconfig.json');

/** Path of the source by name, for example `tandem/node`. */
export function sourcesByName(): ReadonlyMap<string, string> {
  const { compilerOptions } = JSON.parse(readFileSync(OWN_NAME_CONFIG, 'utf8')) as { compilerOptions: { paths: Record<string, [string]> } };
  return new Map(Object.entries(compilerOptions.paths).map(([name, [path]]) => [name, join(root, path)]));
}

/** A plugin for Vite. Imports from built files still lead to built files. */
export function ownName() {
  const sources = sourcesByName();
  const built = join(root, 'dist/');
  return {
    name: 'own-name',
    enforce: 'pre' as const,
    resolveId: (id: string, importer: string | undefined) => (importer?.startsWith(built) ? undefined : sources.get(id)),
  };
}
