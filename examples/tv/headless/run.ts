/** One headless run of the television: the same application and actors as in the browser, a seeded remote control, and a report. */
import { startSystem } from '../../../actors/system.js';
import { Random } from '../../../bus/random.js';
import { openDisplayPort } from '../../../host-shim/common/ports/display-port.js';
import { openInputPort } from '../../../host-shim/common/ports/input-port.js';
import { openTimerPort } from '../../../host-shim/common/ports/timer.js';
import { openStorage } from '../../../host-shim/node/ports/storage.js';
import { telemetry } from '../../../protocol/generated/telemetry.js';
import { actorOrders, parties, portVms } from '../application.js';
import type { HeadlessOptions } from './options.js';
import { nextKey } from './remote-control.js';
import { countFocusMoves, countMessages, hashState, placeOf, type Report } from './report.js';
import { FRAME_MICROS, nodeStage, simStage } from './stage.js';

/** A key every so many frames: ten a second, a viewer in a hurry. */
const FRAMES_PER_KEY = 6;
/** Traps by order are not a fault that repeats itself: the budget is there to be seen, not to end the run. */
const INTENSITY = 1_000;

export async function runHeadless(options: HeadlessOptions): Promise<Report> {
  const errors: string[] = [];
  const onPortError = (port: string, error: unknown) => void errors.push(`port ${port}: ${error instanceof Error ? error.stack : error}`);
  const stage = await (options.host === 'sim' ? simStage : nodeStage)({ seed: options.seed, onPortError });
  try {
    const { host, vm } = stage;
    openTimerPort(vm, host.timers);
    vm.openPort(telemetry, { onFlush() {} });
    const display = openDisplayPort(vm, {});
    const input = openInputPort(vm);
    const { placement, seed, trapRate } = options;
    const storage = options.storage === undefined ? undefined : await openStorage(options.storage);
    const system = await startSystem(host, {
      parties,
      portVms,
      actors: actorOrders(seed),
      placement,
      seed,
      trapRate,
      intensity: INTENSITY,
      storage,
    });
    system.onChange((change) => {
      if (change.type === 'poisoned') errors.push(`${change.report.actor}: ${change.report.reason}`);
    });
    const begin = await placeOf(system);
    const keys = await play(options, stage.frame, host.clock.nowMicros(), display.tick, (key, phase) => input.key(key, phase));
    await stage.settle(system);
    for (const { actor, state, reason } of system.actors) if (state !== 'running') errors.push(`${actor} is ${state}: ${reason}`);
    const restarts = system.actors.reduce((sum, actor) => sum + actor.restarts, 0);
    const counters = await system.counters();
    const report: Report = {
      frames: options.frames,
      keys,
      begin,
      end: await placeOf(system),
      focusMoves: await countFocusMoves(system),
      messages: countMessages(counters),
      traps: counters.traps,
      restarts,
      replayed: counters.replayed,
      divergent: counters.divergent,
      placement: Object.fromEntries(system.placement.map(({ actor, vm: name }) => [actor, name])),
      stateHash: await hashState(system),
      errors,
    };
    await system.stop();
    storage?.close();
    return report;
  } finally {
    await stage.close();
  }
}

type Press = (key: ReturnType<typeof nextKey>, phase: 'down' | 'up') => void;

/** @returns keys pressed */
async function play(
  { frames, seed }: HeadlessOptions,
  frame: () => Promise<void>,
  startMicros: number,
  tick: (timeMicros: number) => void,
  press: Press,
) {
  const random = new Random(seed).fork('remote control');
  let keys = 0;
  let held: ReturnType<typeof nextKey> | null = null;
  for (let number = 1; number <= frames; number++) {
    if (held) press(held, 'up');
    held = number % FRAMES_PER_KEY === 0 ? nextKey(random) : null;
    if (held) {
      press(held, 'down');
      keys++;
    }
    tick(startMicros + number * FRAME_MICROS);
    await frame();
  }
  if (held) press(held, 'up');
  return keys;
}
