/** Modules of an application are loaded without a loader, as they are now, and a fault is told with its place. */
import { existsSync, mkdirSync, mkdtempSync, readdirSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, expect, test } from 'vitest';
import { loadModules } from '../../tools/load-modules.js';

const root = mkdtempSync(join(tmpdir(), 'tandem-load-'));
afterAll(() => rmSync(root, { recursive: true }));
mkdirSync(join(root, 'node_modules/unit'), { recursive: true });
mkdirSync(join(root, 'a'));
const put = (path: string, text: string) => writeFileSync(join(root, path), text);
put('node_modules/unit/package.json', '{ "name": "unit", "type": "module", "exports": "./index.js" }');
put('node_modules/unit/index.js', 'export const cent = "cent";');
put('shared.ts', 'export const shared: object = {};');

test('TypeScript with its imports; what two share is one object; a package is not bundled', async () => {
  put(
    'a/one.ts',
    "import { cent } from 'unit'; import './style.css'; export { shared } from '../shared.js'; export const text: string = cent;",
  );
  put('a/style.css', '');
  put('two.ts', "export { shared } from './shared.js';");
  const { modules, problems, files } = await loadModules(root, ['a/one.ts', 'two.ts']);
  expect(problems).toEqual([]);
  expect(modules.get('a/one.ts')?.text).toBe('cent');
  expect(modules.get('a/one.ts')?.shared).toBe(modules.get('two.ts')?.shared);
  expect([...files].sort()).toEqual(['a/one.ts', 'a/style.css', 'shared.ts', 'two.ts'].map((path) => join(root, path)));
  put('two.ts', 'export const changed = true;');
  const again = await loadModules(root, ['two.ts']);
  expect(Object.keys(again.modules.get('two.ts') ?? {})).toEqual(['changed']);
});

test('what does not compile, and what does not load, is told with file and line, and nothing is left behind', async () => {
  put('two.ts', '\n\nexport const = 1;');
  expect((await loadModules(root, ['two.ts'])).problems).toEqual([
    { file: 'two.ts', line: 3, column: 14, text: 'does not compile: Expected identifier but found "="' },
  ]);
  put('two.ts', "import { missing } from './none.js';\nexport const x = missing;");
  expect((await loadModules(root, ['two.ts'])).problems).toEqual([
    { file: 'two.ts', line: 1, column: 25, text: 'does not compile: Could not resolve "./none.js"' },
  ]);
  put('two.ts', "import { fail } from './fail.js';\nexport const y = fail();");
  put('fail.ts', "\nexport const fail = (): never => {\n  throw new Error('so it is');\n};");
  put('three.ts', 'export const three = 3;');
  const { modules, problems } = await loadModules(root, ['two.ts', 'three.ts']);
  expect(problems).toEqual([{ file: 'fail.ts', line: 3, column: 9, text: 'does not load: so it is' }]);
  expect([...modules.keys()]).toEqual(['three.ts']);
  expect(readdirSync(join(root, 'node_modules/.tandem'))).toEqual([]);
  expect(existsSync(join(root, 'a'))).toBe(true);
});
