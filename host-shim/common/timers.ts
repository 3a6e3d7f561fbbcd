import type { Timers } from '../../actors/contract/host.js';

/** The longest delay that platforms support: longer timers fire at once. */
const DELAY_MS_MAX = 0x7fff_ffff;

/** A delay of `Infinity` never fires: it is a deadline that a debugger has disabled. Other long delays are cut to 24 days. */
export const platformTimers: Timers = {
  set: (delayMs, fn) => (delayMs === Number.POSITIVE_INFINITY ? null : setTimeout(fn, Math.min(delayMs, DELAY_MS_MAX))),
  clear: (handle) => clearTimeout(handle as ReturnType<typeof setTimeout> | undefined),
};

/** A repeated timer that does not keep a Node process alive. */
export function platformBeat(intervalMs: number, fn: () => void): () => void {
  const timer: unknown = setInterval(fn, intervalMs);
  if (typeof timer === 'object' && timer !== null && 'unref' in timer) (timer as { unref(): void }).unref();
  return () => clearInterval(timer as ReturnType<typeof setInterval>);
}
