/** The verdict on three minutes of the television on real threads, which ran beside the other tests: every key had an effect. */
import { existsSync, readFileSync } from 'node:fs';
import { expect, test } from 'vitest';
import type { Report } from '../../examples/tv/headless/report.js';
import { VERDICT_VARIABLE, type Verdict } from './three-minutes.js';

/** Long enough for the whole run on a busy machine, because this file may run alone. */
const PATIENCE_MS = 400_000;
const LOOK_AGAIN_MS = 200;
/** Least number of keys: one per 300 ms, less what a busy machine takes. */
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
