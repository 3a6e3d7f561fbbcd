/** The verdict on three minutes of the television on real threads, which have run beside the other tests: every key had an effect. */
import { existsSync, readFileSync } from 'node:fs';
import { expect, test } from 'vitest';
import type { Report } from '../../examples/tv/headless/report.js';
import { VERDICT_VARIABLE, type Verdict } from './three-minutes.js';

/** When this file runs alone it has to wait for all of it, on a machine that may be busy. */
const PATIENCE_MS = 400_000;
const LOOK_AGAIN_MS = 200;
/** A key each 300 ms, and what a busy machine takes. */
const KEYS_MIN = 200;

test(
  'three minutes on threads: every key has an effect, and nothing is lost',
  async () => {
    const file = process.env[VERDICT_VARIABLE];
    if (file === undefined) throw new Error('the three minutes have not been started: see vitest.config.ts, sequencer');
    while (!existsSync(file)) await new Promise((resolve) => setTimeout(resolve, LOOK_AGAIN_MS));
    const { code, output } = JSON.parse(readFileSync(file, 'utf8')) as Verdict;
    const report = JSON.parse(output.trimEnd().split('\n').at(-1) || '{}') as Report;
    expect(report).toMatchObject({ frames: 3600, messages: { lost: 0, duplicated: 0 }, errors: [] });
    expect(report.keys).toBeGreaterThan(KEYS_MIN);
    expect(code).toBe(0);
  },
  PATIENCE_MS,
);
