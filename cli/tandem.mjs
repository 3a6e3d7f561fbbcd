#!/usr/bin/env node
/** `npx tandem`. In a clone of the repository it builds what it needs first. Plain JavaScript, because it runs before anything is built. */
import { spawnSync } from 'node:child_process';
import { existsSync } from 'node:fs';
import { fileURLToPath } from 'node:url';

const root = fileURLToPath(new URL('../', import.meta.url));
const builder = new URL('../scripts/build.ts', import.meta.url);
const command = new URL('../dist/cli/bin.js', import.meta.url);

function build() {
  const tsx = new URL('../node_modules/.bin/tsx', import.meta.url);
  if (!existsSync(tsx)) throw new Error('the packages are not installed: run npm ci first');
  const { status } = spawnSync(fileURLToPath(tsx), [fileURLToPath(builder), 'command'], { cwd: root, stdio: ['ignore', 2, 2] });
  if (status !== 0) throw new Error('tandem was not built');
}

try {
  // A package that was installed has no sources, and is built.
  if (existsSync(builder)) build();
  await import(command.href);
} catch (error) {
  console.error(error instanceof Error ? error.message : error);
  process.exitCode = 3;
}
