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

export interface ThreadVmLimits extends Pick<WorkerVmOptions, 'deadlines' | 'controlDeadlineMs'> {
  /** How long the VM is pumped at a time, as its clock sees it; as any other when not given. */
  readonly pumpMicros?: number;
}

export class ThreadVm<V extends DrivenVm> {
  readonly vm: V;
  readonly handle: VmHandle;
  private readonly deathWatch = new DeathWatch();
  private readonly driver: Driver;
  private readonly listener: VmListener;
  private standsStill = false;
  private gone: Promise<void> | null = null;

  /**
   * @param create builds the VM; it calls `wake` when there is something to pump
   * @param progress null where nothing else could run while the VM hangs
   */
  constructor(
    name: VmName,
    afterTurn: AfterTurn,
    create: (wake: () => void, events: VmEvents) => V,
    listener: VmListener,
    { deadlines, controlDeadlineMs, pumpMicros }: ThreadVmLimits,
    progress: ProgressReader | null = null,
  ) {
    this.listener = listener;
    this.driver = new Driver(afterTurn, (error) => this.failed(error), pumpMicros);
    this.vm = create(this.driver.wake, listener);
    this.driver.drive(this.vm);
    const limits = { deadlines, deathWatch: this.deathWatch, deadlineMs: controlDeadlineMs, progress };
    this.handle = { name, control: guardControl(name, this.answering(), limits), progress, terminate: () => this.terminate() };
  }

  /** True when the VM stands still, like a thread that loops for ever. */
  get stands(): boolean {
    return this.standsStill;
  }

  lose(reason: string): void {
    if (this.deathWatch.reason !== null) return;
    this.driver.stop();
    this.deathWatch.cut(reason);
    this.vm.abandon();
    this.listener.lost(reason);
  }

  private failed(error: unknown): void {
    if (Standstill.in(error)) this.stand();
    else this.lose(reasonOf(error));
  }

  private stand(): void {
    this.standsStill = true;
    this.driver.stop();
    this.vm.freeze();
  }

  private terminate(): Promise<void> {
    this.driver.stop();
    this.deathWatch.cut('terminated');
    if (this.stands) this.vm.abandon();
    // What it cannot end in order, as an actor that traps while its last state is taken, is lost with it.
    this.gone ??= this.vm.shutdown().catch(() => {});
    return this.gone;
  }

  /** The VM's calls. None is answered once it stands still, not even those that had begun. */
  private answering(): VmControl {
    return callsAround(this.vm, CONTROL_CALLS, async (_call, run) => {
      try {
        const answer = this.stands ? undefined : await run();
        if (!this.stands) return answer;
      } catch (error) {
        if (!Standstill.in(error)) throw error;
        this.stand();
      }
      return new Promise<never>(() => {});
    });
  }
}
