/**
 * README.md is true. Its section on a first actor is carried out word for word in a copy of this tree without the counter:
 * files are written as they are printed, commands run as they are printed, and their output is compared.
 */
import { exec } from 'node:child_process';
import { cpSync, mkdirSync, mkdtempSync, readFileSync, rmSync, symlinkSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { dirname, join, relative, sep } from 'node:path';
import { afterAll, describe, expect, test } from 'vitest';
import { ROOT, readTree } from '../tree/tree.js';

const readme = readFileSync(join(ROOT, 'README.md'), 'utf8');
const SECTION = 'Your first actor in ten minutes';

const section = (title: string): string => {
  const start = readme.indexOf(`\n## ${title}\n`);
  return start < 0 ? '' : readme.slice(start, readme.indexOf('\n## ', start + 1));
};

type Step =
  | { readonly type: 'write'; readonly path: string; readonly text: string }
  | { readonly type: 'run'; readonly command: string }
  /** Lines printed by the last command. */
  | { readonly type: 'printed'; readonly text: string };

/** A path in bold names the block that follows. */
function stepsOf(text: string): Step[] {
  const blocks = text.matchAll(/(?:^\*\*([^*\n]+)\*\*\n\n)?^```(ts|sh|text)\n([\s\S]*?)^```$/gm);
  return [...blocks].flatMap(([, path, language, body]): Step[] => {
    if (language === 'ts') return [{ type: 'write', path, text: body }];
    if (language === 'text') return [{ type: 'printed', text: body }];
    return body
      .trim()
      .split('\n')
      .map((command) => ({ type: 'run', command }));
  });
}

const steps = stepsOf(section(SECTION));
const files = steps.filter((step) => step.type === 'write');

/** Not copied: leftovers of runs, large shared files, and what the section is about to make, with the compiler's cache of it. */
const LEFT_OUT = [
  '.git',
  'node_modules',
  'artifacts',
  '.vite',
  'examples/counter',
  'dist/examples/counter',
  'dist/.tsbuildinfo/examples.json',
  'dist/tests',
  'dist/.tsbuildinfo/tests.json',
];

/** The section needs nothing of `tests/` but what the runner's configuration reads. The compiler would check all of it once more. */
const KEPT_OF_TESTS = ['tests/tsconfig.json', 'tests/tv', 'tests/tv/three-minutes.ts', 'tests/host', 'tests/host/browser-entries.ts'];

const isCopied = (path: string): boolean => !LEFT_OUT.includes(path) && (!path.startsWith('tests/') || KEPT_OF_TESTS.includes(path));

function copyOfTree(): string {
  const copy = mkdtempSync(join(tmpdir(), 'tandem-readme-'));
  cpSync(ROOT, copy, {
    recursive: true,
    preserveTimestamps: true,
    filter: (source) => isCopied(relative(ROOT, source).split(sep).join('/')),
  });
  symlinkSync(join(ROOT, 'node_modules'), join(copy, 'node_modules'));
  return copy;
}

/** The environment without a test runner's variables for its children. */
const environment = Object.fromEntries(
  Object.entries(process.env).filter(([name]) => !/^(VITEST|TEST$|NODE_ENV$|NODE_OPTIONS$)/.test(name)),
);

/** @returns the command's output. Does not block, because the runner's own event loop must go on meanwhile. */
function run(command: string, folder: string): Promise<string> {
  return new Promise((resolve, reject) => {
    exec(command, { cwd: folder, env: environment, maxBuffer: 16 << 20 }, (error, stdout, stderr) => {
      if (error) reject(new Error(`${command}\n${stdout}\n${stderr}`, { cause: error }));
      else resolve(stdout);
    });
  });
}

describe(SECTION, () => {
  const copy = copyOfTree();
  afterAll(() => rmSync(copy, { recursive: true, force: true }));

  test('the section is there, with all its parts', () => {
    expect(steps.map((step) => (step.type === 'run' ? step.command : step.type))).toMatchInlineSnapshot(`
      [
        "write",
        "write",
        "npm run codegen examples/counter/protocol",
        "write",
        "write",
        "write",
        "write",
        "npm test examples/counter",
        "write",
        "write",
        "write",
        "npm run build",
        "node dist/examples/counter/run.js wasm",
        "printed",
      ]
    `);
  });

  test('it can be followed word for word', { timeout: 300_000 }, async () => {
    let output = '';
    for (const step of steps) {
      if (step.type === 'write') {
        mkdirSync(dirname(join(copy, step.path)), { recursive: true });
        writeFileSync(join(copy, step.path), step.text);
      } else if (step.type === 'run') output = await run(step.command, copy);
      else expect(output).toBe(step.text);
    }
    expect(await run('node dist/examples/counter/run.js js', copy)).toContain('counted to 10 in the js VM, traps: 1');
  });

  test('it makes examples/counter', () => {
    const tree = readTree();
    const example = [...tree.keys()].filter((path) => path.startsWith('examples/counter/'));
    expect(files.map(({ path }) => path).sort()).toEqual(example.sort());
    for (const { path, text } of files) expect(text, path).toBe(tree.get(path));
  });
});

test('the commands that it names exist', () => {
  const { scripts } = JSON.parse(readFileSync(join(ROOT, 'package.json'), 'utf8'));
  const named = [...readme.matchAll(/npm (?:run )?(start|test|check|build|codegen|bench|fix|[a-z]+)\b/g)].map(([, name]) => name);
  // What npm runs by itself before another command is nobody's to call.
  const commands = Object.keys(scripts).filter((name) => !name.startsWith('pre'));
  expect([...new Set(named)].filter((name) => name !== 'ci').sort()).toEqual(commands.sort());
});

test('the headless run that it shows loses nothing', { timeout: 120_000 }, async () => {
  const command = /^npm start -- --headless .*$/m.exec(readme)![0];
  const output = await run(`${command} --no-build`, ROOT);
  const report = JSON.parse(output.trim().split('\n').at(-1)!);
  expect(report).toMatchObject({ frames: 300, errors: [], messages: { lost: 0, duplicated: 0 } });
  expect(report.traps).toBeGreaterThan(0);
});
