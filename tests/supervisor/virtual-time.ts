/** Clock and timers that advance only on command: the supervisor's tests need no real time. */
import type { Clock, TimerHandle, Timers } from '../../actors/contract/host.js';

interface Alarm {
  readonly dueMs: number;
  readonly beat: boolean;
  readonly fn: () => void;
}

/** Lets everything that is already resolved finish. */
export const settle = (): Promise<void> => new Promise((resolve) => setImmediate(resolve));

export class VirtualTime implements Clock, Timers {
  private nowMs = 1_700_000_000_000;
  private readonly alarms = new Set<Alarm>();

  nowMicros(): number {
    return this.nowMs * 1000;
  }

  set(delayMs: number, fn: () => void): TimerHandle {
    const alarm = { dueMs: this.nowMs + delayMs, beat: false, fn };
    this.alarms.add(alarm);
    return alarm;
  }

  /** Not among what is pending. @returns ends it */
  beat(intervalMs: number, fn: () => void): () => void {
    let alarm: Alarm;
    const next = () => {
      alarm = {
        dueMs: this.nowMs + intervalMs,
        beat: true,
        fn: () => {
          next();
          fn();
        },
      };
      this.alarms.add(alarm);
    };
    next();
    return () => void this.alarms.delete(alarm);
  }

  clear(handle: TimerHandle): void {
    this.alarms.delete(handle as Alarm);
  }

  get pending(): number {
    return [...this.alarms].filter(({ beat }) => !beat).length;
  }

  /** This thread stands still, and timers that fall due meanwhile fire late. */
  stop(ms: number): void {
    this.nowMs += ms;
  }

  async advance(ms: number): Promise<void> {
    const end = this.nowMs + ms;
    await settle();
    for (let next = this.next(end); next; next = this.next(end)) {
      this.alarms.delete(next);
      this.nowMs = Math.max(this.nowMs, next.dueMs);
      next.fn();
      await settle();
    }
    this.nowMs = end;
  }

  private next(end: number): Alarm | undefined {
    return [...this.alarms].filter(({ dueMs }) => dueMs <= end).sort((a, b) => a.dueMs - b.dueMs)[0];
  }
}
