/**
 * What a host remembers of its VMs' guests from one incarnation to the next: modules that were compiled and have run need not be loaded
 * again. So the next incarnation runs the same code, whatever has become of its server.
 */
import type { UnfitGuest } from '../../actors/contract/host.js';
import type { WorkerName } from './definition.js';
import { type GuestModules, type KnownGuests, NOTHING_KNOWN } from './known-guests.js';
import type { WorkerVm } from './worker-vm.js';

export class GuestMemory {
  private readonly known = new Map<WorkerName, KnownGuests>();

  of(name: WorkerName): KnownGuests {
    return this.known.get(name) ?? NOTHING_KNOWN;
  }

  /** A guest that loops while it starts is not tried again. */
  refuse(name: WorkerName, guest: UnfitGuest): void {
    const { modules, unfit } = this.of(name);
    this.known.set(name, { modules, unfit: [...unfit, guest] });
  }

  /** Keeps modules that have run. */
  keep(name: WorkerName, modules: GuestModules): void {
    const known = this.of(name);
    this.known.set(name, { modules: new Map([...known.modules, ...modules]), unfit: known.unfit });
  }

  /** Asks the thread of a started VM for its modules. If it no longer answers, the next one loads its guests itself. */
  learn(name: WorkerName, worker: WorkerVm): void {
    worker.modules().then(
      (modules) => this.keep(name, modules),
      () => {},
    );
  }
}
