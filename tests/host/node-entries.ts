/** Worker files for Node's tests, bundled from their sources, so that no test runs against an older build. */
import { fileURLToPath, pathToFileURL } from 'node:url';
import { build } from 'esbuild';
import { OWN_NAME_CONFIG } from '../../scripts/own-name.js';

const folder = fileURLToPath(new URL('./entries/node/', import.meta.url));
const outdir = fileURLToPath(new URL('../../dist/tests/host-entries/', import.meta.url));

/** @returns the URL of each bundled file, by name */
export async function bundleEntries<N extends string>(...names: N[]): Promise<Record<N, URL>> {
  await build({
    entryPoints: names.map((name) => `${folder}${name}.ts`),
    outdir,
    outExtension: { '.js': '.mjs' },
    bundle: true,
    tsconfig: OWN_NAME_CONFIG,
    platform: 'node',
    format: 'esm',
    target: 'node20',
    logLevel: 'warning',
  });
  return Object.fromEntries(names.map((name) => [name, pathToFileURL(`${outdir}${name}.mjs`)])) as Record<N, URL>;
}
