/** What a recorded minute of the television may weigh, with a key every tenth of a second. */
import { mkdtempSync, rmSync, statSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, expect, test } from 'vitest';
import { parseHeadlessOptions } from '../../examples/tv/headless/options.js';
import { runHeadless } from '../../examples/tv/headless/run.js';

const folder = mkdtempSync(join(tmpdir(), 'tandem-minute-'));
afterAll(() => rmSync(folder, { recursive: true }));

async function recordedMinute(level: string): Promise<number> {
  const file = join(folder, `${level}.mcap`);
  const report = await runHeadless(parseHeadlessOptions(`--host sim --seed 1 --frames 3600 --record ${file} --trace ${level}`.split(' ')));
  expect(report.errors).toEqual([]);
  return statSync(file).size;
}

test('what entered: 600 KB, of which a tenth is left', async () => {
  const bytes = await recordedMinute('off');
  expect(bytes).toBeGreaterThan(200_000);
  expect(bytes).toBeLessThan(540_000);
});

test('all frames: 30 MB, of which a tenth is left', async () => {
  const bytes = await recordedMinute('frames');
  expect(bytes).toBeGreaterThan(2_000_000);
  expect(bytes).toBeLessThan(27_000_000);
});
