/** Where VMs have hung, or their threads have ended, of late: what does so a second time is given up by the incarnation that recovers. */
import type { VmName } from '../contract/instance.js';
import type { Place, ProgressReader } from '../contract/progress.js';
import type { Suspect } from '../contract/suspect.js';
import type { HangNotice } from './watchdog.js';

/** Kept per VM: more than restarts of it are admitted before what it hung at is either handled or given up. */
const SUSPECTS_MAX = 32;

/** A VM that is lost. It is judged once its thread is gone: only then is it certain what it was busy with. */
interface Loss {
  readonly reason: string;
  readonly hung: boolean;
  /** At which it seems to hang. */
  readonly culprit: () => number | undefined;
  /** Null when it was at nothing. */
  readonly place: () => Place | null;
}

export class Suspects {
  private readonly known = new Map<VmName, readonly Suspect[]>();
  private readonly pending = new Map<VmName, Loss>();

  hung(vm: VmName, { progress, count: noticed }: HangNotice, reason: string): void {
    const place = () => {
      const { busy, count, place } = progress.read();
      return busy && count === noticed ? place : null;
    };
    this.pending.set(vm, { reason, hung: true, culprit: () => progress.read().place?.address, place });
  }

  /** The thread of a VM has ended unasked. When it was ended because it hung, that is known already. */
  ended(vm: VmName, progress: ProgressReader, reason: string): void {
    if (this.pending.has(vm)) return;
    const place = () => {
      const { busy, place } = progress.left();
      return busy ? place : null;
    };
    const [firstLine] = reason.split('\n', 1);
    this.pending.set(vm, { reason: `its thread ended at it: ${firstLine}`, hung: false, culprit: () => undefined, place });
  }

  /** Address of the party at which a VM seems to hang, until its thread is gone. */
  culpritIn(vm: VmName): number | undefined {
    return this.pending.get(vm)?.culprit();
  }

  /** To be called when the thread that hung is gone. @returns oldest first */
  of(vm: VmName): readonly Suspect[] {
    const loss = this.pending.get(vm);
    const known = this.known.get(vm) ?? [];
    this.pending.delete(vm);
    const place = loss?.place();
    if (!loss || !place) return known;
    const { reason, hung } = loss;
    // Of a thread that may have been done with it nothing is told: it is a try, no more.
    const suspect = { ...place, reason, hung, reported: !hung && !place.certain };
    const all = [...known, suspect].slice(-SUSPECTS_MAX);
    this.known.set(vm, all);
    return all;
  }

  /** The VM has told of its hangs. */
  reported(vm: VmName): void {
    this.update(vm, (known) => known.map((suspect) => ({ ...suspect, reported: true })));
  }

  /** The VM has recovered: what an actor does besides handling frames it has done, or it is not asked for it any more. */
  passed(vm: VmName): void {
    this.update(vm, (known) => known.filter(({ position, source }) => position >= 0 || source !== 0));
  }

  private update(vm: VmName, change: (known: readonly Suspect[]) => readonly Suspect[]): void {
    this.known.set(vm, change(this.known.get(vm) ?? []));
  }
}
