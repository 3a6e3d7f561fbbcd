/**
 * One timer for the deadlines of all requests in flight. It follows the ledger: when the request whose deadline it waits for has settled
 * meanwhile, it waits for the next, and nothing else happens.
 */
import type { RequestLedger } from '../../bus/requests.js';
import type { Clock, TimerHandle, Timers } from '../contract/host.js';

export class DeadlineTimer {
  private timer: TimerHandle;
  private earliest = Number.POSITIVE_INFINITY;
  private ended = false;

  constructor(
    private readonly clock: Clock,
    private readonly timers: Timers,
    private readonly requests: RequestLedger,
    /** The deadline of a request that is open has passed. */
    private readonly onPassed: () => void,
  ) {}

  /** @param deadlineAt in microseconds since the Unix epoch */
  watch(deadlineAt: number): void {
    if (this.ended || deadlineAt >= this.earliest) return;
    this.timers.clear(this.timer);
    this.earliest = deadlineAt;
    this.timer = this.timers.set(Math.max(0, (deadlineAt - this.clock.nowMicros()) / 1000), () => this.fired());
  }

  private fired(): void {
    this.earliest = Number.POSITIVE_INFINITY;
    const now = this.clock.nowMicros();
    if (this.requests.nextDeadline <= now) this.onPassed();
    this.watch(this.requests.nextDeadlineAfter(now));
  }

  end(): void {
    this.ended = true;
    this.timers.clear(this.timer);
  }
}
