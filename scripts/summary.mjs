/**
 * Sums up a run of `.ci/run`: the number of tests and files, each rung of the ladder of devices, and as the last line `N passed, N failed`.
 *
 *   node scripts/summary.mjs <report of vitest's JSON reporter> <exit code of the checks> <exit code of the tests> <report of the ladder> <exit code of the ladder>
 *
 * A rung that ran counts like a test. One that could not be had is named with its reason, and does not count.
 * Plain JavaScript, because it must work even if nothing was built. The report has no tests for a file that does not load, and no place
 * for an error outside all tests. Each of these counts as a failure, so that the line never says less than the exit code.
 */
import { existsSync, readFileSync } from 'node:fs';

const [path, checksCode, testsCode, ladderPath, ladderCode] = process.argv.slice(2);
const read = (file, absent) => (existsSync(file) ? JSON.parse(readFileSync(file, 'utf8')) : absent);
const report = read(path, { testResults: [] });
const { engines } = read(ladderPath, { engines: [] });
const files = report.testResults;
const tests = files.flatMap((file) => file.assertionResults);
const count = (status) => tests.filter((test) => test.status === status).length;

const unloaded = files.filter((file) => file.status === 'failed' && file.assertionResults.every((test) => test.status !== 'failed'));
const skipped = tests.length - count('passed') - count('failed');
let failed = count('failed') + unloaded.length;
if (testsCode !== '0' && failed === 0) failed = 1;
if (checksCode !== '0') failed++;
const climbed = engines.filter(({ missing }) => missing === null);
const fallen = climbed.filter((rung) => rung.failed > 0);
failed += fallen.length;
const hasNoLadder = ladderCode !== '0' && fallen.length === 0;
if (hasNoLadder) failed++;

for (const file of unloaded) console.log(`did not load: ${file.name}`);
for (const test of tests) if (test.status === 'failed') console.log(`failed: ${test.fullName}`);
if (checksCode !== '0') console.log('failed: npm run check (see above)');
if (hasNoLadder) console.log('failed: the ladder of devices (artifacts/devices/output.txt)');
for (const rung of engines) console.log(`${rung.failed > 0 ? 'failed: ' : ''}ladder: ${rung.line}`);
console.log(`${climbed.length} of ${engines.length} rungs of the ladder ran`);
console.log(`${tests.length} tests ran in ${files.length} files${skipped > 0 ? `, ${skipped} of them skipped` : ''}`);
console.log(`${count('passed') + climbed.length - fallen.length} passed, ${failed} failed`);
process.exitCode = failed === 0 ? 0 : 1;
