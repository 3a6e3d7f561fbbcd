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
import { execFileSync, spawn } from 'node:child_process';
import { once } from 'node:events';
import { mkdtempSync, rmSync } from 'node:fs';
import { readFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join, resolve } from 'node:path';
import { chromium, type Page } from 'playwright';
import type { System } from '../actors/application/supervised-system.js';
import { Player } from '../debugger/player/player.js';
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
const LIVE_SECONDS = 8;
const SETTLE_MS = 3_000;
/** In turns: nobody looks, somebody looks. */
const LIVE_ROUNDS = 3;
const root = resolve(import.meta.dirname, '..');
const folder = mkdtempSync(join(tmpdir(), 'tandem-figures-'));

/** A television's run of some seconds. */
function recordTelevision(frames: number): string {
  const path = join(folder, `${frames}.mcap`);
  const words = ['--headless', '--host', 'sim', '--seed', '1', '--frames', String(frames), '--record', path, '--trace', 'frames'];
  execFileSync(process.execPath, ['scripts/start.mjs', ...words], { cwd: root, stdio: ['ignore', 'ignore', 'inherit'] });
  return path;
}

interface DrawnStage {
  tick(): Promise<number>;
}

/** The scene of the benchmarks, with 2,000 nodes and 200 animations, in Wasm on a thread. */
async function recordStage(frames: number): Promise<string> {
  const { Stage } = (await import(join(root, 'dist/bench/stage.js'))) as {
    Stage: { start(): Promise<{ readonly stage: DrawnStage; readonly system: System }> };
  };
  const { stage, system } = await Stage.start();
  const path = join(folder, 'stage.mcap');
  const recording = await system.record(await openRecordingSink(path), { level: 'frames' });
  for (let frame = 0; frame < frames; frame++) {
    await stage.tick();
    // As a display paces it: in a flood a recording leaves out messages.
    await new Promise((resolve) => setTimeout(resolve, 10));
  }
  await recording.stop();
  await system.stop();
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

/** What a while of sending cost the process of the application, and how many frames the page had meanwhile. */
interface While {
  readonly cpuMicros: number;
  readonly frames: number;
}

/** An application that sends, in this process; the server of the debugger and the page have processes of their own. */
class LookedAt {
  private constructor(
    private readonly bus: Bus,
    private readonly weightOfFirst: (samples: number) => number,
    private readonly page: Page,
  ) {}

  static async start(page: Page): Promise<{ readonly lookedAt: LookedAt; readonly system: System }> {
    const { BusRun } = (await import(join(root, 'dist/bench/bus-run.js'))) as { BusRun: new () => Bus };
    const { weightOfFirst } = (await import(join(root, 'dist/bench/sample.js'))) as { weightOfFirst(samples: number): number };
    const bus = new BusRun();
    return { system: await bus.start(), lookedAt: new LookedAt(bus, weightOfFirst, page) };
  }

  /** Sends so many messages a second for a while. */
  async send(seconds: number): Promise<While> {
    const [samples, count] = [LIVE_PER_SECOND / BEATS_PER_SECOND, this.frames(seconds)];
    const [from, before] = [performance.now(), process.cpuUsage()];
    for (let beats = 0; beats < seconds * BEATS_PER_SECOND; beats++) {
      const early = from + (beats * 1000) / BEATS_PER_SECOND - performance.now();
      if (early > 0) await new Promise((resolve) => setTimeout(resolve, early));
      await this.bus.send(samples, this.weightOfFirst(samples));
    }
    const { user, system } = process.cpuUsage(before);
    return { cpuMicros: user + system, frames: await count };
  }

  /** @returns a second */
  private frames(seconds: number): Promise<number> {
    return this.page.evaluate(async (ms) => {
      const from = performance.now();
      let frames = 0;
      while (performance.now() - from < ms) {
        await new Promise(requestAnimationFrame);
        frames++;
      }
      return frames / ((performance.now() - from) / 1000);
    }, seconds * 1000);
  }
}

/** `tandem debug live`, as a person starts it. */
async function debugLive(): Promise<{ readonly url: string; readonly application: string; end(): void }> {
  const server = spawn(process.execPath, ['cli/tandem.mjs', 'debug', 'live', '--json'], {
    cwd: root,
    stdio: ['ignore', 'pipe', 'inherit'],
  });
  const [line] = (await once(server.stdout, 'data')) as [Buffer];
  return { ...(JSON.parse(String(line)) as { url: string; application: string }), end: () => void server.kill() };
}

async function liveFigures(): Promise<void> {
  const server = await debugLive();
  const browser = await chromium.launch({ executablePath: findChromium() ?? undefined, args: ['--no-sandbox'] });
  const page = await browser.newPage({ viewport: { width: 1400, height: 900 } });
  const { lookedAt, system } = await LookedAt.start(page);
  const link = await openDebugLink(system, server.application, { name: 'bus' });
  const [alone, looked]: While[][] = [[], []];
  let seen = 0;
  for (let round = 0; round < LIVE_ROUNDS; round++) {
    await page.goto('about:blank');
    alone.push(await lookedAt.send(LIVE_SECONDS));
    await page.goto(server.url);
    await page.locator('#live[aria-pressed=true]').getByText(/LIVE/).waitFor();
    // It loads itself anew when it has found the recording that was made for the page before.
    await page.waitForTimeout(SETTLE_MS);
    await page.locator('#live[aria-pressed=true]').getByText(/LIVE/).waitFor();
    looked.push(await lookedAt.send(LIVE_SECONDS));
    seen = Number((await page.locator('#state').textContent())!.replace(/ messages.*/, '').replaceAll(',', ''));
  }
  const median = (values: readonly number[]) => percentile(values, 0.5);
  const core = (whiles: readonly While[]) => median(whiles.map(({ cpuMicros }) => cpuMicros / 10_000 / LIVE_SECONDS)).toFixed(1);
  const shares = (await system.health()).traces.map(({ vm, share }) => `${vm} ${(100 * share).toFixed(1)} %`);
  console.log(
    `live                  ${median(looked.map(({ frames }) => frames)).toFixed(0)} frames a second of the page at ${LIVE_PER_SECOND.toLocaleString('en')} messages a second (${seen.toLocaleString('en')} shown)`,
  );
  console.log(
    `looked at             ${core(looked)} % of a core for the application, ${core(alone)} % when nobody looks; tracing by its own estimate: ${shares.join(', ')}`,
  );
  await link.close();
  await browser.close();
  server.end();
  await system.stop();
}

try {
  await liveFigures();
  const short = recordTelevision(300);
  await travelFigures(recordTelevision(3_000));
  await travelFigures(await recordStage(600));
  const million = await repeated(short);
  await filterFigures(million);
  await paintFigures(million);
} finally {
  rmSync(folder, { recursive: true });
}
