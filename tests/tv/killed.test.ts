/**
 * What a recording is while its process runs: it can be followed. And when that was killed: readable and played up to its last whole chunk, and
 * recovered to a whole one.
 */
import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { mkdtempSync, rmSync, statSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { afterAll, expect, test } from 'vitest';
import { tandem } from '../replay/command.js';
import { ROOT } from '../tree/tree.js';

/** More than its facts, which come first. */
const BEGUN_BYTES = 30_000;
/** Some seconds of the run. */
const RECORDED_BYTES = 60_000;
/** More than was recorded when it is looked at first. */
const FOLLOWED = 1_500;
const LOOK_AGAIN_MS = 50;

const folder = mkdtempSync(join(tmpdir(), 'tandem-killed-'));
afterAll(() => rmSync(folder, { recursive: true }));

/** @returns what somebody saw who followed it meanwhile */
async function recordUntilKilled(file: string): Promise<readonly string[]> {
  const words = ['scripts/start.mjs', '--headless', '--no-build', '--host', 'node', '--frames', '100000', '--record', file];
  const child = spawn(process.execPath, words, { cwd: ROOT, stdio: 'ignore' });
  const ended = once(child, 'exit');
  const reaches = async (bytes: number) => {
    while ((statSync(file, { throwIfNoEntry: false })?.size ?? 0) < bytes) {
      expect(child.exitCode, 'the run ended by itself').toBeNull();
      await sleep(LOOK_AGAIN_MS);
    }
  };
  try {
    await reaches(BEGUN_BYTES);
    const before = (await tandem('info', file, '--json')).json().messages;
    const followed = await tandem('cat', file, '--follow', '--limit', `${before + FOLLOWED}`);
    expect([followed.code, followed.notes]).toEqual([0, []]);
    await reaches(RECORDED_BYTES);
    expect(child.exitCode, 'the run ended by itself').toBeNull();
    return followed.lines.slice(before);
  } finally {
    child.kill('SIGKILL');
    await ended;
  }
}

test('a run on threads is killed', async () => {
  const file = join(folder, 'killed.mcap');
  const followed = await recordUntilKilled(file);
  expect(followed).toHaveLength(FOLLOWED);
  expect(followed[0]).toMatch(/ -> /);
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
