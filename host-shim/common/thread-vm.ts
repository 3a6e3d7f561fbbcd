/** A VM in the host's own thread: the host's, and on a device without workers every other. Its control calls are plain calls. */
import type { VmControl, VmEvents } from '../../actors/control.js';
import type { VmHandle, VmListener } from '../../actors/host.js';
import type { VmName } from '../../actors/instance.js';
import { guardControl, Lifeline } from '../../actors/supervisor/guard.js';
import { type AfterTurn, Driver, type Pumped } from './driver.js';
import type { WorkerVmOptions } from './worker-vm.js';

/** What of a Vm its thread needs. */
export type DrivenVm = VmControl & Pumped & { abandon(): void };

/** @param create builds the VM; it calls `wake` when there is something to pump */
export function startThreadVm<V extends DrivenVm>(
  name: VmName,
  afterTurn: AfterTurn,
  create: (wake: () => void, events: VmEvents) => V,
  listener: VmListener,
  options: WorkerVmOptions,
): { readonly handle: VmHandle; readonly vm: V; readonly lose: (reason: string) => void } {
  const lifeline = new Lifeline();
  const lose = (reason: string): void => {
    if (lifeline.reason !== null) return;
    driver.stop();
    lifeline.cut(reason);
    vm.abandon();
    listener.lost(reason);
  };
  const driver = new Driver(afterTurn, (error) => lose(String(error)));
  const vm = create(driver.wake, listener);
  driver.drive(vm);
  let gone: Promise<void> | null = null;
  const terminate = (): Promise<void> => {
    driver.stop();
    lifeline.cut('terminated');
    // What it cannot end in order, as an actor that traps while its last state is taken, is given up with it.
    gone ??= vm.shutdown().catch(() => {});
    return gone;
  };
  return { vm, lose, handle: { name, control: guardControl(name, vm, options.timers, lifeline, options.controlDeadlineMs), terminate } };
}
