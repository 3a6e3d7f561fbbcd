/** The registry of the old build: parts that come later, and what is said when one does not. */
import { readFileSync } from 'node:fs';
import { resolve } from 'node:path';
import { createContext, runInContext } from 'node:vm';
import { expect, test } from 'vitest';

const REGISTRY = readFileSync(resolve(import.meta.dirname, '../../scripts/old/registry.js'), 'utf8');
const ADDRESS = 'https://tv.example/app/old.js?vm=js';

/** A worker whose server has these scripts. */
function worker(scripts: Readonly<Record<string, string>>, taken = '') {
  const asked: string[] = [];
  const realm = createContext({ URLSearchParams });
  Object.assign(realm, { self: realm, location: { href: ADDRESS } });
  realm.importScripts = (address: string) => {
    asked.push(address);
    const script = scripts[address.slice('https://tv.example/app/'.length)];
    if (script === undefined) throw new Error('404');
    runInContext(script, realm);
  };
  runInContext(taken + REGISTRY, realm);
  return { asked, run: (script: string) => runInContext(script, realm) };
}

const SHARED = 'tandemParts["shared.js"] = function (exports) { exports.made = (self.made = (self.made || 0) + 1); };';
const LATER = 'tandemParts["later.js"] = function (exports) { exports.from = tandemPart("shared.js").made; };';

test('a part comes with what it needs, each script once, and each part is made once', async () => {
  const { run, asked } = worker({ 'shared.js': SHARED, 'later.js': LATER });
  const imported = 'tandemImport(["shared.js", "later.js"])';
  const [one, other] = (await run(`Promise.all([${imported}, ${imported}])`)) as { from: number }[];
  expect(one).toBe(other);
  expect([one.from, run('made')]).toEqual([1, 1]);
  expect(asked).toEqual(['https://tv.example/app/shared.js', 'https://tv.example/app/later.js']);
});

test('a part that cannot be loaded is an error with its address, and can be asked for again', async () => {
  const scripts: Record<string, string> = { 'shared.js': SHARED };
  const { run } = worker(scripts);
  const imported = () => run('tandemImport(["shared.js", "later.js"])') as Promise<{ from: number }>;
  await expect(imported()).rejects.toThrow('https://tv.example/app/later.js could not be loaded: 404');
  scripts['later.js'] = LATER;
  expect((await imported()).from).toBe(1);
  await expect(run('tandemModule()')).rejects.toThrow('this build is for engines without modules, and loads none');
});

test('a part that throws as it is made is not there afterwards either', async () => {
  const { run } = worker({
    'later.js': 'tandemParts["later.js"] = function (exports) { exports.half = 1; throw new Error("no canvas"); };',
  });
  const imported = () => run('tandemImport(["later.js"])') as Promise<object>;
  await expect(imported()).rejects.toThrow('no canvas');
  await expect(imported()).rejects.toThrow('no canvas');
});

test('an engine without the language of 2018 runs it first, and another one does not load it', () => {
  const language = { 'language.js': 'self.language = true;' };
  const begin = 'tandemBegin("language.js", function () { self.begun = self.language === true; })';
  const older = worker(language, 'delete Promise.prototype.finally;');
  older.run(begin);
  expect([older.run('begun'), older.asked.length]).toEqual([true, 1]);
  const newer = worker(language);
  newer.run(begin);
  expect([newer.run('begun'), newer.asked.length]).toEqual([false, 0]);
  expect(() => worker({}, 'delete Promise.prototype.finally;').run(begin)).toThrow('language.js could not be loaded');
});
