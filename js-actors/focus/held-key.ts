/**
 * The key that is down, and which of its repeats count. Platforms repeat at any rate they like. Here only the times in the messages
 * decide: the first repeat counts after a delay, the next ones faster and faster.
 */
import {
  FOCUS_REPEAT_ACCELERATION_MS,
  FOCUS_REPEAT_DELAY_MS,
  FOCUS_REPEAT_INTERVAL_MIN_MS,
  FOCUS_REPEAT_INTERVAL_MS,
} from '../../protocol/messages/focus.js';
import type { Direction } from './area.js';

export type Key = Direction | 'enter' | 'back';

const MICROSECONDS = 1000;

export class HeldKey {
  key: Key | null = null;
  /** In microseconds, like `countedAt`. */
  since = 0;
  countedAt = 0;
  private delayMs = FOCUS_REPEAT_DELAY_MS;
  private intervalMs = FOCUS_REPEAT_INTERVAL_MS;
  private intervalMinMs = FOCUS_REPEAT_INTERVAL_MIN_MS;
  private accelerationMs = FOCUS_REPEAT_ACCELERATION_MS;

  configure(name: string, value: number): void {
    if (name === 'repeatDelayMs') this.delayMs = value;
    else if (name === 'repeatIntervalMs') this.intervalMs = value;
    else if (name === 'repeatIntervalMinMs') this.intervalMinMs = value;
    else if (name === 'repeatAccelerationMs') this.accelerationMs = value;
  }

  press(key: Key, now: number): void {
    this.key = key;
    this.since = now;
    this.countedAt = now;
  }

  release(key: Key): void {
    if (this.key === key) this.key = null;
  }

  holds(key: Key): boolean {
    return this.key === key;
  }

  /** True when a repeat that arrives now counts. Enter and Back count once. */
  repeats(now: number): boolean {
    if (this.key === 'enter' || this.key === 'back') return false;
    const repeatingMs = (now - this.since) / MICROSECONDS - this.delayMs;
    if (repeatingMs < 0 || now - this.countedAt < this.interval(repeatingMs) * MICROSECONDS) return false;
    this.countedAt = now;
    return true;
  }

  /** Time between two repeats, in milliseconds, once a key has been repeating this long. */
  private interval(repeatingMs: number): number {
    if (repeatingMs >= this.accelerationMs) return this.intervalMinMs;
    return this.intervalMs - ((this.intervalMs - this.intervalMinMs) * repeatingMs) / this.accelerationMs;
  }
}
