/**
 * Looks at the links a little longer before their reader goes to sleep: waking a thread costs tens of microseconds, and an answer often
 * comes sooner. That pays while two VMs talk and the other runs on a core of its own; otherwise it is wasted time. So after a spin-wait
 * in vain the VM sleeps without one, each time twice as often, until one is worth it again.
 *
 * The catch: nothing else runs on the thread meanwhile. It lasts about as long as the wake-up that it saves.
 */
import type { LinkReader } from './link.js';

/** Looks in one spin-wait: about 20 microseconds with an optimising engine. */
const LOOKS_MAX = 5000;
/** Most sleeps without a spin-wait, after many in vain: then the cost of spin-waits is negligible. */
const SLEEPS_MAX = 1023;

export class SpinWait {
  private sleepsAfterFailure = 0;
  private sleepsLeft = 0;

  /** @returns true when frames have arrived */
  keep(links: readonly { readonly reader: LinkReader }[]): boolean {
    if (links.length === 0) return false;
    if (this.sleepsLeft > 0) {
      this.sleepsLeft--;
      return false;
    }
    for (let look = 0; look < LOOKS_MAX; look++) {
      for (let i = 0; i < links.length; i++) {
        if (links[i].reader.empty) continue;
        this.sleepsAfterFailure = 0;
        return true;
      }
    }
    this.sleepsAfterFailure = Math.min(2 * this.sleepsAfterFailure + 1, SLEEPS_MAX);
    this.sleepsLeft = this.sleepsAfterFailure;
    return false;
  }
}
