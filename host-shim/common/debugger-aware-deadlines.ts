/**
 * Deadlines that count only time in which an answer could have been heard. A debugger that stops this thread, a device that sleeps: what
 * falls due then falls due late, and is given its time again. So is what falls due while somebody debugs, or, a bounded number of times, while the other side gets on.
 *
 * The catch: a deadline that falls due while this thread was busy may come before an answer that has already arrived is read. So a due
 * deadline lets the event loop turn once more before it counts.
 */
import type { Clock, TimerHandle, Timers } from '../../actors/contract/host.js';

/** Later than by this part of its delay, and the thread was stopped: a busy one is late by less. */
const LATE_SHARE = 0.5;

/** How often a deadline is given again because of progress: with five seconds each it is five minutes, which no batch takes. */
const EXTENSIONS_MAX = 60;

export interface DeadlineOptions {
  readonly timers: Timers;
  readonly clock: Clock;
  /** Threads may be stopped by a debugger now. */
  readonly debugging: () => boolean;
  /** Finds out whether they are, where nobody tells: asked of what falls due. Never rejects. */
  readonly probeDebugger?: () => Promise<boolean>;
}

export class DebuggerAwareDeadlines {
  constructor(private readonly options: DeadlineOptions) {}

  /**
   * @param due called once the time is over
   * @param progress another answer than at the last time means that the other side gets on
   * @returns takes it back
   */
  wait(delayMs: number, due: () => void, progress: () => unknown = () => 0): () => void {
    const { timers, clock, debugging, probeDebugger } = this.options;
    let timer: TimerHandle;
    let extensions = 0;
    let takenBack = false;
    const end = () => {
      timer = timers.set(0, due);
    };
    const probed = (stopped: boolean) => {
      if (takenBack) return;
      if (stopped) begin();
      else end();
    };
    const begin = () => {
      const begun = clock.nowMicros();
      const before = progress();
      timer = timers.set(delayMs, () => {
        const late = clock.nowMicros() - begun > delayMs * (1 + LATE_SHARE) * 1000;
        if (late || debugging() || (progress() !== before && ++extensions <= EXTENSIONS_MAX)) begin();
        else if (probeDebugger) void probeDebugger().then(probed);
        else end();
      });
    };
    begin();
    return () => {
      takenBack = true;
      timers.clear(timer);
    };
  }
}
