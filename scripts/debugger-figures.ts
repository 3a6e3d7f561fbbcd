/**
 * Figures of the debugger page, printed:
 *
 *   npx tsx scripts/debugger-figures.ts
 *
 * - a filter over a million messages, in the page's worker's code
 * - travel: the states of all actors and the screen at any message of a television's run
 * - the first paint of a file of a million messages, in Chromium
 * - an application that runs, looked at in Chromium while it sends 5,000 messages a second
 *
 * They are of a quiet machine alone. The recordings are made in a folder of their own, which is removed.
 */
import { execFileSync } from 'node:child_process';
import { mkdtempSync, rmSync } from 'node:fs';
import { readFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join, resolve } from 'node:path';
import { chromium, type Page } from 'playwright';
import type { System } from '../actors/application/supervised-system.js';
import { Player } from '../debugger/player/player.js';
import { Applications } from '../debugger/server/applications.js';
import { startDebugger } from '../debugger/server/server.js';
import { FileSubject } from '../debugger/server/subject.js';
import { Run } from '../debugger/table/run.js';
import { openDebugLink } from '../host-shim/node/debug-link.js';
import { openRecordingFile, openRecordingSink } from '../host-shim/node/recordings.js';
import { CAUSE_SEQUENCE_OFFSET, readU53, SENT_AT_OFFSET, SEQUENCE_OFFSET, writeU53 } from '../protocol/frame.js';
import { MemoryFile } from '../trace/memory-file.js';
import { openRecording } from '../trace/open.js';
import { Recorder } from '../trace/recorder.js';
import type { TraceStep } from '../trace/step.js';
import { findChromium } from './chromium.js';

const MESSAGES = 1_000_000;
const TRAVELS = 200;
const LIVE_PER_SECOND = 5_000;
const BEATS_PER_SECOND = 50;
const root = resolve(import.meta.dirname, '..');
const folder = mkdtempSync(join(tmpdir(), 'tandem-figures-'));

/** A television's run of some seconds. */
function recordTelevision(frames: number): string {
  const path = join(folder, `${frames}.mcap`);
  const words = ['--headless', '--host', 'sim', '--seed', '1', '--frames', String(frames), '--record', path, '--trace', 'frames'];
  execFileSync(process.execPath, ['scripts/start.mjs', ...words], { cwd: root, stdio: ['ignore', 'ignore', 'inherit'] });
  return path;
}

/** The same run again and again, each after the one before, until there are enough messages. */
async function repeated(path: string): Promise<string> {
  const recording = await openRecording(new MemoryFile(new Uint8Array(await readFile(path))));
  const steps: TraceStep[] = [];
  for await (const some of recording.steps()) steps.push(...some.filter(({ type }) => type === 'emitted' || type === 'handled'));
  const [first, last] = [steps[0].at, steps.at(-1)!.at];
  const most = Math.max(...steps.map((step) => ('sequence' in step ? step.sequence : 0)));
  const each = steps.filter(({ type }) => type === 'handled').length;
  const out = join(folder, 'million.mcap');
  const sink = await openRecordingSink(out);
  const waiting: Uint8Array[] = [];
  const write = async (bytes: Uint8Array) => void waiting.push(bytes);
  const recorder = new Recorder({ write, close: async () => {} }, recording.facts);
  const drain = async () => {
    for (const bytes of waiting.splice(0)) await sink.write(bytes);
  };
  for (let round = 0; round * each < MESSAGES; round++) {
    recorder.steps(steps.map((step) => shifted(step, round * (last - first + 16_667), round * (most + 1))));
    // A recorder leaves out what a slow sink does not take.
    await new Promise((next) => setImmediate(next));
    await drain();
  }
  await recorder.close();
  await drain();
  await sink.close();
  return out;
}

function shifted(step: TraceStep, micros: number, by: number): TraceStep {
  const copy = { ...step, at: step.at + micros } as { -readonly [K in keyof TraceStep]: TraceStep[K] } & Record<string, unknown>;
  for (const name of ['sentAt', 'endedAt']) if (typeof copy[name] === 'number') copy[name] = (copy[name] as number) + micros;
  if (typeof copy.sequence === 'number') copy.sequence += by;
  const { cause, frame } = copy as { cause?: { source: number; sequence: number } | null; frame?: Uint8Array | null };
  if (cause) copy.cause = { ...cause, sequence: cause.sequence + by };
  if (frame) copy.frame = shiftedFrame(frame, micros, by);
  return copy as unknown as TraceStep;
}

function shiftedFrame(frame: Uint8Array, micros: number, by: number): Uint8Array {
  const copy = frame.slice();
  writeU53(copy, SEQUENCE_OFFSET, readU53(frame, SEQUENCE_OFFSET) + by);
  writeU53(copy, CAUSE_SEQUENCE_OFFSET, readU53(frame, CAUSE_SEQUENCE_OFFSET) + by);
  writeU53(copy, SENT_AT_OFFSET, readU53(frame, SENT_AT_OFFSET) + micros);
  return copy;
}

async function timed(work: () => Promise<unknown>): Promise<number> {
  const from = performance.now();
  await work();
  return performance.now() - from;
}

function percentile(times: readonly number[], share: number): number {
  return times.toSorted((a, b) => a - b)[Math.min(times.length - 1, Math.floor(times.length * share))];
}

async function filterFigures(path: string): Promise<void> {
  const run = new Run();
  const file = await openRecordingFile(path);
  const opened = await timed(() => run.open(file));
  console.log(`read to its end       ${run.count.toLocaleString('en')} messages in ${(opened / 1000).toFixed(1)} s`);
  for (const text of [
    'to:focus',
    'wait>4ms',
    'from:input kind:focus.key',
    'kind:focus.key body.key="right"',
    'party:scene size>100 handle>0us',
  ]) {
    const times: number[] = [];
    for (let i = 0; i < 5; i++) times.push(await timed(() => run.filter(text)));
    console.log(`filter                ${percentile(times, 0.5).toFixed(0)} ms  ${text}  (${run.count.toLocaleString('en')} fit)`);
  }
  await file.close();
}

async function travelFigures(path: string): Promise<void> {
  const player = new Player(join(root, 'dist/examples/tv/replay.js'));
  const run = new Run();
  const { to, from } = await run.open(new MemoryFile(new Uint8Array(await readFile(path))));
  const { actors, messages } = await lastOf(run);
  const played = await timed(() => player.state(path, messages, actors[0]));
  const scene = (await player.state(path, messages, 'scene')).after as { nodes?: object } | null;
  const times: number[] = [];
  for (let i = 0; i < TRAVELS; i++) {
    const number = 1 + Math.floor(((i * 7919) % TRAVELS) * (messages / TRAVELS));
    times.push(
      await timed(async () => {
        for (const actor of actors) await player.state(path, number, actor);
        run.screensAt([from + ((to - from) * number) / messages]);
      }),
    );
  }
  await player.close();
  const nodes = Object.keys(scene?.nodes ?? {}).length;
  console.log(`played once           ${messages.toLocaleString('en')} messages in ${(played / 1000).toFixed(1)} s`);
  console.log(
    `travel                p50 ${percentile(times, 0.5).toFixed(0)} ms, p95 ${percentile(times, 0.95).toFixed(0)} ms: all ${actors.length} actors before and after, and the screen; ${nodes} nodes`,
  );
}

async function lastOf(run: Run): Promise<{ readonly actors: readonly string[]; readonly messages: number }> {
  const actors = run.state.lanes.filter(({ isActor }) => isActor).map(({ name }) => name);
  return { actors, messages: run.detail(run.count - 1).moment };
}

async function paintFigures(path: string): Promise<void> {
  const player = new Player(join(root, 'dist/examples/tv/replay.js'));
  const server = await startDebugger({ subject: new FileSubject(path), site: join(root, 'dist/debugger/site'), port: 0, player });
  const browser = await chromium.launch({ executablePath: findChromium() ?? undefined, args: ['--no-sandbox'] });
  const page = await browser.newPage({ viewport: { width: 1400, height: 900 } });
  const times: number[] = [];
  for (let i = 0; i < 5; i++)
    times.push(
      await timed(async () => {
        await page.goto(server.url.href);
        await page.locator('.row').first().waitFor();
        await page.evaluate(() => new Promise((next) => requestAnimationFrame(() => requestAnimationFrame(next))));
      }),
    );
  console.log(
    `first paint           ${percentile(times, 0.5).toFixed(0)} ms from the address to the first lines of ${MESSAGES.toLocaleString('en')} messages`,
  );
  await browser.close();
  await server.close();
}

/** The application of the benchmarks of messages, as it was built. */
interface Bus {
  start(): Promise<System>;
  send(samples: number, weight: number): Promise<number>;
}

/** Sends so many messages a second for a while. @returns frames of the page a second meanwhile */
async function framesWhile(page: Page, seconds: number, beat: () => Promise<unknown>): Promise<number> {
  const count = page.evaluate(async (ms) => {
    const from = performance.now();
    let frames = 0;
    while (performance.now() - from < ms) {
      await new Promise(requestAnimationFrame);
      frames++;
    }
    return frames / ((performance.now() - from) / 1000);
  }, seconds * 1000);
  const from = performance.now();
  for (let beats = 0; beats < seconds * BEATS_PER_SECOND; beats++) {
    const early = from + (beats * 1000) / BEATS_PER_SECOND - performance.now();
    if (early > 0) await new Promise((resolve) => setTimeout(resolve, early));
    await beat();
  }
  return count;
}

async function liveFigures(): Promise<void> {
  const { BusRun } = (await import(join(root, 'dist/bench/bus-run.js'))) as { BusRun: new () => Bus };
  const { weightOfFirst } = (await import(join(root, 'dist/bench/sample.js'))) as { weightOfFirst(samples: number): number };
  const bus = new BusRun();
  const system = await bus.start();
  const send = (samples: number) => bus.send(samples, weightOfFirst(samples));
  const server = await startDebugger({
    subject: new Applications(() => 'nobody is here'),
    site: join(root, 'dist/debugger/site'),
    port: 0,
    player: new Player(undefined),
  });
  const browser = await chromium.launch({ executablePath: findChromium() ?? undefined, args: ['--no-sandbox'] });
  const link = await openDebugLink(system, server.application, { name: 'bus' });
  const page = await browser.newPage({ viewport: { width: 1400, height: 900 } });
  await page.goto(server.url.href);
  await page.locator('#live[aria-pressed=true]').getByText(/LIVE/).waitFor();
  const perSecond = await framesWhile(page, 10, () => send(LIVE_PER_SECOND / BEATS_PER_SECOND));
  const seen = Number((await page.locator('#state').textContent())!.replace(/ messages.*/, '').replaceAll(',', ''));
  const shares = (await system.health()).traces.map(({ vm, share }) => `${vm} ${(100 * share).toFixed(1)} %`);
  console.log(
    `live                  ${perSecond.toFixed(0)} frames a second of the page at ${LIVE_PER_SECOND.toLocaleString('en')} messages a second (${seen.toLocaleString('en')} shown), which cost of the time of the VMs: ${shares.join(', ')}`,
  );
  await link.close();
  await browser.close();
  await server.close();
  await system.stop();
}

try {
  await liveFigures();
  const short = recordTelevision(300);
  await travelFigures(recordTelevision(3_000));
  const million = await repeated(short);
  await filterFigures(million);
  await paintFigures(million);
} finally {
  rmSync(folder, { recursive: true });
}
