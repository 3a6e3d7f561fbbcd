/**
 * The duration of a crash of scene: from the trap until the message that caused it has been handled and the picture has left.
 * Beside it what a user would do without Tandem: start a new worker and build the screen again.
 */
import { once } from 'node:events';
import { Worker } from 'node:worker_threads';
import type { System } from '../actors/application/supervised-system.js';
import { OutboxBuilder } from '../actors/model/outbox-builder.js';
import { Random } from '../bus/random.js';
import { scene } from '../protocol/generated/scene.js';
import { median, percentile } from './rounds.js';
import { drawScreen, SCREEN_NODES } from './screen.js';
import { Stage } from './stage.js';

/** Frames between two crashes vary up to this, so that they find journals of any length since the last snapshot. */
const FRAMES_BETWEEN_MAX = 24;

export interface RecoverySizes {
  readonly crashes: number;
  readonly restarts: number;
}

export interface RecoveryFigures {
  /** Milliseconds. */
  readonly recoveryMs: { readonly p50: number; readonly p99: number };
  /** Time of a frame without a crash, which was subtracted. */
  readonly frameMs: number;
  readonly newWorkerMs: { readonly p50: number; readonly p99: number };
  /** Memory of all five actors. */
  readonly wasmMemoryBytes: number;
}

async function crashes(stage: Stage, system: System, count: number): Promise<{ readonly crashedMs: number[]; readonly frameMs: number }> {
  const random = new Random(1);
  const framesMs: number[] = [];
  const crashedMs: number[] = [];
  for (let crash = 0; crash < count; crash++) {
    const frames = 1 + random.integer(FRAMES_BETWEEN_MAX);
    for (let i = 0; i < frames; i++) framesMs.push(await stage.tick());
    await system.crash(scene.name);
    crashedMs.push(await stage.tick());
  }
  // A restart that needs a permit is reported after its output, but its VM knows at once.
  const { traps } = await system.counters();
  if (traps !== count) throw new Error(`${count} crashes led to ${traps} traps`);
  return { crashedMs, frameMs: median(framesMs) };
}

/** @returns milliseconds from the notice of the crash until the picture is there again */
async function newWorker(): Promise<number> {
  const outbox = new OutboxBuilder();
  const started = performance.now();
  const worker = new Worker(new URL('./rivals/scene-worker.js', import.meta.url));
  outbox.append(scene.receives.commit, scene.address, drawScreen());
  outbox.append(scene.receives.tick, scene.address, { frame: 1, timeMicros: 1 });
  const shown = once(worker, 'message');
  worker.postMessage(outbox.bytes.slice(0, outbox.length));
  const [outputBytes] = await shown;
  const ms = performance.now() - started;
  if (outputBytes < SCREEN_NODES) throw new Error('the new worker shows no picture');
  await worker.terminate();
  return ms;
}

async function memoryBytes(system: System): Promise<number> {
  const { actors } = await system.health();
  return actors.reduce((sum, { load }) => sum + (load?.memoryBytes ?? 0), 0);
}

export async function measureRecovery(sizes: RecoverySizes): Promise<RecoveryFigures> {
  const { stage, system } = await Stage.start();
  try {
    const { crashedMs, frameMs } = await crashes(stage, system, sizes.crashes);
    const recovered = crashedMs.map((ms) => ms - frameMs);
    const wasmMemoryBytes = await memoryBytes(system);
    const restarted: number[] = [];
    for (let i = 0; i < sizes.restarts; i++) restarted.push(await newWorker());
    return {
      recoveryMs: { p50: median(recovered), p99: percentile(recovered, 0.99) },
      frameMs,
      newWorkerMs: { p50: median(restarted), p99: percentile(restarted, 0.99) },
      wasmMemoryBytes,
    };
  } finally {
    await system.stop();
  }
}
