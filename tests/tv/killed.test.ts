/** What a recording still is when its process was killed: readable and played up to its last whole chunk, and recovered to a whole one. */
import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { mkdtempSync, rmSync, statSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { afterAll, expect, test } from 'vitest';
import { tandem } from '../replay/command.js';
import { ROOT } from '../tree/tree.js';

/** More than its facts, which come first: some seconds of the run. */
const RECORDED_BYTES = 60_000;
const LOOK_AGAIN_MS = 50;

const folder = mkdtempSync(join(tmpdir(), 'tandem-killed-'));
afterAll(() => rmSync(folder, { recursive: true }));

async function recordUntilKilled(file: string): Promise<void> {
  const words = ['scripts/start.mjs', '--headless', '--no-build', '--host', 'node', '--frames', '100000', '--record', file];
  const child = spawn(process.execPath, words, { cwd: ROOT, stdio: 'ignore' });
  const ended = once(child, 'exit');
  try {
    while ((statSync(file, { throwIfNoEntry: false })?.size ?? 0) < RECORDED_BYTES) {
      expect(child.exitCode, 'the run ended by itself').toBeNull();
      await sleep(LOOK_AGAIN_MS);
    }
  } finally {
    child.kill('SIGKILL');
    await ended;
  }
}

test('a run on threads is killed', async () => {
  const file = join(folder, 'killed.mcap');
  await recordUntilKilled(file);
  const info = (await tandem('info', file, '--json')).json();
  expect(info).toMatchObject({ truncated: true, damage: null, missing: 0 });
  expect(info.messages).toBeGreaterThan(100);

  const played = await tandem('replay', file, '--json');
  expect(played.notes.join()).toContain('ends before its end');
  expect([played.code, played.json()]).toMatchObject([0, { identical: true, firstDifference: null }]);
  expect(played.json().messages).toBeGreaterThan(100);

  const whole = join(folder, 'whole.mcap');
  const recovered = await tandem('recover', file, '--out', whole, '--json');
  expect([recovered.code, recovered.json()]).toMatchObject([1, { truncated: true, lostAtLeast: 0, problems: [] }]);
  expect((await tandem('info', whole, '--json')).json()).toMatchObject({ truncated: false, messages: info.messages });
  const again = await tandem('replay', whole, '--json');
  expect([again.code, again.json()]).toMatchObject([0, { identical: true, messages: played.json().messages }]);
});
