/** A display without a screen: ticks come from timers, or one by one from a program. */
import type { Clock, Timers } from '../../../actors/contract/host.js';
import type { Vm } from '../../../actors/vm/vm.js';
import { type DisplayEvents, type DisplayPort, openDisplayPort } from './display-port.js';
import { FrameLoop } from './frame-loop.js';

/** Time of a frame at sixty per second. */
const FRAME_MS = 1000 / 60;

export interface HeadlessDisplayOptions extends DisplayEvents {
  readonly clock: Clock;
  readonly timers: Timers;
  readonly frameMs?: number;
}

export interface HeadlessDisplay extends DisplayPort {
  /** Ticks at the frame rate until `stop`, unless the scene rests. */
  start(): void;
  stop(): void;
}

export function openHeadlessDisplay(vm: Vm, { clock, timers, frameMs = FRAME_MS, ...events }: HeadlessDisplayOptions): HeadlessDisplay {
  const tick = () => port.tick(clock.nowMicros());
  const frames = { ask: (onFrame: (timeMs: number) => void) => timers.set(frameMs, () => onFrame(0)), cancel: timers.clear.bind(timers) };
  const loop = new FrameLoop(frames, () => timers, {
    animate: tick,
    get needsFrames() {
      return !port.rests;
    },
  });
  const due = () => {
    if (!loop.runs) return;
    tick();
    loop.wake();
  };
  const port = openDisplayPort(vm, events, { due });
  return Object.assign(port, {
    start() {
      if (loop.runs) return;
      loop.start();
      tick();
    },
    stop: () => loop.stop(),
  });
}
