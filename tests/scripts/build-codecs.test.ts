/** The build makes the codecs of all folders with schemas, and writes only what has changed. A person approves the runtime's schemas. */
import { spawnSync } from 'node:child_process';
import { cpSync, existsSync, mkdtempSync, readFileSync, rmSync, statSync, symlinkSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, expect, test } from 'vitest';
import { buildCodecs } from '../../scripts/build-codecs.js';

const ROOT = join(import.meta.dirname, '../..');
const COUNTER = 'examples/counter/protocol';

/** A clean clone of the schemas and their generator. */
let clone: string;
beforeEach(() => {
  clone = mkdtempSync(join(tmpdir(), 'tandem-codecs-'));
  for (const path of ['protocol', 'scripts', 'tools', COUNTER, 'package.json', 'tsconfig.base.json']) {
    cpSync(join(ROOT, path), join(clone, path), { recursive: true, filter: (source) => !/[\\/]generated$/.test(source) });
  }
  symlinkSync(join(ROOT, 'node_modules'), join(clone, 'node_modules'));
});
afterEach(() => rmSync(clone, { recursive: true }));

const read = (path: string) => readFileSync(join(clone, path), 'utf8');
const write = (path: string, text: string) => writeFileSync(join(clone, path), text);
const changedAt = (path: string) => statSync(join(clone, path)).mtimeMs;

const ORDER = `import { actor, message, struct, u32 } from 'tandem/schema';
export const order = actor({
  name: 'order', address: 70, state: struct('OrderState', { count: u32 }), receives: { place: message({ kind: 0x4601, fields: { quantity: u32 } }) },
});`;

test('it writes everything at first, then nothing, then what has changed, and removes files without a schema', async () => {
  const first = await buildCodecs(clone);
  const counter = ['assembly/button.ts', 'assembly/counter.ts', 'button.ts', 'counter.ts', 'index.ts'];
  expect(first.filter((path) => path.startsWith(COUNTER)).sort()).toEqual(counter.map((name) => `${COUNTER}/generated/${name}`));
  expect(first).toContain('protocol/generated/assembly/shared.ts');
  const texts = first.map(read);
  const times = first.map(changedAt);
  expect(await buildCodecs(clone)).toEqual([]);

  write(`${COUNTER}/messages/order.ts`, ORDER);
  const ofOrder = ['assembly/order.ts', 'order.ts'].map((name) => `${COUNTER}/generated/${name}`);
  const index = `${COUNTER}/generated/index.ts`;
  expect((await buildCodecs(clone)).sort()).toEqual([ofOrder[0], index, ofOrder[1]]);
  const others = first.map((path, i) => ({ path, time: times[i] })).filter(({ path }) => path !== index);
  expect(others.filter(({ path, time }) => changedAt(path) !== time)).toEqual([]);

  rmSync(join(clone, COUNTER, 'messages/order.ts'));
  expect((await buildCodecs(clone)).sort()).toEqual([ofOrder[0], index, ofOrder[1]]);
  expect(ofOrder.filter((path) => existsSync(join(clone, path)))).toEqual([]);
  expect(first.map(read)).toEqual(texts);
});

test('the next build undoes changes, removals and additions by hand', async () => {
  const first = await buildCodecs(clone);
  const texts = first.map(read);
  write('protocol/generated/scene.ts', '// by hand');
  write('protocol/generated/former.ts', '// of a schema that is gone');
  rmSync(join(clone, COUNTER, 'generated'), { recursive: true });
  const changed = await buildCodecs(clone);
  const ofCounter = changed.filter((path) => path.startsWith(COUNTER));
  expect([changed.length - ofCounter.length, ofCounter.length]).toEqual([2, 5]);
  expect(changed).toEqual(expect.arrayContaining(['protocol/generated/scene.ts', 'protocol/generated/former.ts']));
  expect(existsSync(join(clone, 'protocol/generated/former.ts'))).toBe(false);
  expect(first.map(read)).toEqual(texts);
});

test('a problem in one folder is reported with its path, and nothing is written', async () => {
  write(`${COUNTER}/messages/order.ts`, ORDER.replace('70', '7').replace('quantity: u32', 'quantity: 7'));
  await expect(buildCodecs(clone)).rejects.toThrow(
    `codegen: ${COUNTER}/messages/order.ts: order: address 7 is out of range: applications have 64 to 65534`,
  );
  await expect(buildCodecs(clone)).rejects.toThrow(/quantity: 7 is no type[^\n]*\ncodegen: nothing was written$/);
  expect(['protocol', COUNTER].filter((folder) => existsSync(join(clone, folder, 'generated')))).toEqual([]);
});

test('unapproved schemas of the runtime fail the check until a person approves them', async () => {
  await buildCodecs(clone);
  const approved = read('protocol/schema-hash.txt');
  write('protocol/schema-hash.txt', '0123456789abcdef\n');
  const codegen = (option: string) => {
    const words = [
      join(ROOT, 'node_modules/.bin/tsx'),
      [join(clone, 'scripts/codegen.ts'), option],
      { cwd: clone, encoding: 'utf8' },
    ] as const;
    const { status, stdout, stderr } = spawnSync(...words);
    return { status, stdout, stderr };
  };
  const stderr = `codegen: the runtime's schemas give the hash ${approved.trim()}, which is not the approved one\n`;
  expect(codegen('--check')).toEqual({ status: 1, stdout: '', stderr });
  expect(codegen('--approve')).toEqual({ status: 0, stdout: '', stderr: '' });
  expect(read('protocol/schema-hash.txt')).toBe(approved);
});
