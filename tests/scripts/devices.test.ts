/** Parts of the ladder of devices that need no engine: engines that end with their starter, and the comparison of pictures. */
import { type ChildProcess, spawn } from 'node:child_process';
import { once } from 'node:events';
import { existsSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { PNG } from 'pngjs';
import { expect, test } from 'vitest';
import { difference } from '../../scripts/devices/pixels.js';
import { Slots } from '../../scripts/devices/slots.js';

const PROCESS = join(import.meta.dirname, '../../scripts/devices/process.ts');

/** Stands for a ladder: starts an engine that starts another process, says which, and waits. */
const LADDER = `
import { EngineProcess } from ${JSON.stringify(PROCESS)};
const engine = new EngineProcess('/bin/sh', () => ['-c', 'sleep 1000 & echo $! > "$HOME/pid"; wait']);
console.log(engine.folder);
process.stdin.on('end', () => engine.end().then(() => process.exit(0))).resume();`;

/** A process that has ended, and that nobody has asked about, has no command line. */
function isRunning(pid: number): boolean {
  try {
    return readFileSync(`/proc/${pid}/cmdline`).length > 0;
  } catch {
    return false;
  }
}

const ENDS: Readonly<Record<string, (ladder: ChildProcess) => void>> = {
  'ends it': (ladder) => ladder.stdin?.end(),
  'is told to end': (ladder) => ladder.kill('SIGTERM'),
  'is killed': (ladder) => ladder.kill('SIGKILL'),
};

test.skipIf(process.platform !== 'linux').each(Object.keys(ENDS))('a ladder that %s leaves nothing of its engine', async (end) => {
  const ladder = spawn(process.execPath, ['--import', 'tsx', '--input-type=module', '-e', LADDER], { stdio: ['pipe', 'pipe', 'inherit'] });
  const [folder] = String((await once(ladder.stdout, 'data'))[0]).split('\n');
  const started = async (): Promise<number> => {
    const text = existsSync(join(folder, 'pid')) ? readFileSync(join(folder, 'pid'), 'utf8').trim() : '';
    return text ? Number(text) : new Promise((resolve) => setTimeout(resolve, 20)).then(started);
  };
  const pid = await started();
  expect(isRunning(pid)).toBe(true);
  ENDS[end](ladder);
  await once(ladder, 'exit');
  await expect.poll(() => isRunning(pid), { timeout: 60_000 }).toBe(false);
  await expect.poll(() => existsSync(folder), { timeout: 60_000 }).toBe(false);
});

/** A screen with one bright area in the second row and third column of a picture that fills its width. */
function screenOf(width: number, height: number, brightness: number): Buffer {
  const screen = new PNG({ width, height });
  const [size, top] = [width / 32, (height - (width * 9) / 16) / 2];
  const isBright = (x: number, y: number) => Math.floor(x / size) === 2 && Math.floor((y - top) / size) === 1;
  for (let y = 0; y < height; y++)
    for (let x = 0; x < width; x++) screen.data.fill(isBright(x, y) ? brightness : 10, (y * width + x) * 4, (y * width + x) * 4 + 3);
  return PNG.sync.write(screen);
}

test('pictures are compared by areas, also on screens of other sizes and shapes', () => {
  const [wide, square] = [screenOf(1280, 720, 110), screenOf(800, 600, 110)];
  expect(difference(wide, square)).toBe(0);
  expect(difference(wide, screenOf(800, 600, 10))).toBeCloseTo(100 / 255);
});

test('as many go on at the same time as there are slots, in their order, whatever fails', async () => {
  const slots = new Slots(2);
  const log: string[] = [];
  const ends: (() => void)[] = [];
  const work = (name: string) =>
    slots.use(async () => {
      log.push(name);
      await new Promise<void>((resolve) => ends.push(resolve));
      if (name === 'a') throw new Error('a fails');
    });
  const all = Promise.allSettled(['a', 'b', 'c', 'd'].map(work));
  await expect.poll(() => log).toEqual(['a', 'b']);
  ends[0]();
  await expect.poll(() => log).toEqual(['a', 'b', 'c']);
  ends[1]();
  await expect.poll(() => log).toEqual(['a', 'b', 'c', 'd']);
  for (const end of ends) end();
  expect((await all).map(({ status }) => status)).toEqual(['rejected', 'fulfilled', 'fulfilled', 'fulfilled']);
});
