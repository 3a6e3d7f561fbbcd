/**
 * Builds everything: TypeScript by its projects, the Wasm guests, and the television's page.
 *
 * `npx tsx scripts/build.ts [project...]` compiles only the projects named (and what they refer to), as `examples` for `npm start`.
 */
import { spawnSync } from 'node:child_process';
import { dirname, resolve } from 'node:path';
import { fileURLToPath } from 'node:url';
import { buildBare } from './build-bare.js';
import { buildGuests } from './build-guests.js';
import { buildWeb } from './build-web.js';

const root = resolve(dirname(fileURLToPath(import.meta.url)), '..');

/** @throws when the compiler has reported errors: it has printed them itself */
function compile(projects: readonly string[]): void {
  const compiler = resolve(root, 'node_modules/typescript/bin/tsc');
  const { status } = spawnSync(process.execPath, [compiler, '-b', ...projects], { cwd: root, stdio: 'inherit' });
  if (status !== 0) throw new Error('the build stopped: TypeScript found errors');
}

try {
  compile(process.argv.slice(2));
  await buildGuests();
  await buildWeb();
  buildBare();
} catch (error) {
  console.error(error instanceof Error ? error.message : error);
  process.exitCode = 1;
}
