/**
 * What a host knows of the guests of its VMs from one incarnation to the next: modules that were compiled and have run need not be loaded again. So what
 * comes back is the code that was there, whatever has become of its server.
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

  /** What loops as it starts is not tried again. */
  refuse(name: WorkerName, guest: UnfitGuest): void {
    const { modules, unfit } = this.of(name);
    this.known.set(name, { modules, unfit: [...unfit, guest] });
  }

  /** These have run. */
  keep(name: WorkerName, modules: GuestModules): void {
    const known = this.of(name);
    this.known.set(name, { modules: new Map([...known.modules, ...modules]), unfit: known.unfit });
  }

  /** A VM has started in a thread. Where that has no answer any more, the next one loads its guests itself. */
  learn(name: WorkerName, worker: WorkerVm): void {
    worker.modules().then(
      (modules) => this.keep(name, modules),
      () => {},
    );
  }
}
