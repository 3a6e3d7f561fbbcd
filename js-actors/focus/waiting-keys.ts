/** Keys that were pressed while nothing could have focus, as while a screen has not arrived: they wait for its first node. */
import type { StateOf } from '../../protocol/fields.js';
import type { focus } from '../../protocol/generated/focus.js';
import { FOCUS_KEY_WAITS_MS, FOCUS_KEYS_WAITING_MAX } from '../../protocol/messages/focus.js';
import type { Key } from './held-key.js';

const MICROSECONDS = 1000;

export class WaitingKeys {
  /** The first one first. */
  all: StateOf<typeof focus>['waiting'] = [];
  /** Keys that did nothing, because too many waited or because they had waited too long. */
  expired = 0;

  get some(): boolean {
    return this.all.length > 0;
  }

  /** @param now in microseconds */
  add(key: Key, now: number): void {
    if (this.all.length < FOCUS_KEYS_WAITING_MAX) this.all.push({ key, since: now });
    else this.expire();
  }

  /** Takes the next one that has not waited too long; null when there is none. */
  next(now: number): Key | null {
    while (this.all.length > 0) {
      const { key, since } = this.all.shift()!;
      if (now - since <= FOCUS_KEY_WAITS_MS * MICROSECONDS) return key;
      this.expire();
    }
    return null;
  }

  private expire(): void {
    this.expired = (this.expired + 1) >>> 0;
  }

  clear(): void {
    this.all.length = 0;
  }
}
