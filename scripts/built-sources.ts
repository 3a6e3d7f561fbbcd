/**
 * Resolves imports of the project's sources to what they are compiled to, which Node loads by itself: a whole run of tests then tests what is
 * published, and spends no time on transforming and instrumenting a thousand modules in each of its workers.
 */
import { existsSync } from 'node:fs';
import { dirname, join, relative, resolve, sep } from 'node:path';
import { fileURLToPath } from 'node:url';

const root = resolve(dirname(fileURLToPath(import.meta.url)), '..');
/** Scripts and tests are run from their sources. */
const COMPILED = ['actors', 'bus', 'chaos', 'cli', 'debugger', 'examples', 'host-shim', 'js-actors', 'protocol', 'tools', 'trace', 'ui'];

/** Which modules Node loads by itself. */
export const BUILT_MODULES = new RegExp(`/dist/(${COMPILED.join('|')})/.*\\.js$`);

const builtOf = (path: string): string | null => {
  const inside = relative(root, path);
  if (!COMPILED.includes(inside.split(sep)[0])) return null;
  const built = join(root, 'dist', inside.replace(/\.ts$/, '.js'));
  return built.endsWith('.js') && existsSync(built) && existsSync(path.replace(/\.js$/, '.ts')) ? built : null;
};

/** A plugin for Vite. @param sources by the names of the package's entries */
export function builtSources(sources: ReadonlyMap<string, string>) {
  return {
    name: 'built-sources',
    enforce: 'pre' as const,
    resolveId(id: string, importer: string | undefined) {
      const path = sources.get(id) ?? (id.startsWith('.') && importer ? resolve(dirname(importer), id) : null);
      return path ? builtOf(path) : null;
    },
  };
}
