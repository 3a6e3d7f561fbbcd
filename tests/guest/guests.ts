/** Built guests, for the tests of the guest ABI in Node. */
import { existsSync, readdirSync, readFileSync } from 'node:fs';
import { join, relative, resolve } from 'node:path';
import { fileURLToPath } from 'node:url';
import type { ReadableMap } from '../../host-shim/wasm/positions.js';
import { readableMap } from '../../host-shim/wasm/readable-map.js';

export const root = resolve(fileURLToPath(import.meta.url), '../../..');

/** @param path of a module from the root, for example `dist/wasm-actors/scene.wasm` */
export function readModule(path: string): Uint8Array<ArrayBuffer> {
  const file = join(root, path);
  if (!existsSync(file)) throw new Error(`${path} is not built: npm run build`);
  return new Uint8Array(readFileSync(file));
}

export const readSourceMap = (path: string): ReadableMap => readableMap(readFileSync(join(root, `${path}.map`), 'utf8'));

/** Paths of all guests that were built from an actor's file, from the root. Those of the reference's examples come and go with its tests. */
export const builtGuests = (): string[] =>
  readdirSync(join(root, 'dist'), { recursive: true, withFileTypes: true })
    .filter((entry) => entry.isFile() && entry.name.endsWith('.wasm.inputs.json'))
    .map((entry) => relative(root, join(entry.parentPath, entry.name.replace('.inputs.json', ''))))
    .filter((path) => !path.startsWith('dist/reference'))
    .sort();
