/** Who looks after the VMs that run: each is watched for hangs, and has a spare thread kept ready for when it is lost. */
import type { Host, VmHandle, VmListener } from '../contract/host.js';
import type { VmName } from '../contract/instance.js';
import type { VmStatus } from './change-feed.js';
import { ENDED } from './supervised-vm.js';
import type { VmState } from './vm-machine.js';
import { type HangNotice, Watchdog } from './watchdog.js';

/** A VM that hangs as it shuts down is ended at once. */
const WATCHED: readonly VmState[] = ['running', 'recovering', 'stopping'];

/** For how long a VM has run until now, or until it began to run, and when that was. */
interface Life {
  readonly micros: number;
  readonly since: number | null;
}

export class VmCare {
  private readonly watchdog: Watchdog;
  private readonly lives = new Map<VmName, Life>();

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
      const { micros, since } = this.lifeOf(handle.name);
      if (since !== null) this.lives.set(handle.name, { micros: micros - this.hangMs * 1000, since });
      this.onHang(handle.name, notice, reason);
      void handle.terminate();
      listener.lost(reason);
    });
  }

  /** How long a VM has run, and not hung: a budget of restarts is for that time, or one that hangs at everything, or never starts, would not exhaust it. */
  livedMicros(vm: VmName): number {
    const { micros, since } = this.lifeOf(vm);
    return since === null ? micros : micros + this.host.clock.nowMicros() - since;
  }

  private lifeOf(vm: VmName): Life {
    return this.lives.get(vm) ?? { micros: 0, since: null };
  }

  changed({ vm, state }: VmStatus): void {
    this.lives.set(vm, { micros: this.livedMicros(vm), since: state === 'running' ? this.host.clock.nowMicros() : null });
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
