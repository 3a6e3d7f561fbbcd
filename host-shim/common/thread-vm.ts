/** A VM in the host's own thread: the host's own, and on a device without workers every other. Its control calls are plain calls. */
import { CONTROL_CALLS, callsAround, type VmControl } from '../../actors/contract/control.js';
import type { VmEvents } from '../../actors/contract/events.js';
import { Standstill } from '../../actors/contract/fault.js';
import type { VmHandle, VmListener } from '../../actors/contract/host.js';
import type { VmName } from '../../actors/contract/instance.js';
import type { ProgressReader } from '../../actors/contract/progress.js';
import { reasonOf } from '../../actors/contract/thrown.js';
import { type AfterTurn, Driver, type Pumped } from './driver.js';
import { DeathWatch, guardControl } from './guard.js';
import type { WorkerVmOptions } from './worker-vm.js';

/** The part of a Vm that its thread needs. */
export type DrivenVm = VmControl & Pumped & { freeze(): void; abandon(): void };

export interface ThreadVm<V> {
  readonly handle: VmHandle;
  readonly vm: V;
  readonly lose: (reason: string) => void;
  /** True when the VM stands still, like a thread that loops for ever. */
  readonly stands: boolean;
}

export interface ThreadVmLimits extends Pick<WorkerVmOptions, 'deadlines' | 'controlDeadlineMs'> {
  /** How long the VM is pumped at a time, as its clock sees it; as any other when not given. */
  readonly pumpMicros?: number;
}

/**
 * @param create builds the VM; it calls `wake` when there is something to pump
 * @param progress null where nothing else could run while the VM hangs
 */
export function startThreadVm<V extends DrivenVm>(
  name: VmName,
  afterTurn: AfterTurn,
  create: (wake: () => void, events: VmEvents) => V,
  listener: VmListener,
  { deadlines, controlDeadlineMs, pumpMicros }: ThreadVmLimits,
  progress: ProgressReader | null = null,
): ThreadVm<V> {
  const deathWatch = new DeathWatch();
  let stands = false;
  const lose = (reason: string): void => {
    if (deathWatch.reason !== null) return;
    driver.stop();
    deathWatch.cut(reason);
    vm.abandon();
    listener.lost(reason);
  };
  const stand = (): void => {
    stands = true;
    driver.stop();
    vm.freeze();
  };
  const driver = new Driver(afterTurn, (error) => (Standstill.in(error) ? stand() : lose(reasonOf(error))), pumpMicros);
  const vm = create(driver.wake, listener);
  driver.drive(vm);
  let gone: Promise<void> | null = null;
  const terminate = (): Promise<void> => {
    driver.stop();
    deathWatch.cut('terminated');
    if (stands) vm.abandon();
    // What it cannot end in order is dropped with it, for example an actor that traps while its last state is taken.
    gone ??= vm.shutdown().catch(() => {});
    return gone;
  };
  const control = guardControl(
    name,
    answering(vm, () => stands, stand),
    { deadlines, deathWatch, deadlineMs: controlDeadlineMs, progress },
  );
  return {
    vm,
    lose,
    handle: { name, control, progress, terminate },
    get stands() {
      return stands;
    },
  };
}

/** Control calls of a VM that answers no call once it stands still, not even one that had begun. */
function answering(control: VmControl, stands: () => boolean, stand: () => void): VmControl {
  return callsAround(control, CONTROL_CALLS, async (_call, run) => {
    try {
      const answer = stands() ? undefined : await run();
      if (!stands()) return answer;
    } catch (error) {
      if (!Standstill.in(error)) throw error;
      stand();
    }
    return new Promise<never>(() => {});
  });
}
