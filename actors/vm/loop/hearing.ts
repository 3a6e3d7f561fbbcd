/**
 * Whether a VM still hears. Only wakes drive it, so if one of them is lost it stays silent for ever, while everything says that it runs.
 *
 *   look: a pump has run since the last ──────────────────────────> well
 *         none, and there is a reason for one, as at the last look ──> deaf: reported, counted, and woken
 *
 * Reasons: a pump that was asked for; a reader that is awake, for which no writer rings; frames that wait. Whether they could be handled
 * is known only when a pump tries: they may wait for a checkpoint. So the VM is woken for them, and was deaf if the pump found work.
 */
import { HEARING_CHECK_MS } from '../../../protocol/limits.js';
import type { DeafReport } from '../../contract/events.js';
import type { Runtime } from '../runtime.js';
import type { Pump } from './pump.js';

export class Hearing {
  /** How often the VM was found deaf. */
  count = 0;
  /** A reason that a look has found and no pump has followed. */
  private suspicion: DeafReport['reason'] | null = null;
  /** True while a pump is to show whether waiting frames could have been handled. */
  private tries = false;
  private pumpDue = false;
  private readonly endBeat: () => void;

  /** @param serves whether the VM is to hear: it neither stands nor recovers, and is not closed */
  constructor(
    private readonly runtime: Pick<Runtime, 'options' | 'bus' | 'tap'>,
    private readonly pump: Pick<Pump, 'hasWork'>,
    private readonly serves: () => boolean,
  ) {
    this.endBeat = runtime.options.beat?.(HEARING_CHECK_MS, () => this.look()) ?? (() => {});
  }

  readonly wake = (): void => {
    this.pumpDue = true;
    this.runtime.options.wake();
  };

  /**
   * A pump has run.
   * @param more whether another one follows
   * @param worked whether it found anything to do
   */
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
    if (!this.serves()) return null;
    if (this.pumpDue) return 'pump';
    if (this.runtime.bus.links.awake) return 'reader';
    return this.pump.hasWork ? 'frames' : null;
  }

  private tell(reason: DeafReport['reason']): void {
    this.count++;
    const { bus, tap } = this.runtime;
    tap.report({ type: 'deaf', report: { vm: bus.vm, reason, at: tap.now() } });
  }
}
