/** Who looks after the VMs that run: each is watched for hangs, and has a spare thread kept ready for when it is lost. */
import type { Host, VmHandle, VmListener } from '../host.js';
import type { VmName } from '../instance.js';
import type { VmStatus } from './change-feed.js';
import { ENDED } from './supervised-vm.js';
import type { VmState } from './vm-machine.js';
import { type HangNotice, Watchdog } from './watchdog.js';

/** A VM that hangs as it shuts down is ended at once. */
const WATCHED: readonly VmState[] = ['running', 'recovering', 'stopping'];

export class VmCare {
  private readonly watchdog: Watchdog;
  /** For how long each has hung. */
  private readonly hungMicros = new Map<VmName, number>();

  constructor(
    private readonly host: Host,
    private readonly hangMs: number,
    /** Told before the VM is lost for that. */
    private readonly onHang: (vm: VmName, notice: HangNotice, reason: string) => void,
  ) {
    this.watchdog = new Watchdog(host, hangMs);
  }

  started(handle: VmHandle, listener: VmListener): void {
    this.watchdog.watch(handle, (notice) => {
      const reason = `hang: no progress in ${this.hangMs} ms`;
      this.hungMicros.set(handle.name, this.hungMicrosOf(handle.name) + this.hangMs * 1000);
      this.onHang(handle.name, notice, reason);
      void handle.terminate();
      listener.lost(reason);
    });
  }

  /** How long a VM has lived, and not hung: a budget of restarts is for that time, or one that hangs at everything would never exhaust it. */
  livedMicros(vm: VmName): number {
    return this.host.clock.nowMicros() - this.hungMicrosOf(vm);
  }

  private hungMicrosOf(vm: VmName): number {
    return this.hungMicros.get(vm) ?? 0;
  }

  changed({ vm, state }: VmStatus): void {
    if (!WATCHED.includes(state)) this.watchdog.forget(vm);
    if (state === 'running' || ENDED.includes(state)) void this.keepSpare(vm, state === 'running');
  }

  /** Resolves when no spare is left of these. */
  async release(vms: readonly VmName[]): Promise<void> {
    await Promise.all(vms.map((vm) => this.keepSpare(vm, false)));
  }

  private async keepSpare(vm: VmName, kept: boolean): Promise<void> {
    if (vm !== 'host') await this.host.keepSpare(vm, kept);
  }
}
