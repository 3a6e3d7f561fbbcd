/** The last line of `.ci/run` says how many passed and failed, whatever went wrong before it. */
import { spawnSync } from 'node:child_process';
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, expect, test } from 'vitest';
import { ROOT } from '../tree/tree.js';

const folder = mkdtempSync(join(tmpdir(), 'tandem-summary-'));
afterAll(() => rmSync(folder, { recursive: true, force: true }));

const file = (name: string, status: string, ...statuses: string[]) => ({
  name,
  status,
  assertionResults: statuses.map((each, index) => ({ status: each, fullName: `${name} ${index}` })),
});

function sumUp(files: readonly object[] | null, checks: number, tests: number): { last: string; text: string; status: number | null } {
  const report = join(folder, files ? 'report.json' : 'missing.json');
  if (files) writeFileSync(report, JSON.stringify({ testResults: files }));
  const { stdout, status } = spawnSync(process.execPath, [join(ROOT, 'scripts/summary.mjs'), report, String(checks), String(tests)], {
    encoding: 'utf8',
  });
  return { last: stdout.trimEnd().split('\n').at(-1)!, text: stdout, status };
}

test.each([
  ['all is well', [file('a', 'passed', 'passed', 'passed'), file('b', 'passed', 'passed')], 0, 0, '3 passed, 0 failed', 0],
  ['a test failed', [file('a', 'failed', 'passed', 'failed')], 0, 1, '1 passed, 1 failed', 1],
  ['a file did not load', [file('a', 'passed', 'passed'), file('b', 'failed')], 0, 1, '1 passed, 1 failed', 1],
  ['an error outside of any test', [file('a', 'passed', 'passed')], 0, 1, '1 passed, 1 failed', 1],
  ['a check failed', [file('a', 'passed', 'passed')], 1, 0, '1 passed, 1 failed', 1],
  ['nothing was built', null, 1, 1, '0 passed, 2 failed', 1],
] as const)('%s', (_, files, checks, tests, last, status) => {
  expect(sumUp(files, checks, tests)).toMatchObject({ last, status });
});

test('it names what failed and what was skipped', () => {
  const { text } = sumUp([file('a', 'failed', 'failed', 'pending'), file('b', 'failed')], 1, 1);
  expect(text.split('\n').slice(0, -2)).toEqual([
    'did not load: b',
    'failed: a 0',
    'failed: npm run check (see above)',
    '2 tests ran in 2 files, 1 of them skipped',
  ]);
});
