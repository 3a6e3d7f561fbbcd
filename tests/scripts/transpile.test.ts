import { mkdirSync, mkdtempSync, readdirSync, rmSync, symlinkSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, expect, test } from 'vitest';
import { transpile } from '../../tools/transpile.js';

const root = mkdtempSync(join(tmpdir(), 'tandem-transpile-'));
afterAll(() => rmSync(root, { recursive: true }));

function write(path: string): void {
  mkdirSync(join(root, path, '..'), { recursive: true });
  writeFileSync(join(root, path), 'export const one: number = 1;\n');
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
