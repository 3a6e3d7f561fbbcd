/** The clock of a machine, for the delays of its states: the host's timers. */
import type { Timers } from '../contract/host.js';

export const machineClock = (timers: Timers) => ({
  setTimeout: (fn: () => void, delayMs: number) => timers.set(delayMs, fn),
  clearTimeout: (timer: unknown) => timers.clear(timer),
});
