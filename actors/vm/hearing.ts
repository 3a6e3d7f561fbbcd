/**
 * Whether a VM still hears. It is driven by wakes alone, so one of them that is lost leaves it silent for ever, while everything says that it runs.
 *
 *   look: a pump has run since the last ──────────────────────────> well
 *         none, and there is a reason for one, as at the last look ──> deaf: told, counted, and woken
 *
 * Reasons: a pump that was asked for; a reader that is awake, to which no writer rings; frames that wait. Whether these could be handled is
 * known only when a pump tries: they may wait for a checkpoint. So it is woken for them, and deaf if that was of any use.
 */
import { HEARING_CHECK_MS } from '../../protocol/limits.js';
import type { DeafReport } from '../contract/events.js';
import type { VmName } from '../contract/instance.js';

export interface HearingOptions {
  readonly vm: VmName;
  readonly now: () => number;
  /** Every so often, without keeping anything alive; returns what ends it. */
  readonly beat: ((intervalMs: number, look: () => void) => () => void) | undefined;
  /** It is meant to: neither recovering nor closed. */
  readonly serves: () => boolean;
  /** Some reader is awake. */
  readonly isAwake: () => boolean;
  /** Frames wait: in links, mailboxes or gates. */
  readonly hasWork: () => boolean;
  readonly deaf: (report: DeafReport) => void;
  /** Asks the driver for a pump. */
  readonly wake: () => void;
}

export class Hearing {
  /** Times it was found deaf. */
  count = 0;
  /** What a look has found that no pump has followed. */
  private suspicion: DeafReport['reason'] | null = null;
  /** A pump is to show whether frames that wait could have been handled. */
  private tries = false;
  private pumpDue = false;
  private readonly endBeat: () => void;

  constructor(private readonly options: HearingOptions) {
    this.endBeat = options.beat?.(HEARING_CHECK_MS, () => this.look()) ?? (() => {});
  }

  readonly wake = (): void => {
    this.pumpDue = true;
    this.options.wake();
  };

  /** A pump has run. @param more whether another one follows @param worked whether it found anything to do */
  pumped(more: boolean, worked: boolean): void {
    this.pumpDue = more;
    this.suspicion = null;
    if (this.tries && worked) this.tell('frames');
    this.tries = false;
  }

  end(): void {
    this.endBeat();
  }

  private look(): void {
    const reason = this.reason();
    const again = reason !== null && reason === this.suspicion;
    this.suspicion = reason;
    if (!again) return;
    if (reason === 'frames') this.tries = true;
    else this.tell(reason);
    this.wake();
  }

  private reason(): DeafReport['reason'] | null {
    if (!this.options.serves()) return null;
    if (this.pumpDue) return 'pump';
    if (this.options.isAwake()) return 'reader';
    return this.options.hasWork() ? 'frames' : null;
  }

  private tell(reason: DeafReport['reason']): void {
    this.count++;
    this.options.deaf({ vm: this.options.vm, reason, at: this.options.now() });
  }
}
