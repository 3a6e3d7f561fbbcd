/**
 * What a VM does when it is woken: output without room tries to leave, links are drained, mailboxes are served in turn, until the time is
 * over or all is quiet.
 */
import { SpinWait } from '../../../bus/spin-wait.js';
import type { CellMap } from '../cell-map.js';
import type { Runtime } from '../runtime.js';

export class Pump {
  private readonly spinWait = new SpinWait();
  /** True when the last look found nothing to do but to prepare spare instances. */
  private idle = false;
  /** Whether promises of handlers may go on, in this run. */
  private goesOn = false;
  /** Whether the last run found something to do. */
  worked = false;
  /** Whether the last round has served a party. */
  private served = false;

  constructor(
    private readonly runtime: Runtime,
    private readonly map: CellMap,
  ) {}

  /** @returns true when more work waits; false when all is quiet and the links will wake the VM */
  run(budgetMicros: number): boolean {
    const { bus, options, scheduler } = this.runtime;
    const { links } = bus;
    const until = bus.tap.now() + budgetMicros;
    this.goesOn = false;
    this.worked = false;
    const mustTurn = bus.lost.begin();
    do {
      if (this.work(until)) return true;
      // Promises of a port's handlers may go on, and come first; so does what frames in the links wait for: a restart, a checkpoint.
    } while (!this.goesOn && links.empty && !options.sharesThread && this.spinWait.keep(links.all));
    // Also when there is more to do: what is done is acknowledged to those who sent it, or it would come again after a loss.
    const sleeps = links.sleep();
    return mustTurn || (!scheduler.stands && this.prepareSpares()) || !sleeps;
  }

  /** @returns true when the time is over, false when there is nothing more to do */
  private work(until: number): boolean {
    const { bus } = this.runtime;
    do {
      if (!this.round()) return false;
      this.worked = true;
      this.idle = false;
    } while (bus.tap.now() < until);
    return true;
  }

  /**
   * Prepares the spare instances of actors, one at a time. Only the second of two successive calls does something, so that the event loop
   * turns before.
   * @returns true when it is to be called again
   */
  private prepareSpares(): boolean {
    const due = this.runtime.options.spareInstances ? this.map.stateful.find((cell) => cell.spareIsDue) : undefined;
    if (!due) return false;
    if (this.idle) due.prepareSpare();
    this.idle = !this.idle;
    return true;
  }

  /** One round, whatever else waits. @returns whether a party was served */
  step(): boolean {
    this.round();
    return this.served;
  }

  /** Serves one party, and carries what came before and after. @returns false when there was nothing to do */
  private round(): boolean {
    const { bus, durability, restarts, scheduler } = this.runtime;
    const { links } = bus;
    const restarted = !scheduler.stands && restarts.run(links);
    const left = bus.retryHeld();
    const taken = links.drain();
    links.look();
    const party = scheduler.serveOne();
    this.served = party !== null;
    if (party?.goesOn) this.goesOn = true;
    links.flush();
    durability.look(scheduler.quiet);
    return restarted || left || taken || this.served;
  }

  /** Whether frames wait that could be handled, or could leave. */
  get hasWork(): boolean {
    const { bus, scheduler } = this.runtime;
    return bus.links.waiting || scheduler.hasWork || bus.blocked;
  }
}
