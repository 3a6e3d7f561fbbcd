/**
 * A long evening of television on the virtual clock: so many frames, in which a viewer opens a film and goes back again and again, and actors
 * trap now and then. What it keeps in memory must not grow.
 */

import type { System } from '../actors/application/supervised-system.js';
import { startSystem } from '../actors/application/system.js';
import { decodeSnapshot } from '../actors/contract/snapshot.js';
import { ACTOR_NAMES, actorSpecs, parties, portVms } from '../examples/tv/application.js';
import { FRAME_MICROS, simStage } from '../examples/tv/headless/stage.js';
import { openDisplayPort } from '../host-shim/common/ports/display-port.js';
import { openInputPort } from '../host-shim/common/ports/input-port.js';
import { openTimerPort } from '../host-shim/common/ports/timer.js';
import { history } from '../protocol/generated/history.js';
import { telemetry } from '../protocol/generated/telemetry.js';

export interface LongRunOptions {
  readonly frames: number;
  /** Half of them open a film, the others go back. */
  readonly navigations: number;
  /** Frees what nobody refers to, as `--expose-gc` makes it known. */
  readonly collect: () => void;
}

export interface LongRunReport {
  readonly frames: number;
  /** As history has counted them. */
  readonly navigations: number;
  readonly traps: number;
  /** After collection, at a tenth of the way and at the end. */
  readonly earlyBytes: number;
  readonly lateBytes: number;
  readonly problems: readonly string[];
}

/** Frames between two traps. */
const TRAP_FRAMES = 500;
const OFTEN = { intensity: 1_000_000, periodMs: 1_000 };
const SEED = 1;

function usedBytes(collect: () => void): number {
  collect();
  collect();
  const { heapUsed, external } = process.memoryUsage();
  return heapUsed + external;
}

async function countNavigations(system: System): Promise<number> {
  return decodeSnapshot(history, await system.snapshot(history.name)).publicationVersions.current;
}

export async function runLong({ frames, navigations, collect }: LongRunOptions): Promise<LongRunReport> {
  const problems: string[] = [];
  const stage = await simStage({ seed: SEED, onPortError: (port, error) => void problems.push(`port ${port}: ${error}`) });
  openTimerPort(stage.vm, stage.host.timers);
  stage.vm.openPort(telemetry, { onFlush() {} });
  const display = openDisplayPort(stage.vm, {});
  const input = openInputPort(stage.vm);
  const system = await startSystem(stage.host, { parties, portVms, actors: actorSpecs(SEED), placement: 'mixed', ...OFTEN });
  const framesPerKey = Math.max(2, Math.floor(frames / navigations));
  const startMicros = stage.host.clock.nowMicros();
  let earlyBytes = 0;
  for (let frame = 1; frame <= frames; frame++) {
    const phase = frame % (2 * framesPerKey);
    if (phase % framesPerKey < 2) input.key(phase < framesPerKey ? 'enter' : 'back', phase % framesPerKey === 0 ? 'down' : 'up');
    if (frame % TRAP_FRAMES === 0) await system.crash(ACTOR_NAMES[(frame / TRAP_FRAMES) % ACTOR_NAMES.length]);
    display.tick(startMicros + frame * FRAME_MICROS);
    await stage.frame();
    if (frame === Math.ceil(frames / 10)) earlyBytes = usedBytes(collect);
  }
  const lateBytes = usedBytes(collect);
  await stage.settle(system);
  const { traps, divergent } = await system.counters();
  if (divergent > 0) problems.push(`${divergent} replays gave other output than the first time`);
  for (const { actor, state, reason } of system.actors) if (state !== 'running') problems.push(`${actor} is ${state}: ${reason}`);
  const report = { frames, navigations: await countNavigations(system), traps, earlyBytes, lateBytes, problems };
  await system.stop();
  await stage.close();
  return report;
}
