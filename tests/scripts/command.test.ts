/** `npx tandem` in a clone builds what it needs first, and only when something has changed. */
import { spawnSync } from 'node:child_process';
import { chmodSync, cpSync, mkdirSync, mkdtempSync, rmSync, utimesSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { afterAll, expect, test } from 'vitest';
import { ROOT } from '../tree/tree.js';

const clone = mkdtempSync(join(tmpdir(), 'tandem-clone-'));
afterAll(() => rmSync(clone, { recursive: true }));

function put(path: string, text: string): string {
  const file = join(clone, path);
  mkdirSync(dirname(file), { recursive: true });
  writeFileSync(file, text);
  return file;
}

function run() {
  const { status, stdout, stderr } = spawnSync(process.execPath, [join(clone, 'cli/tandem.mjs')], { encoding: 'utf8' });
  return { status, stdout: stdout.trim(), stderr: stderr.trim() };
}

test('a clone', () => {
  put('package.json', '{ "type": "module" }');
  put('scripts/build.ts', '');
  const source = put('trace/step.ts', '');
  mkdirSync(join(clone, 'cli'));
  cpSync(join(ROOT, 'cli/tandem.mjs'), join(clone, 'cli/tandem.mjs'));
  expect(run()).toEqual({ status: 3, stdout: '', stderr: 'the packages are not installed: run npm ci first' });

  const build = `mkdir -p dist/cli protocol/generated; echo > protocol/generated/codec.ts; echo 'console.log("run")' > dist/cli/bin.js; echo built`;
  chmodSync(put('node_modules/.bin/tsx', `#!/bin/sh\n${build} >&2\n`), 0o755);
  const [built, ready] = ['built', ''].map((stderr) => ({ status: 0, stdout: 'run', stderr }));
  expect([run(), run()]).toEqual([built, ready]);
  utimesSync(source, new Date(), new Date(Date.now() + 1000));
  expect([run(), run()]).toEqual([built, ready]);
  rmSync(source);
  expect([run(), run()]).toEqual([built, ready]);
  put('docs/TRACING.md', '');
  put('tests/one.test.ts', '');
  expect(run()).toEqual(ready);
  rmSync(join(clone, 'dist/cli/bin.js'));
  expect([run(), run()]).toEqual([built, ready]);

  put('node_modules/.bin/tsx', '#!/bin/sh\nexit 1\n');
  put('trace/step.ts', '');
  expect(run()).toEqual({ status: 3, stdout: '', stderr: 'tandem was not built' });
});
