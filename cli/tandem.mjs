#!/usr/bin/env node
/**
 * `npx tandem`. In a clone of the repository it builds what it needs first, unless nothing has changed since it did so. Plain JavaScript, because
 * it runs before anything is built.
 */
import { spawnSync } from 'node:child_process';
import { existsSync, readdirSync, readFileSync, statSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';

const root = fileURLToPath(new URL('../', import.meta.url));
const builder = join(root, 'scripts/build.ts');
const command = new URL('../dist/cli/bin.js', import.meta.url);
const note = join(root, 'dist/command.sources');

/** What the build makes, or does not read for the command. Everything else counts as its sources. */
const NO_SOURCES = ['artifacts', 'bench', 'chaos', 'dist', 'docs', 'generated', 'node_modules', 'tests'];

/** How many sources there are, and when the last one changed: a build takes seconds even when it has nothing to do. */
function stateOfSources() {
  let [count, newest] = [0, 0];
  const folders = [root];
  for (const folder of folders) {
    for (const entry of readdirSync(folder, { withFileTypes: true })) {
      const path = join(folder, entry.name);
      if (entry.isDirectory() && !entry.name.startsWith('.') && !NO_SOURCES.includes(entry.name)) folders.push(path);
      if (!entry.isFile() || !/\.(?:ts|mjs|json)$/.test(entry.name)) continue;
      count++;
      newest = Math.max(newest, statSync(path).mtimeMs);
    }
  }
  return `${count} ${newest}`;
}

function build() {
  const sources = stateOfSources();
  if (existsSync(command) && existsSync(note) && readFileSync(note, 'utf8') === sources) return;
  const tsx = join(root, 'node_modules/.bin/tsx');
  if (!existsSync(tsx)) throw new Error('the packages are not installed: run npm ci first');
  const { status } = spawnSync(tsx, [builder, 'command'], { cwd: root, stdio: ['ignore', 2, 2] });
  if (status !== 0) throw new Error('tandem was not built');
  writeFileSync(note, sources);
}

try {
  // A package that was installed has no sources, and is built.
  if (existsSync(builder)) build();
  await import(command.href);
} catch (error) {
  console.error(error instanceof Error ? error.message : error);
  process.exitCode = 3;
}
