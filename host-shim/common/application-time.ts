/**
 * The time of an application in one thread: the platform's, less what the application has stood. While it stands, `nowMicros` stays the same and
 * no timer fires; what was left of each timer is left afterwards.
 *
 *   platform     ──────────┬──────────────────┬──────────>
 *   application  ──────────┤ stands           ├─────>        behindMicros: the length of the gap
 *
 * The catch: a delay of 0 is no time but a turn of the event loop, so it passes also while time stands.
 */

import type { Clock, StandingTime, TimerHandle, Timers } from '../../actors/contract/host.js';
import type { Microseconds } from '../../protocol/names.js';

interface Pending {
  readonly fn: () => void;
  /** On the application's clock, in microseconds. */
  readonly dueAt: number;
  /** The platform's; null while time stands. */
  timer: TimerHandle;
}

export class ApplicationTime implements Clock, Timers, StandingTime {
  behindMicros = 0;
  private stoodAt: number | null = null;
  private readonly pending = new Set<Pending>();

  constructor(
    private readonly clock: Clock,
    private readonly timers: Timers,
  ) {}

  nowMicros(): Microseconds {
    return this.stoodAt ?? this.clock.nowMicros() - this.behindMicros;
  }

  set(delayMs: number, fn: () => void): TimerHandle {
    const pending: Pending = { fn, dueAt: this.nowMicros() + delayMs * 1000, timer: null };
    if (delayMs <= 0 || delayMs === Number.POSITIVE_INFINITY) pending.timer = this.timers.set(delayMs, fn);
    else this.add(pending, delayMs);
    return pending;
  }

  private add(pending: Pending, delayMs: number): void {
    this.pending.add(pending);
    if (this.stoodAt === null) this.arm(pending, delayMs);
  }

  private arm(pending: Pending, delayMs: number): void {
    pending.timer = this.timers.set(delayMs, () => {
      this.pending.delete(pending);
      pending.fn();
    });
  }

  clear(handle: TimerHandle): void {
    this.pending.delete(handle as Pending);
    this.timers.clear((handle as Pending | null | undefined)?.timer);
  }

  stand(notBefore = 0): number {
    if (this.stoodAt === null) for (const { timer } of this.pending) this.timers.clear(timer);
    this.stoodAt = Math.max(this.nowMicros(), notBefore);
    return this.stoodAt;
  }

  goOn(behindMicros = this.stoodAt === null ? this.behindMicros : this.clock.nowMicros() - this.stoodAt): number {
    const stood = this.stoodAt !== null;
    this.stoodAt = null;
    this.behindMicros = behindMicros;
    if (!stood) return behindMicros;
    const now = this.nowMicros();
    for (const pending of this.pending) this.arm(pending, Math.max(0, pending.dueAt - now) / 1000);
    return behindMicros;
  }
}
