/** A display without a screen: ticks come from timers, or one by one from a program. */
import type { Clock, TimerHandle, Timers } from '../../../actors/contract/host.js';
import type { Vm } from '../../../actors/vm/vm.js';
import { type DisplayEvents, type DisplayPort, openDisplayPort } from './display-port.js';

/** Time of a frame at sixty per second. */
const FRAME_MS = 1000 / 60;

export interface HeadlessDisplayOptions extends DisplayEvents {
  readonly clock: Clock;
  readonly timers: Timers;
  readonly frameMs?: number;
}

export interface HeadlessDisplay extends DisplayPort {
  /** Ticks at the frame rate until `stop`. */
  start(): void;
  stop(): void;
}

export function openHeadlessDisplay(vm: Vm, { clock, timers, frameMs = FRAME_MS, ...events }: HeadlessDisplayOptions): HeadlessDisplay {
  const port = openDisplayPort(vm, events);
  let next: TimerHandle = null;
  let running = false;
  const run = () => {
    port.tick(clock.nowMicros());
    next = timers.set(frameMs, run);
  };
  return Object.assign(port, {
    start() {
      if (running) return;
      running = true;
      run();
    },
    stop() {
      running = false;
      timers.clear(next);
    },
  });
}
