/**
 * How a lost VM goes on: with the memory of the former incarnation, and the newest checkpoint that its host holds.
 *
 *   linked with every VM that runs ─> routes ─> former incarnations of its actors fenced ─> recover ─> its ports may send
 *
 * One VM after another, so that each is linked with those that came back before it.
 */
import type { VmControl } from '../../contract/control.js';
import { ControlError, type Host, type VmHandle } from '../../contract/host.js';
import type { VmName } from '../../contract/instance.js';
import type { Place, ProgressReader, Suspect } from '../../contract/progress.js';
import type { VmStatus } from '../change-feed.js';
import type { Debugging } from '../debugging.js';
import type { Directory } from '../directory.js';
import type { SupervisedVm } from './supervised-vm.js';
import type { HangNotice } from './watchdog.js';

/** Random faults, for demonstrations and tests. */
export interface TrapRate {
  /** Probability that a first delivery to a Wasm actor traps; 0 for none. */
  readonly trapRate: number;
  /** Seed of the draws. */
  readonly seed: number;
}

/** To be called for each VM that is linked and routed, before its ports may send. */
export async function setTrapRate({ name, control }: Pick<VmHandle, 'name' | 'control'>, { trapRate, seed }: TrapRate): Promise<void> {
  if (trapRate > 0 && name === 'wasm') await control.setTrapRate(trapRate, seed);
}

/**
 * A thread that is gone does not send any more, so no frame of its incarnation has to be refused; and what it had published is on its way
 * in memory that still exists.
 */
const EVERYTHING = Number.MAX_SAFE_INTEGER;

export class VmRecovery {
  private readonly checkpoints = new Map<VmName, Uint8Array>();
  private readonly suspects = new Suspects();
  /** Signs of life of the present incarnations. */
  private readonly progress = new Map<VmName, ProgressReader | null>();
  private last: Promise<void> = Promise.resolve();

  constructor(
    private readonly host: Host,
    private readonly directory: Directory,
    private readonly faults: TrapRate,
    private readonly debugging: Debugging,
  ) {}

  /** @param bytes the newest checkpoint of this VM's present incarnation */
  keep(vm: VmName, bytes: Uint8Array): void {
    this.checkpoints.set(vm, bytes);
  }

  /** The next incarnation of a VM has started. */
  began({ name, progress }: VmHandle): void {
    this.progress.set(name, progress);
  }

  /** A VM is lost: what it was busy with may be the reason. */
  ended(vm: VmName, reason: string): void {
    const progress = this.progress.get(vm);
    if (progress) this.suspects.ended(vm, progress, reason);
  }

  /** A VM hangs, and is ended for that. */
  hung(vm: VmName, notice: HangNotice, reason: string): void {
    this.suspects.hung(vm, notice, reason);
  }

  /** Address of the party at which a lost VM hung; undefined when it did not hang. */
  hungPartyIn(vm: VmName): number | undefined {
    return this.suspects.hungPartyIn(vm);
  }

  /** A recovered VM has reported where it hung. */
  reported(vm: VmName): void {
    this.suspects.reported(vm);
  }

  /** @throws the error of the step that failed; then the thread is ended */
  recover(vm: SupervisedVm, handle: VmHandle): Promise<void> {
    const recovery = this.last.then(() => this.revive(handle, vm.status));
    this.last = recovery.then(
      () => vm.recovered(),
      () => {},
    );
    return recovery;
  }

  private async revive(handle: VmHandle, { failedOver }: VmStatus): Promise<void> {
    const { host, directory } = this;
    const { name, control } = handle;
    try {
      const peers = directory.vms.live.filter((vm) => vm.name !== name);
      for (const peer of peers) await unlessLost(peer, () => host.connect(handle, peer.handle));
      const everywhere = (order: (control: VmControl) => Promise<void>) =>
        Promise.all([order(control), ...peers.map((peer) => unlessLost(peer, () => order(peer.control)))]);
      await everywhere((each) => each.setRoutes(directory.routes));
      const going = directory.in(name).filter(({ state }) => state === 'recovering');
      for (const { status } of going) await everywhere((each) => each.fence(status.address, status.epoch, EVERYTHING));
      // It was not there when others came back, and may hear of their new incarnations before the rest of what the former ones had sent.
      const others = peers.flatMap((peer) => directory.in(peer.name));
      const restarted = others.map(({ status }) => status).filter(({ epoch }) => epoch > 1);
      await Promise.all(restarted.map(({ address, epoch }) => control.fence(address, epoch, EVERYTHING)));
      await this.debugging.joined(control);
      await control.recover(
        going.map(({ spec }) => spec),
        this.checkpoints.get(name),
        this.suspects.of(name),
      );
      if (!failedOver) await setTrapRate(handle, this.faults);
      await control.begin();
      this.suspects.passed(name);
    } catch (error) {
      await handle.terminate();
      throw error;
    }
  }
}

/** If the other VM is lost meanwhile, it is linked with this one when it comes back. */
async function unlessLost(peer: SupervisedVm, call: () => Promise<void>): Promise<void> {
  try {
    await call();
  } catch (error) {
    if (!(error instanceof ControlError && error.code === 'lost' && error.vm === peer.name)) throw error;
  }
}

/** Bound per VM: more than the number of its restarts before a message at which it hung is either handled or poison. */
const SUSPECTS_MAX = 32;

/** A lost VM. It is judged once its thread is gone: only then is it certain what it was busy with. */
interface Loss {
  readonly reason: string;
  readonly hung: boolean;
  /** Address of the party at which it seems to hang. */
  readonly hungParty: () => number | undefined;
  /** What it was busy with; null when with nothing. */
  readonly place: () => Place | null;
}

/**
 * Where VMs have hung, or their threads have ended, lately: when that happens a second time, the recovering incarnation treats the message
 * as poison.
 */
class Suspects {
  private readonly known = new Map<VmName, readonly Suspect[]>();
  private readonly pending = new Map<VmName, Loss>();

  hung(vm: VmName, { progress, count: noticed }: HangNotice, reason: string): void {
    const place = () => {
      const { busy, count, place } = progress.read();
      return busy && count === noticed ? place : null;
    };
    this.pending.set(vm, { reason, hung: true, hungParty: () => progress.read().place?.address, place });
  }

  /** The thread of a VM has ended unasked. If it was ended for a hang, that is known already. */
  ended(vm: VmName, progress: ProgressReader, reason: string): void {
    if (this.pending.has(vm)) return;
    const place = () => {
      const { busy, place } = progress.left();
      return busy ? place : null;
    };
    const [firstLine] = reason.split('\n', 1);
    this.pending.set(vm, { reason: `its thread ended at it: ${firstLine}`, hung: false, hungParty: () => undefined, place });
  }

  /** Address of the party at which a VM seems to hang, until its thread is gone. */
  hungPartyIn(vm: VmName): number | undefined {
    return this.pending.get(vm)?.hungParty();
  }

  /** To be called when the thread that hung is gone. @returns suspects, oldest first */
  of(vm: VmName): readonly Suspect[] {
    const loss = this.pending.get(vm);
    const known = this.known.get(vm) ?? [];
    this.pending.delete(vm);
    const place = loss?.place();
    if (!loss || !place) return known;
    const { reason, hung } = loss;
    // A thread that may have been done with the frame is not reported: it only counts as an attempt.
    const suspect = { ...place, reason, hung, reported: !hung && !place.certain };
    const all = [...known, suspect].slice(-SUSPECTS_MAX);
    this.known.set(vm, all);
    return all;
  }

  /** The VM has reported its hangs. */
  reported(vm: VmName): void {
    this.update(vm, (known) => known.map((suspect) => ({ ...suspect, reported: true })));
  }

  /** The VM has recovered: what an actor does besides handling frames is done, or is not asked for any more. */
  passed(vm: VmName): void {
    this.update(vm, (known) => known.filter(({ position, source }) => position >= 0 || source !== 0));
  }

  private update(vm: VmName, change: (known: readonly Suspect[]) => readonly Suspect[]): void {
    this.known.set(vm, change(this.known.get(vm) ?? []));
  }
}
