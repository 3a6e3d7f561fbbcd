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

const rung = (line: string, failed: number, missing: string | null = null) => ({ line, failed, missing });

interface Ladder {
  readonly engines: readonly object[] | null;
  readonly code: number;
}

const NO_RUNG: Ladder = { engines: [], code: 0 };

function written(name: string, content: object | null): string {
  const path = join(folder, content ? name : 'missing.json');
  if (content) writeFileSync(path, JSON.stringify(content));
  return path;
}

function sumUp(files: readonly object[] | null, checks: number, tests: number, ladder = NO_RUNG) {
  const report = written('report.json', files && { testResults: files });
  const climbed = written('ladder.json', ladder.engines && { engines: ladder.engines });
  const words = [report, checks, tests, climbed, ladder.code].map(String);
  const { stdout, status } = spawnSync(process.execPath, [join(ROOT, 'scripts/summary.mjs'), ...words], { encoding: 'utf8' });
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
    '0 of 0 rungs of the ladder ran',
    '2 tests ran in 2 files, 1 of them skipped',
  ]);
});

test('a rung that ran counts like a test, one that did not is named, and a ladder that fell is a failure', () => {
  const files = [file('a', 'passed', 'passed')];
  const engines = [rung('new: 17 of 17 steps', 0), rung('old: 3 of 17 steps; move 3: no', 14), rung('lost did not run: gone', 0, 'gone')];
  const { text, last, status } = sumUp(files, 0, 0, { engines, code: 1 });
  expect(text.split('\n').slice(0, 4)).toEqual([
    'ladder: new: 17 of 17 steps',
    'failed: ladder: old: 3 of 17 steps; move 3: no',
    'ladder: lost did not run: gone',
    '2 of 3 rungs of the ladder ran',
  ]);
  expect([last, status]).toEqual(['2 passed, 1 failed', 1]);
  expect(sumUp(files, 0, 0, { engines: engines.slice(2), code: 0 })).toMatchObject({ last: '1 passed, 0 failed', status: 0 });
  expect(sumUp(files, 0, 0, { engines: null, code: 2 })).toMatchObject({ last: '1 passed, 1 failed', status: 1 });
});
