/** Where VMs have hung of late: what hangs a second time is given up by the incarnation that recovers. */
import type { VmName } from '../instance.js';
import type { Suspect } from '../vm/suspect.js';
import type { HangNotice } from './watchdog.js';

/** Kept per VM: more than restarts of it are admitted before what it hung at is either handled or given up. */
const SUSPECTS_MAX = 32;

interface Hung {
  readonly notice: HangNotice;
  readonly reason: string;
}

export class Suspects {
  private readonly known = new Map<VmName, readonly Suspect[]>();
  /** Judged once the thread is gone. */
  private readonly pending = new Map<VmName, Hung>();

  hung(vm: VmName, notice: HangNotice, reason: string): void {
    this.pending.set(vm, { notice, reason });
  }

  /** Address of the party at which a VM seems to hang, until its thread is gone. */
  culpritIn(vm: VmName): number | undefined {
    return this.pending.get(vm)?.notice.progress.read().place?.address;
  }

  /** To be called when the thread that hung is gone: only then is it certain what it was busy with. @returns oldest first */
  of(vm: VmName): readonly Suspect[] {
    const hung = this.pending.get(vm);
    const known = this.known.get(vm) ?? [];
    this.pending.delete(vm);
    if (!hung) return known;
    const { notice, reason } = hung;
    const { busy, count, place } = notice.progress.read();
    if (!busy || !place || count !== notice.count) return known;
    const all = [...known, { ...place, reason, reported: false }].slice(-SUSPECTS_MAX);
    this.known.set(vm, all);
    return all;
  }

  /** The VM has told of its hangs. */
  reported(vm: VmName): void {
    const known = this.known.get(vm) ?? [];
    this.known.set(
      vm,
      known.map((suspect) => ({ ...suspect, reported: true })),
    );
  }
}
