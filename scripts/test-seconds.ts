/**
 * Writes down how long test files take, which is the order in which they start:
 *
 *   npx tsx scripts/test-seconds.ts artifacts/tests.json
 *
 * @param report of vitest's JSON reporter about a whole run on two cores
 */
import { readFileSync, writeFileSync } from 'node:fs';
import { join, relative, resolve } from 'node:path';

const root = resolve(import.meta.dirname, '..');
/** Where those that take less start makes no difference. */
const SECONDS_MIN = 5;

interface Report {
  readonly testResults: readonly { readonly name: string; readonly startTime: number; readonly endTime: number }[];
}

const [path] = process.argv.slice(2);
if (!path) throw new Error('which report?');
const { testResults } = JSON.parse(readFileSync(path, 'utf8')) as Report;
// The report may be of another clone.
const nameOf = (file: string): string => relative(root, file).replace(/^.*?\b(?=(tests|examples)\/)/, '');
const seconds = testResults
  .map(({ name, startTime, endTime }) => [nameOf(name), Math.round((endTime - startTime) / 1000)] as const)
  .filter(([, taken]) => taken >= SECONDS_MIN)
  .sort(([, a], [, b]) => b - a);
writeFileSync(join(root, 'tests/seconds.json'), `${JSON.stringify(Object.fromEntries(seconds), null, 2)}\n`);
