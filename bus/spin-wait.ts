/**
 * Looks at the links a little longer before their reader goes to sleep: waking a thread costs tens of microseconds, and an answer often
 * comes sooner. That pays while two VMs talk and the other runs on a core of its own; otherwise it is time wasted. So a spin-wait in vain is
 * followed by sleeps without one, each time twice as many, until one has been worth it again.
 *
 * The catch: nothing else runs on the thread meanwhile. It lasts about as long as a wake-up that it saves.
 */
import type { LinkReader } from './link.js';

/** Looks of one spinWait: about 20 microseconds with an optimising engine. */
const LOOKS_MAX = 5000;
/** Sleeps without a spin-wait, after many in vain: what spin-waits cost then is nothing to speak of. */
const SLEEPS_MAX = 1023;

export class SpinWait {
  private sleepsAfterFailure = 0;
  private sleepsLeft = 0;

  /** @returns true when frames have come */
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
