/**
 * The threads of the VMs under supervision, which the host keeps: each is started, watched for hangs, and brought back when it is lost; a
 * spare is kept ready for that. Actors and ports are told what happens to their VM.
 */
import { ControlError, type VmHandle } from '../../contract/host.js';
import type { VmName } from '../../contract/instance.js';
import type { VmState } from '../../contract/states.js';
import type { VmStatus } from '../change-feed.js';
import type { CrashCauses } from '../crash-causes.js';
import type { Intensity } from '../intensity.js';
import type { Moves } from '../party/moves.js';
import type { SupervisedParty } from '../party/party.js';
import type { SupervisedState } from '../supervised-state.js';
import { ENDED, SupervisedVm, type VmCommands } from './supervised-vm.js';
import type { VmRecovery } from './vm-recovery.js';
import type { VmReports } from './vm-reports.js';
import { Watchdog } from './watchdog.js';

type ThreadName = Exclude<VmName, 'host'>;

export interface ThreadOptions {
  /** VMs to start besides the host's own. */
  readonly vms: readonly ThreadName[];
  /** How often each VM may be started again. */
  readonly vmIntensity: Intensity;
  /** A VM that is busy for so long without progress hangs. */
  readonly hangMs: number;
  /** VMs in the host's own thread, also where there are workers. */
  readonly here: readonly ThreadName[];
}

export interface ThreadServices {
  readonly crashes: CrashCauses;
  readonly moves: Moves;
  readonly recovery: VmRecovery;
  readonly reports: VmReports;
}

/** Decides what follows when actors or ports are gone with their VM. */
export interface LossWatcher {
  partiesLost(why: string): void;
}

const whyLost = ({ vm, reason }: VmStatus): string => `VM ${vm} was lost: ${reason}`;

/** States in which a VM is watched. One that hangs as it shuts down is ended at once. */
const WATCHED: readonly VmState[] = ['running', 'recovering', 'stopping'];

export class VmThreads implements VmCommands {
  private readonly watchdog: Watchdog;

  /** @param failsOver whether the Wasm VM goes on with JavaScript twins when it cannot go on in Wasm */
  constructor(
    private readonly state: SupervisedState,
    private readonly options: ThreadOptions,
    private readonly failsOver: boolean,
    private readonly services: ThreadServices,
    private readonly watcher: LossWatcher,
  ) {
    const { host, directory } = state;
    this.watchdog = new Watchdog(host, options.hangMs);
    for (const name of ['host', ...options.vms] as const) directory.vms.all.push(new SupervisedVm(name, this, options.vmIntensity, host));
  }

  /** Starts all at once: a worker takes long to start on a weak device. @throws StartError */
  async startAll(): Promise<void> {
    const started = await Promise.allSettled(this.state.directory.vms.all.map((vm) => vm.start()));
    for (const result of started) if (result.status === 'rejected') throw result.reason;
  }

  /** Links each VM with every other. */
  async connect(): Promise<void> {
    const { all } = this.state.directory.vms;
    for (const [i, vm] of all.entries()) {
      for (const peer of all.slice(i + 1)) await this.state.host.connect(vm.handle, peer.handle);
    }
  }

  /** All VMs have ended. Resolves when no spare thread is kept any more. */
  async release(): Promise<void> {
    this.services.crashes.end();
    await Promise.all(this.state.directory.vms.all.map(({ name }) => this.keepSpare(name, false)));
  }

  private async keepSpare(vm: VmName, kept: boolean): Promise<void> {
    if (vm !== 'host') await this.state.host.keepSpare(vm, kept);
  }

  vmChanged(status: VmStatus): void {
    const { directory, changes } = this.state;
    const { crashes, moves } = this.services;
    const { vm, state } = status;
    if (!WATCHED.includes(state)) this.watchdog.forget(vm);
    if (state === 'running' || ENDED.includes(state)) void this.keepSpare(vm, state === 'running');
    changes.emit({ type: 'vm', ...status });
    if (status.retryMs !== undefined) return;
    if (state !== 'running') moves.callOff(`VM ${vm} is ${state}`);
    const parties = directory.in(vm);
    if (state === 'restarting' || state === 'lost')
      for (const { name: party, address, status: its, down } of parties)
        if (!down) crashes.vmLost({ party, address, epoch: its.epoch }, whyLost(status));
    if (this.tell(parties, status)) this.watcher.partiesLost(whyLost(status));
  }

  /** @returns whether some of the parties are lost for good */
  private tell(parties: readonly SupervisedParty[], status: VmStatus): boolean {
    const { vm, state, failedOver } = status;
    const why = whyLost(status);
    if (state === 'running') for (const party of parties) party.vmRecovered();
    if (state !== 'restarting' && state !== 'lost') return false;
    const hungParty = this.state.directory.vms.named(vm).suspects.hungParty;
    const left = parties.filter((party) => state === 'lost' || (failedOver && !party.canFailOver));
    for (const party of left) party.vmLost(why);
    for (const party of parties) if (!left.includes(party)) party.vmRestarting(why, party.address === hungParty ? 'hang' : 'vmLost');
    return left.some((party) => party.state === 'lost');
  }

  /** A start is all or nothing. */
  mayStartFailedOver(vm: VmName): boolean {
    return this.mayFailOver(vm) && this.state.directory.in(vm).every((party) => party.canFailOver);
  }

  /** If the host's own VM is lost, whoever would bring it back is lost as well. */
  mayRestart(vm: VmName): boolean {
    return vm !== 'host' && this.state.directory.phase === 'up';
  }

  mayFailOver(vm: VmName): boolean {
    return this.failsOver && vm === 'wasm' && this.state.directory.in(vm).some((party) => party.canFailOver);
  }

  recover(vm: VmName, handle: VmHandle): Promise<void> {
    return this.services.recovery.recover(this.state.directory.vms.named(vm), handle);
  }

  async start(vm: VmName, again: boolean, failedOver: boolean): Promise<VmHandle> {
    const handle = vm === 'host' ? this.state.host.local : await this.startThread(vm, again, failedOver);
    try {
      await this.state.tracing.began(handle);
    } catch (error) {
      // Another thread will be started on its memory.
      if (again) await handle.terminate();
      throw error;
    }
    if (!again || this.mayRestart(vm)) return handle;
    await handle.terminate();
    throw new ControlError('lost', vm, 'start', 'everything is being stopped');
  }

  private async startThread(name: ThreadName, again: boolean, failedOver: boolean): Promise<VmHandle> {
    const { directory } = this.state;
    const vm = directory.vms.named(name);
    const listener = this.services.reports.listener(name);
    const parties = directory.in(name).map((party) => party.name);
    const handle = await this.state.host.startVm(name, listener, { again, failedOver, here: this.options.here.includes(name), parties });
    vm.suspects.began(handle.progress);
    this.watchdog.watch(handle, (notice) => {
      const { hangMs } = this.options;
      const reason = `hang: no progress in ${hangMs} ms`;
      vm.hung(notice, hangMs, reason);
      void handle.terminate();
      listener.lost(reason);
    });
    return handle;
  }
}
