/**
 * Runs a VM on an event loop: pumps when frames have arrived, and lets the loop turn between two pumps so that control calls, timers
 * and (in the host's thread) painting get their time.
 *
 *   wake ──▶ end of the running task ──▶ pump ──more──▶ turn of the event loop ──▶ pump ...
 *                                          └──done──▶ asleep until the next wake
 *
 * The first pump follows in the task of its wake, so a frame is handled without another turn of the loop.
 */

/** Time of one pump: half a frame at 60 per second, so that the frame's own work still fits. */
const PUMP_BUDGET_MICROS = 8_000;

/** Calls back after the event loop has turned once. */
export type AfterTurn = (callback: () => void) => void;

export interface Pumped {
  /** Handles waiting frames for about this long. @returns true when more wait */
  pump(budgetMicros: number): boolean;
}

export class Driver {
  private active = false;
  private wanted = false;
  private pumped: Pumped | null = null;

  constructor(
    private readonly afterTurn: AfterTurn,
    /** Called when a pump throws. That ends its VM: nothing is driven any more. */
    private readonly onFailure: (error: unknown) => void,
    private readonly pumpMicros = PUMP_BUDGET_MICROS,
  ) {}

  /** Sets the VM to drive. The two need each other: the VM gets `wake` before it can be driven. */
  drive(pumped: Pumped): void {
    this.pumped = pumped;
    this.wake();
  }

  readonly wake = (): void => {
    this.wanted = true;
    if (this.active || !this.pumped) return;
    this.active = true;
    queueMicrotask(this.run);
  };

  stop(): void {
    this.pumped = null;
  }

  private readonly run = (): void => {
    if (!this.pumped) return;
    this.wanted = false;
    try {
      const more = this.pumped.pump(this.pumpMicros);
      if (more) this.afterTurn(this.run);
      else if (this.wanted) queueMicrotask(this.run);
      else this.active = false;
    } catch (error) {
      this.stop();
      this.onFailure(error);
    }
  };
}
