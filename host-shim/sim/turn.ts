/** The real event loop, under the virtual clock: the simulation runs in Node. */
import { afterMicrotasks, afterTurn } from '../node/turn.js';

/** One of so many turns is the whole event loop's, so that signals, other threads and the garbage collector get their time in a long run. */
const PART_TURNS = 64;

/**
 * Lets every promise settle that can: no microtask is left. The whole event loop would look at its files and sockets each time, and a run
 * has thousands of turns.
 */
export class Turns {
  private count = 0;

  next(): Promise<void> {
    this.count++;
    return new Promise(this.count % PART_TURNS === 0 ? afterTurn : afterMicrotasks);
  }
}
