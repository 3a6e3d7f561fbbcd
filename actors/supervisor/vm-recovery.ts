/**
 * How a VM that was lost goes on: on the memory of the former incarnation, with the newest checkpoint that its host holds.
 *
 *   linked with every VM that runs ─> routes ─> former incarnations of its actors fenced ─> recover ─> its ports may send
 *
 * One VM after another, so that each is linked with those that have come back before it.
 */
import type { Routes, VmControl } from '../contract/control.js';
import { ControlError, type Host, type VmHandle } from '../contract/host.js';
import type { VmName } from '../contract/instance.js';
import type { ProgressReader } from '../contract/progress.js';
import type { VmStatus } from './change-feed.js';
import type { SupervisedActor } from './supervised-actor.js';
import type { SupervisedPort } from './supervised-ports.js';
import type { SupervisedVm } from './supervised-vm.js';
import { Suspects } from './suspects.js';
import type { HangNotice } from './watchdog.js';

export interface RecoveryServices {
  readonly host: Host;
  readonly vms: () => readonly SupervisedVm[];
  readonly routes: () => Routes;
  readonly actorsIn: (vm: VmName) => readonly SupervisedActor[];
  readonly portsIn: (vm: VmName) => readonly SupervisedPort[];
  readonly prepare: (control: VmControl, vm: VmName) => Promise<void>;
}

/**
 * A thread that is gone sends nothing any more, so nothing of its incarnation has to be refused; and what it had published is on its way in
 * memory that is still there.
 */
const EVERYTHING = Number.MAX_SAFE_INTEGER;

export class VmRecovery {
  private readonly checkpoints = new Map<VmName, Uint8Array>();
  private readonly suspects = new Suspects();
  /** Signs of life of the present incarnations. */
  private readonly progress = new Map<VmName, ProgressReader | null>();
  private last: Promise<void> = Promise.resolve();

  constructor(private readonly services: RecoveryServices) {}

  /** @param bytes the newest of this VM's present incarnation */
  keep(vm: VmName, bytes: Uint8Array): void {
    this.checkpoints.set(vm, bytes);
  }

  /** The next incarnation of a VM has started. */
  began({ name, progress }: VmHandle): void {
    this.progress.set(name, progress);
  }

  /** A VM is lost: what it was at may be why. */
  ended(vm: VmName, reason: string): void {
    const progress = this.progress.get(vm);
    if (progress) this.suspects.ended(vm, progress, reason);
  }

  /** A VM hangs, and is lost for that. */
  hung(vm: VmName, notice: HangNotice, reason: string): void {
    this.suspects.hung(vm, notice, reason);
  }

  /** Address of the party at which a VM that was lost has hung; undefined when that was not why. */
  culpritIn(vm: VmName): number | undefined {
    return this.suspects.culpritIn(vm);
  }

  /** A recovered VM has told of what it hung at. */
  reported(vm: VmName): void {
    this.suspects.reported(vm);
  }

  /** @throws the error of the step that failed; the thread is ended then */
  recover(vm: SupervisedVm, handle: VmHandle): Promise<void> {
    const recovery = this.last.then(() => this.revive(handle, vm.status));
    this.last = recovery.then(
      () => vm.recovered(),
      () => {},
    );
    return recovery;
  }

  private async revive(handle: VmHandle, { failedOver }: VmStatus): Promise<void> {
    const { host, vms, routes, actorsIn, portsIn, prepare } = this.services;
    const { name, control } = handle;
    try {
      const peers = vms().filter((vm) => vm.live && vm.name !== name);
      for (const peer of peers) await unlessLost(peer, () => host.connect(handle, peer.handle));
      const everywhere = (order: (control: VmControl) => Promise<void>) =>
        Promise.all([order(control), ...peers.map((peer) => unlessLost(peer, () => order(peer.control)))]);
      await everywhere((each) => each.setRoutes(routes()));
      const going = [...actorsIn(name), ...portsIn(name)].filter(({ state }) => state === 'recovering');
      for (const { status } of going) await everywhere((each) => each.fence(status.address, status.epoch, EVERYTHING));
      // It was not there as others came back, and may hear of their new incarnations before the rest of what the former ones had sent.
      const others = peers.flatMap((peer) => [...actorsIn(peer.name), ...portsIn(peer.name)]);
      const restarted = others.map(({ status }) => status).filter(({ epoch }) => epoch > 1);
      await Promise.all(restarted.map(({ address, epoch }) => control.fence(address, epoch, EVERYTHING)));
      await control.recover(
        going.map(({ spec }) => spec),
        this.checkpoints.get(name),
        this.suspects.of(name),
      );
      if (!failedOver) await prepare(control, name);
      await control.begin();
      this.suspects.passed(name);
    } catch (error) {
      await handle.terminate();
      throw error;
    }
  }
}

/** Another VM that is lost meanwhile is linked with this one when it comes back. */
async function unlessLost(peer: SupervisedVm, call: () => Promise<void>): Promise<void> {
  try {
    await call();
  } catch (error) {
    if (!(error instanceof ControlError && error.code === 'lost' && error.vm === peer.name)) throw error;
  }
}
