/**
 * What a VM does in the move of an actor to another VM (docs/MOVES.md): each of its steps, in the order in which the host asks for them.
 *
 *   suspend ─> settle ─> handOver (old VM) ─> adopt (new VM) ─> forget (old VM) ─> resume
 *
 * The catch: between `adopt` and `forget` the actor is in both VMs, and does nothing in either.
 */

import type { LinkPositions, MoveControl, RecoverySpec } from '../contract/control.js';
import type { ActorHandover } from '../contract/handover.js';
import type { ActorCell } from './cell/cell.js';
import { adopt, arrive, handOver, suspend } from './cell/handover.js';
import type { Checkpointer } from './checkpointer.js';
import type { PortServices } from './port/port.js';
import type { Scheduler } from './scheduler.js';
import type { VmActors } from './vm-actors.js';
import type { VmLinks } from './vm-links.js';

export interface MoverOptions {
  readonly links: VmLinks;
  readonly scheduler: Scheduler;
  readonly checkpointer: Checkpointer | null;
  readonly actors: VmActors;
}

interface Settling {
  readonly address: number;
  readonly positions: LinkPositions;
  readonly resolve: () => void;
  readonly reject: (error: Error) => void;
}

export class Mover implements MoveControl {
  /** By address: adopted, and waiting for `resume`. */
  private readonly arrived = new Map<number, ActorCell>();
  private settling: readonly Settling[] = [];

  constructor(
    private readonly services: PortServices,
    private readonly options: MoverOptions,
  ) {}

  async suspend(address: number): Promise<LinkPositions> {
    const { links, actors } = this.options;
    this.services.router.hold(address);
    const cell = actors.all.find((each) => each.address === address);
    if (cell) {
      suspend(cell.core);
      this.services.tap.moved(address, 'suspended');
    }
    const positions = links.flushedTo();
    cell?.reportEnds();
    return positions;
  }

  /** @throws Error when the move is called off meanwhile */
  async settle(address: number, positions: LinkPositions): Promise<void> {
    const settled = new Promise<void>((resolve, reject) => {
      this.settling = [...this.settling, { address, positions, resolve, reject }];
    });
    this.look();
    this.services.wake();
    await settled;
    await this.options.checkpointer?.make();
  }

  /** To be called when links were drained. */
  look(): void {
    if (this.settling.length === 0) return;
    const reached = this.settling.filter(({ positions }) => this.options.links.reached(positions));
    this.settling = this.settling.filter((each) => !reached.includes(each));
    for (const { resolve } of reached) resolve();
  }

  /** @throws Error when the actor is not suspended here */
  async handOver(actor: string): Promise<ActorHandover> {
    const cell = this.options.actors.cells.get(actor);
    if (cell?.core.state !== 'moving') throw new Error(`${actor} is not suspended`);
    this.services.tap.moved(cell.address, 'handedOver');
    return { ...handOver(cell.core), requests: this.services.requests.openOf((address) => address === cell.address) };
  }

  /** @throws Error when there is no twin, or when it does not come to the state that is handed over */
  async adopt(spec: RecoverySpec, handover: ActorHandover): Promise<void> {
    const { router, requests, journal, tap } = this.services;
    const { actors, checkpointer } = this.options;
    const { position } = journal;
    const cell = actors.create(spec, { ...handover, position, handledTo: position });
    requests.restore(handover.requests, (address) => address === cell.address);
    try {
      adopt(cell.core, handover);
    } catch (error) {
      await this.forget(spec.party);
      throw error;
    }
    router.addLocal(cell);
    tap.moved(cell.address, 'adopted');
    this.arrived.set(cell.address, cell);
    await checkpointer?.make();
  }

  /** Drops an actor that is another VM's now, or still. Does nothing when it is not here. */
  async forget(actor: string): Promise<void> {
    const cell = this.options.actors.cells.get(actor);
    if (!cell) return;
    this.arrived.delete(cell.address);
    this.services.requests.forget(cell.address);
    cell.core.incarnations.dispose();
    this.options.actors.drop(cell);
    this.services.tap.moved(cell.address, 'forgotten');
    this.services.wake(); // what found no room in its mailbox goes on to where it is now
  }

  async resume(address: number): Promise<void> {
    const { router, requests, watchDeadline, wake, tap } = this.services;
    const calledOff = this.settling.filter((each) => each.address === address);
    this.settling = this.settling.filter((each) => each.address !== address);
    for (const { reject } of calledOff) reject(new Error('the move was called off'));
    router.lift(address);
    const cell = this.arrived.get(address);
    if (cell) {
      this.arrived.delete(address);
      arrive(cell.core);
      tap.moved(address, 'resumed');
      this.options.scheduler.add(cell);
      watchDeadline(requests.nextDeadline);
    }
    wake();
  }
}
