/** Keys that were pressed while nothing could have focus: the twin of js-actors/focus/waiting-keys.ts. */
import { FocusWaitingKey, Key, FOCUS_KEY_WAITS_MS, FOCUS_KEYS_WAITING_MAX } from '../../protocol/generated/assembly/focus';

const MICROSECONDS: u64 = 1000;

export class WaitingKeys {
  /** The first one first. */
  all: FocusWaitingKey[] = [];
  /** Keys that did nothing, because too many waited or because they had waited too long. */
  expired: u32 = 0;

  get some(): bool {
    return this.all.length > 0;
  }

  /** @param now in microseconds */
  add(key: Key, now: u64): void {
    if (this.all.length >= FOCUS_KEYS_WAITING_MAX) {
      this.expired++;
      return;
    }
    const waiting = new FocusWaitingKey();
    waiting.key = key;
    waiting.since = now;
    this.all.push(waiting);
  }

  /** Takes the next one that has not waited too long; null when there is none. */
  next(now: u64): FocusWaitingKey | null {
    while (this.all.length > 0) {
      const waiting = this.all.shift();
      if (now - waiting.since <= FOCUS_KEY_WAITS_MS * MICROSECONDS) return waiting;
      this.expired++;
    }
    return null;
  }

  clear(): void {
    this.all = [];
  }
}
