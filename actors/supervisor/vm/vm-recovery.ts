/**
 * How a lost VM goes on: with the memory of the former incarnation, and the newest checkpoint that its host holds.
 *
 *   linked with every VM that runs ─> routes ─> former incarnations of its actors fenced ─> recover ─> its ports may send
 *
 * One VM after another, so that each is linked with those that came back before it.
 */
import type { VmControl } from '../../contract/control.js';
import { ControlError, type VmHandle } from '../../contract/host.js';
import type { Debugging } from '../debugging.js';
import type { SupervisedState } from '../supervised-state.js';
import type { SupervisedVm } from './supervised-vm.js';

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
  private last: Promise<void> = Promise.resolve();

  constructor(
    private readonly state: SupervisedState,
    private readonly faults: TrapRate,
    private readonly debugging: Debugging,
  ) {}

  /** @throws the error of the step that failed; then the thread is ended */
  recover(vm: SupervisedVm, handle: VmHandle): Promise<void> {
    const recovery = this.last.then(() => this.revive(handle, vm));
    this.last = recovery.then(
      () => vm.recovered(),
      () => {},
    );
    return recovery;
  }

  private async revive(handle: VmHandle, lost: SupervisedVm): Promise<void> {
    const { host, directory } = this.state;
    const { name, control } = handle;
    try {
      const peers = directory.vms.live.filter((vm) => vm.name !== name);
      for (const peer of peers) await unlessLost(peer, () => host.connect(handle, peer.handle));
      const everywhere = (command: (control: VmControl) => Promise<void>) =>
        Promise.all([command(control), ...peers.map((peer) => unlessLost(peer, () => command(peer.control)))]);
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
        lost.checkpoint,
        lost.suspects.judge(),
      );
      if (!lost.status.failedOver) await setTrapRate(handle, this.faults);
      await control.begin();
      lost.suspects.passed();
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
