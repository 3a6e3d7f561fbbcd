/** Injected faults: how often a first delivery to an actor of the VM traps or hangs, drawn from seeds. */
import { Random } from '../../../bus/random.js';
import type { Fault, FaultKind } from '../../contract/fault.js';

class FaultRate {
  rate = 0;
  private random = new Random(0);

  set(rate: number, seed: number): void {
    this.rate = rate;
    this.random = new Random(seed);
  }

  /** @returns number of the frame in a batch, or Infinity */
  draw(frames: number): number {
    if (this.rate === 0) return Number.POSITIVE_INFINITY;
    for (let i = 0; i < frames; i++) if (this.random.chance(this.rate)) return i;
    return Number.POSITIVE_INFINITY;
  }
}

export class FaultRates {
  private readonly rates = { trap: new FaultRate(), hang: new FaultRate() };

  set(kind: FaultKind, rate: number, seed: number): void {
    this.rates[kind].set(rate, seed);
  }

  /** @returns the fault for a batch of so many frames, or null */
  draw(frames: number): Fault | null {
    const { trap, hang } = this.rates;
    if (trap.rate === 0 && hang.rate === 0) return null;
    const trapAt = trap.draw(frames);
    const hangAt = hang.draw(frames);
    const frame = Math.min(trapAt, hangAt);
    return frame < frames ? { kind: trapAt <= hangAt ? 'trap' : 'hang', frame } : null;
  }
}
