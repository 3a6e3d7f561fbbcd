/** The key that is down, and which of its repeats count: the twin of js-actors/focus/held-key.ts. */
import {
  Key,
  FOCUS_REPEAT_ACCELERATION_MS,
  FOCUS_REPEAT_DELAY_MS,
  FOCUS_REPEAT_INTERVAL_MIN_MS,
  FOCUS_REPEAT_INTERVAL_MS,
} from '../../protocol/generated/assembly/focus';

const MICROSECONDS: f64 = 1000;

export class HeldKey {
  /** True while no key is down: `key` then means nothing. */
  none: bool = true;
  key: Key = Key.Left;
  /** In microseconds, like `countedAt`. */
  since: u64 = 0;
  countedAt: u64 = 0;
  private delayMs: f64 = FOCUS_REPEAT_DELAY_MS;
  private intervalMs: f64 = FOCUS_REPEAT_INTERVAL_MS;
  private intervalMinMs: f64 = FOCUS_REPEAT_INTERVAL_MIN_MS;
  private accelerationMs: f64 = FOCUS_REPEAT_ACCELERATION_MS;

  configure(name: string, value: f64): void {
    if (name == 'repeatDelayMs') this.delayMs = value;
    else if (name == 'repeatIntervalMs') this.intervalMs = value;
    else if (name == 'repeatIntervalMinMs') this.intervalMinMs = value;
    else if (name == 'repeatAccelerationMs') this.accelerationMs = value;
  }

  press(key: Key, now: u64): void {
    this.none = false;
    this.key = key;
    this.since = now;
    this.countedAt = now;
  }

  release(key: Key): void {
    if (this.holds(key)) this.none = true;
  }

  holds(key: Key): bool {
    return !this.none && this.key === key;
  }

  /** True when a repeat that arrives now counts. Enter and Back count once. */
  repeats(now: u64): bool {
    if (this.key === Key.Enter || this.key === Key.Back) return false;
    const repeatingMs = (<f64>now - <f64>this.since) / MICROSECONDS - this.delayMs;
    if (repeatingMs < 0 || <f64>now - <f64>this.countedAt < this.interval(repeatingMs) * MICROSECONDS) return false;
    this.countedAt = now;
    return true;
  }

  /** Time between two repeats, in milliseconds, once a key has been repeating this long. */
  private interval(repeatingMs: f64): f64 {
    if (repeatingMs >= this.accelerationMs) return this.intervalMinMs;
    return this.intervalMs - ((this.intervalMs - this.intervalMinMs) * repeatingMs) / this.accelerationMs;
  }
}
