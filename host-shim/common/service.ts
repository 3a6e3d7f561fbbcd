/**
 * The worker's end of the control plane: what Comlink exposes to the host.
 *
 *   host ── start(boot, events) ──▶ worker    loads the guests, builds the VM, starts to drive it
 *   host ── control.spawn(...) ... ──▶ worker
 *   host ◀── events.ended(report) ... ── worker
 */
import { type Endpoint, expose, type Remote, transfer } from 'comlink';
import type { VmControl, VmEvents } from '../../actors/control.js';
import type { VmName } from '../../actors/instance.js';
import type { VmMemory } from '../../actors/vm-options.js';

export interface Boot {
  readonly name: Exclude<VmName, 'host'>;
  readonly wasm: boolean;
  /** Name of the lock that this thread holds for as long as it lives; empty where the platform itself tells of a thread's death. */
  readonly lifeLock: string;
  readonly memory: VmMemory;
  /** Where the host does not see that memory: takes every journal entry. */
  readonly journalPort?: MessagePort;
  readonly spareInstances: boolean;
}

export interface VmService {
  start(boot: Boot, events: VmEvents): Promise<void>;
  /** There once `start` has resolved. */
  readonly control: VmControl;
}

/** @param start builds the VM and drives it */
export function exposeVm(endpoint: Endpoint, start: (boot: Boot, events: VmEvents) => Promise<VmControl>): void {
  const service = {
    control: null as VmControl | null,
    async start(boot: Boot, events: Remote<VmEvents>): Promise<void> {
      service.control = await start(boot, {
        ended: (report) => void events.ended(report),
        poisoned: (report, frame) => void events.poisoned(report, frame),
        checkpoint: (bytes, neededFrom) => events.checkpoint(transfer(bytes, [bytes.buffer]), neededFrom),
      });
    },
  };
  expose(service, endpoint);
}
