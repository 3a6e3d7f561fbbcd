/**
 * Worker files for Chromium's tests, bundled from their sources before the first test runs: a starting worker loads one file instead
 * of two hundred, and the tests start hundreds of workers.
 */
import { readdirSync } from 'node:fs';
import { fileURLToPath } from 'node:url';
import { build } from 'esbuild';
import { OWN_NAME_CONFIG } from '../../scripts/own-name.js';

const folder = fileURLToPath(new URL('./entries/browser/', import.meta.url));
const outdir = fileURLToPath(new URL('../../dist/tests/host-entries/browser/', import.meta.url));

export async function setup(): Promise<void> {
  await build({
    entryPoints: readdirSync(folder).map((name) => `${folder}${name}`),
    outdir,
    outExtension: { '.js': '.mjs' },
    bundle: true,
    tsconfig: OWN_NAME_CONFIG,
    platform: 'browser',
    format: 'esm',
    sourcemap: true,
    logLevel: 'warning',
  });
}
