/**
 * What a VM does in the move of an actor to another VM (docs/MOVES.md): each of its steps, in the order in which the host asks for them.
 *
 *   suspend ─> settle ─> handOver (old VM) ─> adopt (new VM) ─> forget (old VM) ─> resume
 *
 * The catch: between `adopt` and `forget` the actor is in both VMs, and does nothing in either.
 */

import type { Address } from '../../protocol/names.js';
import type { ActorHandover } from '../contract/checkpoint.js';
import type { MoveControl, RecoverySpec } from '../contract/control.js';
import type { LinkPositions } from '../contract/instance.js';
import type { ActorCell } from './cell/actor-cell.js';
import type { Cells } from './cells.js';
import type { Runtime } from './runtime.js';

export class Mover implements MoveControl {
  /** Actors by address that were adopted and wait for `resume`. */
  private readonly arrived = new Map<number, ActorCell>();
  /** Calls off the move of the actor at an address, if something is still on its way to it. */
  private readonly callOff = new Map<number, () => void>();

  constructor(
    private readonly runtime: Runtime,
    private readonly cells: Cells,
  ) {}

  async suspend(address: Address): Promise<LinkPositions> {
    const { bus, tap } = this.runtime;
    bus.router.hold(address);
    const cell = this.cells.map.stateful.find((each) => each.address === address);
    cell?.suspend();
    if (cell) tap.tell.moved(address, 'suspended');
    const positions = bus.links.flushedTo();
    cell?.deaths.tell();
    return positions;
  }

  /** @throws Error when the move is called off meanwhile */
  async settle(address: Address, positions: LinkPositions): Promise<void> {
    const { bus, durability } = this.runtime;
    this.callOff.get(address)?.();
    const settled = new Promise<void>((resolve, reject) => {
      const endWait = bus.links.when(() => bus.links.reached(positions), resolve);
      this.callOff.set(address, () => {
        endWait();
        reject(new Error('the move was called off'));
      });
    });
    bus.links.look();
    bus.wake();
    await settled;
    await durability.make();
  }

  /** @throws Error when the actor is not suspended here */
  async handOver(actor: string): Promise<ActorHandover> {
    const cell = this.cells.map.withStateNamed(actor);
    const handover = cell.handOver();
    const { bus, tap } = this.runtime;
    tap.tell.moved(cell.address, 'handedOver');
    return { ...handover, requests: bus.requests.openOf((address) => address === cell.address) };
  }

  /** @throws Error when there is no twin, or when the twin does not reach the state that is handed over */
  async adopt(spec: RecoverySpec, handover: ActorHandover): Promise<void> {
    const loading = this.cells.loading([{ party: spec.party, version: handover.version ?? spec.version }]);
    if (loading) await loading;
    const { bus, durability, tap } = this.runtime;
    const { position } = durability.journal;
    const cell = this.cells.create(spec, { ...handover, position, handledTo: position });
    bus.requests.restore(handover.requests, (address) => address === cell.address);
    try {
      cell.adopt(handover);
    } catch (error) {
      await this.forget(spec.party);
      throw error;
    }
    bus.router.addLocal(cell);
    tap.tell.moved(cell.address, 'adopted');
    this.arrived.set(cell.address, cell);
    await durability.make();
  }

  /** Drops an actor that now belongs, or still belongs, to another VM. Does nothing when it is not here. */
  async forget(actor: string): Promise<void> {
    if (!this.cells.map.get(actor)) return;
    const cell = this.cells.map.withStateNamed(actor);
    const { bus, tap } = this.runtime;
    this.arrived.delete(cell.address);
    bus.requests.forget(cell.address);
    cell.dispose();
    this.cells.drop(cell);
    tap.tell.moved(cell.address, 'forgotten');
    bus.wake(); // what found no room in its mailbox goes on to where it is now
  }

  async resume(address: Address): Promise<void> {
    const { bus, tap } = this.runtime;
    this.callOff.get(address)?.();
    this.callOff.delete(address);
    bus.router.lift(address);
    const cell = this.arrived.get(address);
    if (cell) {
      this.arrived.delete(address);
      cell.arrive();
      tap.tell.moved(address, 'resumed');
      this.cells.serve(cell);
      bus.watchDeadlines();
    }
    bus.wake();
  }
}
