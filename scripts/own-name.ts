/**
 * The package by its own name, as examples import it: the ways in of package.json lead to what is built, and here to the sources of it. A tool that
 * reads sources must not have half of the runtime from there and half from `dist/`.
 */
import { readFileSync } from 'node:fs';
import { dirname, join, resolve } from 'node:path';
import { fileURLToPath } from 'node:url';

const root = resolve(dirname(fileURLToPath(import.meta.url)), '..');

/** Says the same to esbuild, as its option `tsconfig`, and to tsx, which looks there by itself. */
export const OWN_NAME_CONFIG = join(root, 'tsconfig.json');

/** Path of the source for each name, as `tandem/node`. */
function sourcesByName(): ReadonlyMap<string, string> {
  const { compilerOptions } = JSON.parse(readFileSync(OWN_NAME_CONFIG, 'utf8')) as { compilerOptions: { paths: Record<string, [string]> } };
  return new Map(Object.entries(compilerOptions.paths).map(([name, [path]]) => [name, join(root, path)]));
}

/** For Vite. What is built stays with what is built. */
export function ownName() {
  const sources = sourcesByName();
  const built = join(root, 'dist/');
  return {
    name: 'own-name',
    enforce: 'pre' as const,
    resolveId: (id: string, importer: string | undefined) => (importer?.startsWith(built) ? undefined : sources.get(id)),
  };
}
