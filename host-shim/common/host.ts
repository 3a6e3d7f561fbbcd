/** The host shared by Node and browsers: its own VM for the ports, and each other VM in a worker or, without workers, in its thread. */
import { OneThreadHost } from './host-here.js';
import { Threads } from './threads.js';

export class PlatformHost extends OneThreadHost {
  protected override readonly threads = new Threads(this.forThreads());
}
