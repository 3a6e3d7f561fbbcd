/**
 * Three minutes of the television on real threads as with a real viewer: keys now and then, and nothing else for longer than any deadline. It is
 * idle most of the time, so it runs beside the other tests: it starts when their order is known, and the last of them reads its verdict.
 *
 *   vitest: sort ──> is the test that reads it among them? ── yes ──> child process ──> verdict, a file
 *                                                                       other tests      │
 *                                                                       the last ────────┴──> passes, or fails
 */
import { spawn } from 'node:child_process';
import { mkdtempSync, renameSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import type { TestSpecification } from 'vitest/node';
import { LongestFirst } from '../longest-first.js';

/** Environment variable with the file of the verdict. Unset when no run was started. */
export const VERDICT_VARIABLE = 'TANDEM_THREE_MINUTES';

export interface Verdict {
  readonly code: number | null;
  /** Printed output. Its last line is the report. */
  readonly output: string;
}

const MAIN = fileURLToPath(new URL('../../dist/examples/tv/headless/main.js', import.meta.url));
const READER = 'tests/tv/three-minutes.test.ts';
/** 3,600 frames of 50 ms. */
const RUN = ['--host', 'node', '--viewer', 'steady', '--frames', '3600', '--frame-ms', '50', '--seed', '5', '--json'];

export default class WithThreeMinutes extends LongestFirst {
  override async sort(files: TestSpecification[]): Promise<TestSpecification[]> {
    const sorted = await super.sort(files);
    const isReader = ({ moduleId }: TestSpecification) => moduleId.endsWith(READER);
    if (!sorted.some(isReader)) return sorted;
    if (!process.env[VERDICT_VARIABLE]) process.env[VERDICT_VARIABLE] = startRun();
    return [...sorted.filter((file) => !isReader(file)), ...sorted.filter(isReader)];
  }
}

/** @returns the file for its verdict */
function startRun(): string {
  const verdict = join(mkdtempSync(join(tmpdir(), 'tandem-three-minutes-')), 'verdict.json');
  const child = spawn(process.execPath, [MAIN, ...RUN], { stdio: ['ignore', 'pipe', 'inherit'] });
  let output = '';
  child.stdout.setEncoding('utf8').on('data', (text) => {
    output += text;
  });
  const give = (code: number | null): void => {
    writeFileSync(`${verdict}.part`, JSON.stringify({ code, output } satisfies Verdict));
    renameSync(`${verdict}.part`, verdict);
  };
  child.on('error', (error) => {
    output += String(error);
    give(null);
  });
  child.on('close', give);
  process.on('exit', () => child.kill());
  return verdict;
}
