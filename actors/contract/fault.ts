/** Injected faults: what an actor's instance does at a frame instead of handling it, and how it hangs. */
import { Random } from '../../bus/random.js';
import { causeOf, isA } from './thrown.js';

/** hang: the handler never returns. */
export type FaultKind = 'trap' | 'hang';

/** How often a first delivery to an actor of a VM traps, drawn from a seed. */
export class TrapRate {
  private rate = 0;
  private random = new Random(0);

  set(rate: number, seed: number): void {
    this.rate = rate;
    this.random = new Random(seed);
  }

  /** @returns number of the frame in a batch of so many that traps; -1 for none */
  draw(frames: number): number {
    if (this.rate > 0) for (let i = 0; i < frames; i++) if (this.random.chance(this.rate)) return i;
    return -1;
  }
}

/** Never returns. */
export function loop(): never {
  for (;;);
}

/**
 * An endless loop in the simulation, which itself must not loop for ever: this is thrown instead. The driver of the VM then lets it stand
 * still until whoever watches it ends it.
 */
export class Standstill extends Error {
  override readonly name = 'Standstill';

  /** The standstill that this error is or was caused by. */
  static in(error: unknown): Standstill | null {
    if (isA(error, Standstill)) return error;
    const cause = causeOf(error);
    return isA(cause, Standstill) ? cause : null;
  }
}

/** The end of a thread, to order, while it is in the middle of something. */
export class ThreadEnd extends Error {
  override readonly name = 'ThreadEnd';
}

/** Whether what was thrown is a fault to order, which nobody may handle before it has ended its VM. */
export const isOrdered = (error: unknown): boolean => isA(error, ThreadEnd) || Standstill.in(error) !== null;
