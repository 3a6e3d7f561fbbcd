/** The download size of the five Wasm modules. */
import { readFile } from 'node:fs/promises';
import { brotliCompressSync } from 'node:zlib';
import { ACTOR_NAMES, guestsAt } from '../examples/tv/application.js';

export interface Footprint {
  /** Sum of the modules' sizes, each compressed with Brotli at its highest quality. */
  readonly wasmBrotliBytes: number;
  readonly modules: readonly { readonly name: string; readonly bytes: number; readonly brotliBytes: number }[];
}

export async function measureFootprint(): Promise<Footprint> {
  const guests = guestsAt(new URL('../wasm-actors/', import.meta.url));
  const modules = await Promise.all(
    guests.map(async ({ module }, i) => {
      const bytes = await readFile(module);
      return { name: ACTOR_NAMES[i], bytes: bytes.length, brotliBytes: brotliCompressSync(bytes).length };
    }),
  );
  return { wasmBrotliBytes: modules.reduce((sum, { brotliBytes }) => sum + brotliBytes, 0), modules };
}
