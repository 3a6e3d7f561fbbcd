/**
 * What one VM does when it is woken: what has found no room leaves, links are drained, mailboxes served in turn, until the time is over or
 * all is quiet.
 */
import type { FrameSink } from '../../bus/link.js';
import { SpinWait } from '../../bus/spin-wait.js';
import type { Clock } from '../contract/host.js';
import type { Gate } from './cell/gate.js';
import type { Checkpointer } from './checkpointer.js';
import { IdleWork } from './idle-work.js';
import type { LostRequests } from './lost-requests.js';
import type { Mover } from './mover.js';
import type { PermittedRestarts } from './permitted-restarts.js';
import type { Scheduler } from './scheduler.js';
import type { VmActors } from './vm-actors.js';
import type { VmLinks } from './vm-links.js';
import type { VmPorts } from './vm-ports.js';

export interface PumpOptions {
  readonly clock: Clock;
  readonly links: VmLinks;
  readonly scheduler: Scheduler;
  readonly actors: VmActors;
  readonly ports: VmPorts;
  readonly restarts: PermittedRestarts;
  readonly moves: Mover;
  readonly lost: LostRequests;
  readonly checkpointer: Checkpointer | null;
  /** Of the VM's runtime. */
  readonly gate: Gate;
  /** Spare instances are prepared when there is nothing else to do. */
  readonly sparesInstances: boolean;
  /** Takes what is drained. */
  readonly sink: FrameSink;
}

export class Pump {
  private readonly spinWait = new SpinWait();
  private readonly idleWork: IdleWork | null;
  /** In this run. */
  private portServed = false;
  /** The last run has found something to do. */
  worked = false;

  constructor(private readonly options: PumpOptions) {
    this.idleWork = options.sparesInstances ? new IdleWork(() => options.actors.all) : null;
  }

  /** @returns true when more work waits; false when all is quiet and the links will wake the VM */
  run(budgetMicros: number): boolean {
    const { clock, links, lost } = this.options;
    const until = clock.nowMicros() + budgetMicros;
    this.portServed = false;
    this.worked = false;
    const mustTurn = lost.begin();
    do {
      if (this.work(until)) return true;
      // What a port has handled may go on in promises, which come first; so does what frames in the links wait for: a restart, a checkpoint.
    } while (!this.portServed && links.empty && this.spinWait.keep(links.all));
    return mustTurn || this.idleWork?.look() || !links.sleep();
  }

  /** @returns true when the time is over, false when there is nothing more to do */
  private work(until: number): boolean {
    const { clock, links, scheduler, restarts, moves, lost, checkpointer, sink } = this.options;
    do {
      const restarted = restarts.run(() => links.flush());
      const left = this.retryHeld();
      const taken = links.drain(sink);
      moves.look();
      lost.look();
      const served = this.serveOne();
      links.flush();
      checkpointer?.look(scheduler.quiet);
      if (!restarted && !left && !taken && !served) return false;
      this.worked = true;
      this.idleWork?.interrupted();
    } while (clock.nowMicros() < until);
    return true;
  }

  /** Frames wait that could be handled, or could leave. */
  get hasWork(): boolean {
    const { links, scheduler, gate, actors } = this.options;
    return (
      links.waiting ||
      scheduler.hasWork ||
      gate.blocked ||
      actors.orphaned.size > 0 ||
      scheduler.parties.some((party) => party.gate.blocked)
    );
  }

  /** Offers again what found no room. @returns true when something left */
  retryHeld(): boolean {
    const { gate, scheduler, actors } = this.options;
    let left = false;
    if (gate.blocked) left = gate.retry();
    for (const party of scheduler.parties) if (party.gate.blocked) left = party.gate.retry() || left;
    actors.orphaned.retry();
    return left;
  }

  /** @returns false when no party could be served */
  private serveOne(): boolean {
    const { scheduler, ports } = this.options;
    const party = scheduler.serveOne();
    if (party && ports.has(party.address)) this.portServed = true;
    return party !== null;
  }
}
