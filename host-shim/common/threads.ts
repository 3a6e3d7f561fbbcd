/** VMs in workers: their threads and spares, what is between a thread and its host, and what its links are made of. A page without threads has none of it. */
import { transfer } from 'comlink';
import type { VmHandle, VmListener } from '../../actors/contract/host.js';
import type { WorkerEntry, WorkerName } from './definition.js';
import type { GuestMemory } from './guest-memory.js';
import { JournalPort } from './journal-port.js';
import type { Memories } from './memories.js';
import type { HostPlatform } from './platform.js';
import { rings } from './rings.js';
import type { Boot, Preparation } from './service.js';
import { Spares } from './spares.js';
import { platformTimers } from './timers.js';
import { portsOf, type TransportPair } from './transport.js';
import { GuestHangs, WorkerVm, type WorkerVmOptions } from './worker-vm.js';

/** What a host gives to its threads. */
export interface ThreadsHost {
  readonly platform: Pick<HostPlatform, 'newLifeLock' | 'startThread' | 'readToEnd'>;
  readonly memories: Memories;
  readonly guests: GuestMemory;
  readonly limits: WorkerVmOptions;
  readonly entryOf: (name: WorkerName) => WorkerEntry;
  readonly preparationOf: (name: WorkerName, lifeLock: string) => Preparation;
}

export class Threads {
  readonly rings = rings;
  readonly spares = new Spares((name) => this.prepare(name), platformTimers);
  /** Journal ports of the VMs whose journal this host does not see. */
  readonly journals = new Map<WorkerName, JournalPort>();

  constructor(private readonly host: ThreadsHost) {}

  /** @throws ControlError */
  async start(boot: Omit<Boot, 'journalPort' | 'stretches'>, listener: VmListener): Promise<VmHandle> {
    const { name, memory } = boot;
    const spare = memory.recovers ? this.spares.take(name) : null;
    const worker = await this.prepared(name, spare ?? this.prepare(name));
    const journal = this.openJournal(name);
    try {
      const handle = await worker.start(boot, listener, journal);
      this.host.guests.learn(name, worker);
      return handle;
    } catch (error) {
      // A thread that never started does not close it, and the next incarnation would wait for that for ever.
      journal?.remote.close();
      throw error;
    }
  }

  /** The ends of a VM, to be handed over to its thread. */
  handedOver = (ends: TransportPair): TransportPair => transfer(ends, portsOf(ends));

  private prepare(name: WorkerName): WorkerVm {
    const { platform, limits, entryOf, preparationOf } = this.host;
    const lifeLock = platform.newLifeLock();
    return new WorkerVm(platform.startThread(name, entryOf(name), lifeLock), name, preparationOf(name, lifeLock), limits);
  }

  /** If a guest loops while it starts, another thread follows without that guest. @throws ControlError */
  private async prepared(name: WorkerName, worker: WorkerVm): Promise<WorkerVm> {
    try {
      await worker.prepared;
      return worker;
    } catch (error) {
      if (!(error instanceof GuestHangs)) throw error;
      this.host.guests.refuse(name, error.guest);
      return this.prepared(name, this.prepare(name));
    }
  }

  private openJournal(name: WorkerName): JournalPort | undefined {
    const mirror = this.host.memories.mirrorOf(name);
    if (!mirror) return undefined;
    const journal = new JournalPort(mirror, this.host.platform.readToEnd);
    this.journals.set(name, journal);
    return journal;
  }
}
