/**
 * Tells the host of a VM how far that has got, where the host does not see it in shared memory. What is posted in the middle of a turn leaves
 * the thread at once, so a thread that is slow is heard of, and one that loops is not.
 *
 *   an actor begins a batch ──> the journal entry says so
 *   a port begins a frame ────> told
 *   progress ──┬── `TELL_MS` after the last telling ──> told
 *              ├── the end of what was told to be begun ──> told
 *              └── else: told by a timer, when the event loop turns
 *
 * The catch: the end of a batch is known `TELL_MS` late. What loops before that, outside of any message, is put down to the batch.
 */
import type { Clock, TimerHandle, Timers } from '../contract/host.js';
import type { ProgressListener } from '../contract/progress.js';
import { Progress, readProgress, type Teller } from './progress.js';
import type { VmOptions } from './vm-options.js';

/** A quarter of the shortest time that is sensibly taken for a hang; and 40 messages a second cost nothing. */
export const TELL_MS = 25;

export class ProgressTeller implements Teller {
  /** Every step is told. */
  each = false;
  private toldMicros = Number.NEGATIVE_INFINITY;
  private toldBusy = false;
  private untold = false;
  private timer: TimerHandle;
  private waiting = false;
  private ended = false;

  constructor(
    private readonly memory: SharedArrayBuffer | ArrayBuffer,
    private readonly clock: Clock,
    private readonly timers: Timers,
    private readonly listener: ProgressListener,
  ) {}

  /** Something was begun. */
  changed(): void {
    const passedMicros = this.clock.nowMicros() - this.toldMicros;
    // The clock may have been set back.
    if (this.each || passedMicros < 0 || passedMicros >= TELL_MS * 1000) this.tell();
    else this.tellSoon();
  }

  /** What was begun is done. */
  done(): void {
    if (this.toldBusy) this.tell();
    else this.changed();
  }

  /** What begins next is told, however soon. */
  tellNext(): void {
    this.toldMicros = Number.NEGATIVE_INFINITY;
  }

  end(): void {
    this.ended = true;
    this.timers.clear(this.timer);
  }

  private tell(): void {
    if (this.ended) return;
    const { busy, count, place } = readProgress(this.memory);
    this.toldMicros = this.clock.nowMicros();
    this.toldBusy = busy;
    this.untold = false;
    this.listener({ busy, count, place: place && { ...place, certain: this.each || place.source !== 0 } });
  }

  private tellSoon(): void {
    this.untold = true;
    if (this.waiting || this.ended) return;
    this.waiting = true;
    this.timer = this.timers.set(TELL_MS, () => {
      this.waiting = false;
      if (this.untold) this.tell();
    });
  }
}

/** @returns the signs of life of a VM, told where its host does not see them */
export function progressOf({ memory, clock, timers, tellProgress }: VmOptions): Progress {
  const cell = memory?.progress ?? Progress.allocate(false);
  return new Progress(cell, tellProgress ? new ProgressTeller(cell, clock, timers, tellProgress) : null);
}
