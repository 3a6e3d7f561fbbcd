/** README.md is true: the commands that it names exist, and what it says of runs is so. tests/package/created.ts carries out its first actor. */
import { exec } from 'node:child_process';
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { expect, test } from 'vitest';
import { ROOT } from '../tree/tree.js';
import { readme, section } from './readme.js';

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

test('the commands that it names exist', () => {
  const { scripts } = JSON.parse(readFileSync(join(ROOT, 'package.json'), 'utf8'));
  // Those of the application that is made there are its own.
  const ours = readme.replace(section('Your first actor in ten minutes'), '');
  const named = [...ours.matchAll(/npm (?:run )?(start|test|check|build|codegen|bench|fix|[a-z-]+)\b/g)].map(([, name]) => name);
  // What npm runs by itself before another command is nobody's to call.
  const commands = Object.keys(scripts).filter((name) => !name.startsWith('pre'));
  const ofNpm = ['ci', 'create', 'pack'];
  expect([...new Set(named)].filter((name) => !ofNpm.includes(name)).sort()).toEqual(commands.sort());
});

test('the headless run that it shows loses nothing', { timeout: 120_000 }, async () => {
  const command = /^npm start -- --headless .*$/m.exec(readme)![0];
  const output = await run(`${command} --no-build`, ROOT);
  const report = JSON.parse(output.trim().split('\n').at(-1)!);
  expect(report).toMatchObject({ frames: 300, errors: [], messages: { lost: 0, duplicated: 0 } });
  expect(report.traps).toBeGreaterThan(0);
});

test('the counter that it names crashes, and nobody notices', async () => {
  const [command] = /node dist\/examples\/counter\/run\.js wasm/.exec(readme) ?? [];
  const counted = [1, 3, 6, 10].map((count) => `the counter shows ${count}\n`).join('');
  expect(await run(command as string, ROOT)).toBe(`${counted}counted to 10 in the wasm VM, traps: 1\n`);
  expect(await run((command as string).replace('wasm', 'js'), ROOT)).toContain('counted to 10 in the js VM, traps: 1');
});
