/** What a browser loads at once of a bundle: its entries, and what they import, but not what is imported when it is needed. */
import { brotliCompressSync } from 'node:zlib';

/** As a server sends it, in the best quality. */
export const brotliBytes = (file: Uint8Array): number => brotliCompressSync(file).length;

/** An import at the beginning of a minified file. */
const STATIC_IMPORT = /(?:\bfrom|\bimport)\s*["']\.\/([^"']+)["']/g;

/**
 * @param scripts of a bundle, by their names
 * @returns names of the entries and of all that they import, each once
 */
export function staticallyNeeded(scripts: ReadonlyMap<string, Uint8Array>, entries: readonly string[]): ReadonlySet<string> {
  const needed = new Set(entries);
  for (const name of needed)
    for (const [, imported] of Buffer.from(scripts.get(name)!).toString().matchAll(STATIC_IMPORT)) needed.add(imported);
  return needed;
}
