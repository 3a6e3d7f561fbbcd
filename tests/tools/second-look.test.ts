/** The watcher of a real server of Vite, and a file that is saved again while that does not listen. */
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { setTimeout as pause } from 'node:timers/promises';
import { createServer } from 'vite';
import { afterAll, expect, test } from 'vitest';
import { SecondLooks } from '../../tools/vite-second-look.js';

const SAVES = 5;
const root = mkdtempSync(join(tmpdir(), 'tandem-second-look-'));
const file = join(root, 'actor.ts');
writeFileSync(file, 'export const saved = 0;\n');

const server = await createServer({ root, configFile: false, logLevel: 'silent', server: { middlewareMode: true, ws: false } });
const told: string[] = [];
const looks = new SecondLooks((changed) => server.watcher.emit('change', changed));
server.watcher.on('change', (changed) => {
  looks.after(changed);
  told.push(changed);
});

afterAll(async () => {
  looks.end();
  await server.close();
  rmSync(root, { recursive: true });
});

/** Until the watcher listens it tells nothing. */
async function listens(): Promise<void> {
  const save = () => {
    writeFileSync(file, `export const saved = ${Math.random()};\n`);
    return told.length;
  };
  await expect.poll(save, { interval: 200, timeout: 60_000 }).toBeGreaterThan(0);
  await pause(500);
}

test('a save right after another is told', async () => {
  await listens();
  for (let i = 1; i <= SAVES; i++) {
    told.length = 0;
    writeFileSync(file, `export const saved = ${2 * i};\n`);
    await expect.poll(() => told.length, { interval: 1, timeout: 60_000 }).toBe(1);
    writeFileSync(file, `export const saved = ${2 * i + 1};\n`);
    await expect.poll(() => told.length, { timeout: 60_000 }).toBeGreaterThanOrEqual(2);
    // The next pair begins when the watcher listens again.
    await pause(200);
  }
});

test('a file that is gone is not told as changed', async () => {
  const [gone, kept] = ['gone.ts', 'kept.ts'].map((name) => join(root, name));
  const changed: string[] = [];
  const seconds = new SecondLooks((file) => changed.push(file));
  for (const each of [gone, kept]) {
    writeFileSync(each, '1');
    seconds.after(each);
  }
  rmSync(gone);
  writeFileSync(kept, '22');
  // The first look is the first to come.
  await expect.poll(() => changed.length, { timeout: 60_000 }).toBeGreaterThan(0);
  expect(changed).toEqual([kept]);
  seconds.end();
});
