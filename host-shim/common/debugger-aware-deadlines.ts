/**
 * Deadlines that count only time in which an answer could have been heard. When a debugger stops this thread or the device sleeps, a
 * deadline falls due late, and is extended by its whole time. It is also extended while somebody debugs, and, a bounded number of times,
 * while the other side makes progress.
 *
 * The catch: when this thread was busy, a deadline may fall due before an answer is read that has already arrived. So a due deadline
 * lets the event loop turn once more before it counts.
 */
import type { Clock, TimerHandle, Timers } from '../../actors/contract/host.js';

/** A deadline that is late by more than this share of its delay shows that the thread was stopped: a busy thread is late by less. */
const LATE_SHARE = 0.5;

/** How often a deadline is extended because of progress: at five seconds each it is five minutes, and no batch takes that long. */
const EXTENSIONS_MAX = 60;

export interface DeadlineOptions {
  readonly timers: Timers;
  readonly clock: Clock;
  /** Whether a debugger may stop threads now. */
  readonly debugging: () => boolean;
  /** Finds out whether a debugger stops threads, where nobody tells; called when a deadline falls due. Never rejects. */
  readonly probeDebugger?: () => Promise<boolean>;
}

export class DebuggerAwareDeadlines {
  constructor(private readonly options: DeadlineOptions) {}

  /**
   * @param due called once the time is over
   * @param progress a different result from the last one means that the other side makes progress
   * @returns a function that cancels the deadline
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
