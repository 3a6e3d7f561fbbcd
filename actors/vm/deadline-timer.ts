/** One timer for the earliest of many deadlines. */
import type { Clock, TimerHandle, Timers } from '../host.js';

export class DeadlineTimer {
  private timer: TimerHandle;
  private earliest = Number.POSITIVE_INFINITY;
  private ended = false;

  constructor(
    private readonly clock: Clock,
    private readonly timers: Timers,
    /** Says when to call again: the next deadline, in microseconds. */
    private readonly onDue: () => number,
  ) {}

  /** @param deadlineAt in microseconds since the Unix epoch */
  watch(deadlineAt: number): void {
    if (this.ended || deadlineAt >= this.earliest) return;
    this.timers.clear(this.timer);
    this.earliest = deadlineAt;
    this.timer = this.timers.set(Math.max(0, (deadlineAt - this.clock.nowMicros()) / 1000), () => {
      this.earliest = Number.POSITIVE_INFINITY;
      this.watch(this.onDue());
    });
  }

  end(): void {
    this.ended = true;
    this.timers.clear(this.timer);
  }
}
