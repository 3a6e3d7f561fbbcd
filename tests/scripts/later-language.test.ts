/** What the old build brings of the language since 2019 does what the language does. */
import { resolve } from 'node:path';
import { createContext, runInContext } from 'node:vm';
import { build } from 'esbuild';
import { expect, test } from 'vitest';

const PRELUDE = resolve(import.meta.dirname, '../../scripts/old/prelude/later-language.ts');

/** So an engine of 2018. */
const TAKE = `
  for (const name of ['at', 'findLast', 'findLastIndex', 'flat', 'flatMap']) delete Array.prototype[name];
  for (const name of ['matchAll', 'replaceAll', 'trimStart', 'trimEnd', 'trimLeft', 'trimRight']) delete String.prototype[name];
  for (const name of ['fromEntries', 'hasOwn']) delete Object[name];
  delete Promise.allSettled;`;

const USED = [
  '[1, 2, 3].at(-1)',
  '[1, 2, 3].at(5)',
  '[1, 2, 3, 4].findLast((value) => value % 2)',
  '[1, 2].findLastIndex((value) => value > 2)',
  '[1, [2, [3, [4]]]].flat()',
  '[1, [2, [3, [4]]]].flat(Infinity)',
  '[1, 2].flatMap((value, index) => [value, [index]])',
  '[..."a1b22".matchAll(/[0-9]+/g)].map(({ 0: text, index }) => [text, index])',
  '[..."ab".matchAll(/x?/g)].length',
  '"a.b.c".replaceAll(".", "[$&]")',
  '"abAB".replaceAll(/b/gi, "x")',
  '" a ".trimStart()',
  '" a ".trimEnd()',
  'Object.fromEntries(new Map([["a", 1]]))',
  '[Object.hasOwn({ a: 1 }, "a"), Object.hasOwn({}, "toString")]',
  'Promise.allSettled([1, Promise.reject(2)])',
];

test('each part gives what this engine gives', async () => {
  const { outputFiles } = await build({ entryPoints: [PRELUDE], bundle: true, write: false, format: 'iife', ignoreAnnotations: true });
  const [older, today] = [createContext({ setTimeout }), createContext({})];
  runInContext(TAKE, older);
  expect(() => runInContext('[1].at(0)', older)).toThrow('not a function');
  runInContext(outputFiles[0].text, older);
  for (const code of USED) {
    const found = JSON.stringify(await runInContext(code, older));
    expect(found, code).toBe(JSON.stringify(await runInContext(code, today)));
  }
  expect(() => runInContext('"a".matchAll(/a/)', older)).toThrow('global');
  expect(await runInContext('new Promise((resolve) => queueMicrotask(() => resolve(1)))', older)).toBe(1);
});
