/**
 * Sums up a run of `.ci/run`: the number of tests and files, the time, and as the last line `N passed, N failed`.
 *
 *   node scripts/summary.mjs <report of vitest's JSON reporter> <exit code of the checks> <exit code of the tests>
 *
 * Plain JavaScript, because it must work even if nothing was built. The report has no tests for a file that does not load, and no place
 * for an error outside all tests. Each of these counts as a failure, so that the line never says less than the exit code.
 */
import { existsSync, readFileSync } from 'node:fs';

const [path, checksCode, testsCode] = process.argv.slice(2);
const report = existsSync(path) ? JSON.parse(readFileSync(path, 'utf8')) : { testResults: [] };
const files = report.testResults;
const tests = files.flatMap((file) => file.assertionResults);
const count = (status) => tests.filter((test) => test.status === status).length;

const unloaded = files.filter((file) => file.status === 'failed' && file.assertionResults.every((test) => test.status !== 'failed'));
const skipped = tests.length - count('passed') - count('failed');
let failed = count('failed') + unloaded.length;
if (testsCode !== '0' && failed === 0) failed = 1;
if (checksCode !== '0') failed++;

for (const file of unloaded) console.log(`did not load: ${file.name}`);
for (const test of tests) if (test.status === 'failed') console.log(`failed: ${test.fullName}`);
if (checksCode !== '0') console.log('failed: npm run check (see above)');
console.log(`${tests.length} tests ran in ${files.length} files${skipped > 0 ? `, ${skipped} of them skipped` : ''}`);
console.log(`${count('passed')} passed, ${failed} failed`);
process.exitCode = failed === 0 ? 0 : 1;
