/** docs/reference is whole and true: every public name has its line and is in an example, and the examples compile and print what they say. */
import { execFile } from 'node:child_process';
import { join } from 'node:path';
import { promisify } from 'node:util';
import { expect, test } from 'vitest';
import { ROOT } from '../tree/tree.js';
import { buildGuests, ExamplesProgram, FOLDER, writeExamples } from './examples.js';
import { pageOf, pages } from './pages.js';

writeExamples();
const program = new ExamplesProgram();
const pageFor = (entry: string) => pages.find(({ entries }) => entries.includes(entry));

test('its examples compile', () => {
  expect(program.problems()).toEqual([]);
});

test('they print what they say', { timeout: 120_000 }, async () => {
  program.emit();
  expect(await buildGuests()).toEqual([]);
  const examples = pages.filter(({ isForBrowsers }) => !isForBrowsers).flatMap(({ examples }) => examples.filter(({ isPart }) => !isPart));
  const files = examples.map(({ path }) => join(FOLDER, path.replace(/\.ts$/, '.js')));
  // Not the runner's own variables: to these examples this is development.
  const { NODE_ENV: _mode, NODE_OPTIONS: _options, ...env } = process.env;
  const { stdout, stderr } = await promisify(execFile)(process.execPath, [join(ROOT, 'tests/reference/run.mjs'), ...files], { env });
  const results = JSON.parse(stdout.slice(stdout.lastIndexOf('\n'))) as { printed: string[]; error?: string }[];
  // A callback prints when it is called, wherever it stands.
  const told = examples.map(({ path }, index) => ({ path, ...results[index], printed: results[index].printed.sort() }));
  expect(told, stderr).toEqual(examples.map(({ path, prints }) => ({ path, printed: [...prints].sort() })));
});

test.each(program.entryNames)('every name of %s has a line in its page, and is in an example', (entry) => {
  const page = pageFor(entry);
  expect(page?.path, `docs/reference has no page with \`${entry}\` in its title`).toBeDefined();
  const listed = page?.names.map(({ name }) => name) ?? [];
  expect(program.namesOf(entry).filter((name) => !listed.includes(name))).toEqual([]);
  expect(program.unused(entry)).toEqual([]);
});

test('it lists nothing that is not there', () => {
  const gone = pages.flatMap(({ path, entries, names }) => {
    const given = new Set(entries.flatMap((entry) => program.namesOf(entry)));
    return entries.length ? names.filter(({ name }) => !given.has(name)).map(({ name, line }) => `${path}:${line} ${name}`) : [];
  });
  expect(gone).toEqual([]);
});

test('a page is read with its lines', () => {
  const text =
    '# `tandem/x`\n\n| name | |\n| --- | --- |\n| `a`, `b` | c |\n\n**part.ts**\n\n```ts\nexport {};\n```\n\n```ts\nlog(1); // prints 1\n```\n';
  expect(pageOf('docs/reference/x.md', text)).toMatchObject({
    entries: ['tandem/x'],
    names: [
      { name: 'a', line: 5 },
      { name: 'b', line: 5 },
    ],
    examples: [
      { path: 'part.ts', isPart: true, text: `${'\n'.repeat(9)}export {};\n` },
      { path: 'x-2.ts', isPart: false, prints: ['1'] },
    ],
    isForBrowsers: false,
  });
});
