/** Traps to order: how often a first delivery to an actor of the VM is to trap, drawn from a seed. */
import { Random } from '../bus/random.js';

export class TrapRate {
  private rate = 0;
  private random = new Random(0);

  set(rate: number, seed: number): void {
    this.rate = rate;
    this.random = new Random(seed);
  }

  /** @returns number of the frame in a batch that is to trap, or -1 */
  draw(frames: number): number {
    if (this.rate === 0) return -1;
    for (let i = 0; i < frames; i++) if (this.random.chance(this.rate)) return i;
    return -1;
  }
}
