import { mkdirSync, mkdtempSync, readdirSync, readFileSync, renameSync, rmSync, symlinkSync, utimesSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { setTimeout as delay } from 'node:timers/promises';
import { afterAll, expect, test } from 'vitest';
import { transpile } from '../../tools/transpile.js';

const root = mkdtempSync(join(tmpdir(), 'tandem-transpile-'));
afterAll(() => rmSync(root, { recursive: true }));

/** Times of files are those of the system's last tick. */
const TICK_MS = 20;

function write(path: string, value = 1): void {
  mkdirSync(join(root, path, '..'), { recursive: true });
  writeFileSync(join(root, path), `export const one: number = ${value};\n`);
}

test('sources are those of the folders, without installed packages, other languages, and what links lead to', async () => {
  for (const path of ['app/main.ts', 'app/parts/part.ts', 'app/main.test.ts', 'app/small/other.ts', 'app/node_modules/tandem/index.ts'])
    write(path);
  // An installed package that is this one: whoever follows it never comes to an end.
  symlinkSync(root, join(root, 'app/node_modules/tandem/dist'));
  symlinkSync(root, join(root, 'app/parts/all'));
  const wanted = { root, folders: ['app'], foreign: ['small'], outFolder: join(root, 'out') };
  expect(await transpile(wanted)).toBe(2);
  const built = readdirSync(join(root, 'out'), { recursive: true, encoding: 'utf8' }).filter((name) => name.endsWith('.js'));
  expect(built.sort()).toEqual(['app/main.js', 'app/parts/part.js']);
  expect(await transpile(wanted)).toBe(0);
});

test('a source is built again when it changed while it was built, and when an older file took its place', async () => {
  const wanted = { root, folders: ['late'], foreign: [], outFolder: join(root, 'out') };
  const built = () => readFileSync(join(root, 'out/late/main.js'), 'utf8');
  write('late/main.ts');
  await delay(TICK_MS);
  const building = transpile(wanted);
  await delay(TICK_MS);
  write('late/main.ts', 2);
  await building;
  await transpile(wanted);
  expect(built()).toContain('2');

  write('late/other.txt', 3);
  utimesSync(join(root, 'late/other.txt'), 0, 0);
  await delay(TICK_MS);
  renameSync(join(root, 'late/other.txt'), join(root, 'late/main.ts'));
  await transpile(wanted);
  expect(built()).toContain('3');
  expect(await transpile(wanted)).toBe(0);
});

test('what a bundler replaces stands there as it was written', async () => {
  mkdirSync(join(root, 'mode'));
  writeFileSync(join(root, 'mode/main.ts'), `export const mode: unknown = process.env.NODE_ENV === 'production';\n`);
  await transpile({ root, folders: ['mode'], foreign: [], outFolder: join(root, 'out') });
  expect(readFileSync(join(root, 'out/mode/main.js'), 'utf8')).toContain('process.env.NODE_ENV');
});
