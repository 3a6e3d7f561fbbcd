/** A source line is opened in the editor that the person has named, and in no file but the application's. */
import { chmodSync, existsSync, mkdirSync, mkdtempSync, readFileSync, rmSync, symlinkSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, expect, test, vi } from 'vitest';
import { openInEditor } from '../../debugger/player/editor.js';

const folder = mkdtempSync(join(tmpdir(), 'tandem-editor-'));
const application = join(folder, 'shop');
const app = join(application, 'dist/application.js');
const source = join(application, 'src/basket.ts');
const secret = join(folder, 'secret.ts');
const editor = join(folder, 'editor with a space');
const said = join(folder, 'said');

beforeAll(() => {
  for (const inner of ['dist', 'src']) mkdirSync(join(application, inner), { recursive: true });
  writeFileSync(join(application, 'package.json'), '{}');
  for (const file of [app, source, secret]) writeFileSync(file, '');
  symlinkSync(secret, join(application, 'src/linked.ts'));
  writeFileSync(editor, `#!/bin/sh\nprintf '%s' "$*" > '${said}.new' && mv '${said}.new' '${said}'\n`);
  chmodSync(editor, 0o755);
});
afterAll(() => rmSync(folder, { recursive: true }));

const failure = (file: string, environment: Readonly<Record<string, string>>) =>
  openInEditor({ file, line: 7 }, app, environment).then(
    () => null,
    ({ name, code, message }) => ({ name, code, message }),
  );

test('the editor is the one that is named first, and is given the line', async () => {
  await openInEditor({ file: source, line: 7 }, app, { LAUNCH_EDITOR: `'${editor}' --wait`, EDITOR: 'no-such-editor' });
  await vi.waitFor(() => expect(existsSync(said)).toBe(true), { timeout: 60_000 });
  expect(readFileSync(said, 'utf8')).toMatch(/^--wait .*shop\/src\/basket\.ts/);
});

test('without one, or with one that is not there, the words say what to do', async () => {
  vi.spyOn(console, 'log').mockImplementation(() => {});
  expect(await failure(source, {})).toMatchObject({
    name: 'EditorError',
    code: 'none',
    message: expect.stringMatching(/set LAUNCH_EDITOR, VISUAL/),
  });
  expect(await failure(source, { EDITOR: ' ' })).toMatchObject({ code: 'none' });
  // By npm, which names one to whatever it runs.
  expect(await failure(source, { EDITOR: 'vi', npm_command: 'exec' })).toMatchObject({ code: 'none' });
  expect(await failure(source, { EDITOR: 'no-such-editor' })).toMatchObject({
    code: 'failed',
    message: expect.stringMatching(/no-such-editor does not/),
  });
});

test('a file outside of the application is not opened, nor one that leads there, nor one that is not', async () => {
  for (const file of [
    secret,
    join(application, 'src/linked.ts'),
    join(application, '../secret.ts'),
    join(application, 'src/none.ts'),
    application,
  ])
    expect(await failure(file, { EDITOR: editor })).toMatchObject({ code: 'outside' });
});
