/** The benchmarks run and report everything that they should. The figures depend on the machine and are not tested. */
import { execFile } from 'node:child_process';
import { fileURLToPath } from 'node:url';
import { promisify } from 'node:util';
import { expect, it } from 'vitest';

const FIGURES = [
  'busVsComlink',
  'busVsPostMessage',
  'roundTripVsPostMessage',
  'encodeVsMsgpack',
  'decodeVsMsgpack',
  'wasmBrotliBytes',
  'wasmMemoryBytes',
  'sceneWasmVsJs',
  'sceneWasmVsJsNoJit',
];

it('prints a table, and as its last line one JSON object with every figure', async () => {
  const main = fileURLToPath(new URL('../../dist/bench/main.js', import.meta.url));
  const { stdout } = await promisify(execFile)(process.execPath, [main, '--quick', '--json']);
  const lines = stdout.trimEnd().split('\n');
  const report = JSON.parse(lines[lines.length - 1]);
  for (const figure of FIGURES) {
    expect(report[figure], figure).toSatisfy((value: unknown) => Number.isFinite(value) && (value as number) > 0);
    expect(
      lines.some((line) => line.startsWith(figure)),
      `${figure} in the table`,
    ).toBe(true);
  }
  for (const figure of ['throughputAt', 'roundTripAt'])
    for (const way of ['headers', 'frames', 'recording'])
      expect(report[figure][way], `${figure} ${way}`).toSatisfy((value: unknown) => Number.isFinite(value) && (value as number) > 0);
  expect(report.recoveryCost).toBeGreaterThanOrEqual(0);
  expect(report.recoveryCost).toBeLessThan(1);
  expect(report.measured.recoveryCost.shares.length, 'threads that were profiled').toBeGreaterThanOrEqual(2);
  for (const times of [report.recoveryMs, report.vmLossMs]) {
    expect(times).toEqual({ p50: expect.any(Number), p99: expect.any(Number) });
    expect(times.p99).toBeGreaterThanOrEqual(times.p50);
  }
});

it('refuses an unknown option, in one line', async () => {
  const main = fileURLToPath(new URL('../../dist/bench/main.js', import.meta.url));
  const failed = await promisify(execFile)(process.execPath, [main, '--fast']).catch((error: { code: number; stderr: string }) => error);
  expect(failed).toMatchObject({ code: 2, stderr: expect.stringMatching(/^Unknown option '--fast'.*there are --json and --quick\n$/) });
});
