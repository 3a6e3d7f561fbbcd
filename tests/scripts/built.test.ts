/** What is noted as built is built again whenever the result could be another one. */
import { mkdirSync, mkdtempSync, renameSync, rmSync, truncateSync, utimesSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { setTimeout as delay } from 'node:timers/promises';
import { afterEach, beforeEach, expect, test } from 'vitest';
import { BuildNote } from '../../scripts/built.js';

/** Times of files are those of the system's last tick. */
const TICK_MS = 20;
const NOTE = 'dist/pages/page.json';
const INSTALLED = 'node_modules/.package-lock.json';
let root: string;

function write(path: string, text: string): string {
  const file = join(root, path);
  mkdirSync(dirname(file), { recursive: true });
  writeFileSync(file, text);
  return file;
}

const fits = () => new BuildNote(root, NOTE).fits();

/** @param meanwhile happens while the page is built */
async function build(meanwhile = () => {}): Promise<void> {
  const note = new BuildNote(root, NOTE);
  await delay(TICK_MS);
  meanwhile();
  const read = ['web/main.ts', 'node_modules/other/index.js', 'dist/scene.wasm'].map((path) => join(root, path));
  note.write([...read, '\0virtual'], [write('dist/site/main.js', 'built')]);
}

beforeEach(async () => {
  // The folder in which it is cloned may have any name.
  root = join(mkdtempSync(join(tmpdir(), 'tandem-built-')), 'node_modules/tandem');
  write('web/main.ts', '1');
  write('node_modules/other/index.js', '1');
  write('dist/scene.wasm', '1');
  write(INSTALLED, '{}');
  await delay(TICK_MS);
});

afterEach(() => rmSync(dirname(dirname(root)), { recursive: true }));

test('it fits until a source, an installed package, or what was built is another, or gone', async () => {
  expect(fits()).toBe(false);
  await build();
  expect(fits()).toBe(true);
  for (const path of ['web/main.ts', 'dist/scene.wasm', 'dist/site/main.js', INSTALLED]) {
    write(path, 'changed');
    expect(fits(), path).toBe(false);
    await delay(TICK_MS);
    await build();
    expect(fits(), path).toBe(true);
  }
  for (const path of ['dist/site/main.js', 'web/main.ts']) {
    rmSync(join(root, path));
    expect(fits(), path).toBe(false);
  }
});

test('a source that changes while it is built may have been read before: it is built again', async () => {
  await build(() => write('web/main.ts', '2'));
  expect(fits()).toBe(false);
  await build();
  expect(fits()).toBe(true);
  const old = join(root, 'web/old.ts');
  await build(() => {
    utimesSync(write('web/old.ts', '3'), 0, 0);
    renameSync(old, join(root, 'web/main.ts'));
  });
  expect(fits()).toBe(false);
});

test('a guest is compiled while the page is built, which waits for it', async () => {
  await build(() => write('dist/scene.wasm', '2'));
  expect(fits()).toBe(true);
});

test('a note that was not written to its end is none, and so is one that does not say which packages are installed', async () => {
  await build();
  truncateSync(join(root, NOTE), 20);
  expect(fits()).toBe(false);
  rmSync(join(root, INSTALLED));
  await build();
  expect(fits()).toBe(false);
});
