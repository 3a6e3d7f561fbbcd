/**
 * The threads of the VMs under supervision, which the host keeps: each is started, watched for hangs, and brought back when it is lost; a
 * spare is kept ready for that. Actors and ports are told what happens to their VM.
 */
import { ControlError, type Host, type VmHandle, type VmListener, type VmStart } from '../../contract/host.js';
import type { VmName } from '../../contract/instance.js';
import type { VmState } from '../../contract/states.js';
import type { ChangeFeed, VmStatus } from '../change-feed.js';
import type { CrashCauses } from '../crash-causes.js';
import type { Directory } from '../directory.js';
import type { Intensity } from '../intensity.js';
import type { Moves } from '../party/moves.js';
import type { SupervisedParty } from '../party/party.js';
import type { Tracing } from '../trace/tracing.js';
import type { VmCommands } from './supervised-vm.js';
import { ENDED, SupervisedVm, type VmWatcher } from './supervised-vm.js';
import type { VmRecovery } from './vm-recovery.js';
import type { VmReports } from './vm-reports.js';
import { type HangNotice, Watchdog } from './watchdog.js';

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
  readonly directory: Directory;
  readonly changes: ChangeFeed;
  readonly crashes: CrashCauses;
  readonly moves: Moves;
  readonly recovery: VmRecovery;
  readonly reports: VmReports;
  readonly tracing: Tracing;
}

/** Decides what follows when actors or ports are gone with their VM. */
export interface LossWatcher {
  partiesLost(why: string): void;
}

const whyLost = ({ vm, reason }: VmStatus): string => `VM ${vm} was lost: ${reason}`;

export class VmThreads implements VmWatcher {
  private readonly care: VmCare;

  /** @param failsOver whether the Wasm VM goes on with JavaScript twins when it cannot go on in Wasm */
  constructor(
    private readonly host: Host,
    { vms, vmIntensity: intensity, hangMs, here }: ThreadOptions,
    failsOver: boolean,
    private readonly services: ThreadServices,
    private readonly watcher: LossWatcher,
  ) {
    const { directory, recovery } = services;
    this.care = new VmCare(host, hangMs, recovery);
    const supervise = (name: VmName, commands: VmCommands) =>
      directory.vms.all.push(new SupervisedVm(name, commands, { intensity, nowMicros: () => this.care.livedMicros(name) }, this));
    supervise('host', new LocalCommands(host, services.tracing));
    for (const name of vms) supervise(name, new ThreadCommands(name, { failsOver, here: here.includes(name) }, host, this.care, services));
  }

  /** Starts all at once: a worker takes long to start on a weak device. @throws StartError */
  async start(): Promise<void> {
    const started = await Promise.allSettled(this.services.directory.vms.all.map((vm) => vm.start()));
    for (const result of started) if (result.status === 'rejected') throw result.reason;
  }

  /** Links each VM with every other. */
  async connect(): Promise<void> {
    const { all } = this.services.directory.vms;
    for (const [i, vm] of all.entries()) {
      for (const peer of all.slice(i + 1)) await this.host.connect(vm.handle, peer.handle);
    }
  }

  /** Resolves when nothing is kept for the VMs any more. */
  async release(): Promise<void> {
    await this.care.release(this.services.directory.vms.all.map(({ name }) => name));
  }

  vmChanged(status: VmStatus): void {
    const { directory, changes, crashes, moves } = this.services;
    const { vm, state } = status;
    this.care.changed(status);
    changes.emit({ type: 'vm', ...status });
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
    const hungParty = this.services.recovery.hungPartyIn(vm);
    const left = parties.filter((party) => state === 'lost' || (failedOver && !party.canFailOver));
    for (const party of left) party.vmLost(why);
    for (const party of parties) if (!left.includes(party)) party.vmRestarting(why, party.address === hungParty ? 'hang' : 'vmLost');
    return left.some((party) => party.state === 'lost');
  }
}

/** The host's own VM is there from the beginning; if it is lost, whoever would bring it back is lost as well. */
class LocalCommands implements VmCommands {
  constructor(
    private readonly host: Host,
    private readonly tracing: Tracing,
  ) {}

  async start(): Promise<VmHandle> {
    await this.tracing.began(this.host.local);
    return this.host.local;
  }

  mayStartFailedOver(): boolean {
    return false;
  }

  mayRestart(): boolean {
    return false;
  }

  mayFailOver(): boolean {
    return false;
  }

  restart(): Promise<VmHandle> {
    return this.start();
  }

  async recover(): Promise<void> {}
}

class ThreadCommands implements VmCommands {
  constructor(
    private readonly name: ThreadName,
    private readonly how: { readonly failsOver: boolean; readonly here: boolean },
    private readonly host: Host,
    private readonly care: VmCare,
    private readonly services: Pick<ThreadServices, 'directory' | 'recovery' | 'reports' | 'tracing'>,
  ) {}

  start(failedOver: boolean): Promise<VmHandle> {
    return this.startThread({ again: false, failedOver });
  }

  /** A start is all or nothing. */
  mayStartFailedOver(): boolean {
    return this.mayFailOver() && this.services.directory.in(this.name).every((party) => party.canFailOver);
  }

  mayRestart(): boolean {
    return this.services.directory.phase === 'up';
  }

  mayFailOver(): boolean {
    return this.how.failsOver && this.name === 'wasm' && this.services.directory.in(this.name).some((party) => party.canFailOver);
  }

  async restart(failedOver: boolean): Promise<VmHandle> {
    const handle = await this.startThread({ again: true, failedOver });
    if (this.mayRestart()) return handle;
    await handle.terminate();
    throw new ControlError('lost', this.name, 'start', 'everything is being stopped');
  }

  recover(handle: VmHandle): Promise<void> {
    const { directory, recovery } = this.services;
    return recovery.recover(directory.vms.named(this.name), handle);
  }

  private async startThread(how: Omit<VmStart, 'here' | 'parties'>): Promise<VmHandle> {
    const { directory, reports, recovery, tracing } = this.services;
    const listener = reports.listener(this.name);
    const parties = directory.in(this.name).map(({ name }) => name);
    const handle = await this.host.startVm(this.name, listener, { ...how, here: this.how.here, parties });
    recovery.began(handle);
    this.care.started(handle, listener);
    await tracing.began(handle);
    return handle;
  }
}

/** States in which a VM is watched. One that hangs as it shuts down is ended at once. */
const WATCHED: readonly VmState[] = ['running', 'recovering', 'stopping'];

/** How long a VM has run until now, or until it began to run, and when that was. */
interface Life {
  readonly micros: number;
  readonly since: number | null;
}

/** Looks after running VMs: each is watched for hangs, and has a spare thread ready for when it is lost. */
class VmCare {
  private readonly watchdog: Watchdog;
  private readonly lives = new Map<VmName, Life>();

  constructor(
    private readonly host: Host,
    private readonly hangMs: number,
    /** Told of a hang before the VM is lost for it. */
    private readonly recovery: VmRecovery,
  ) {
    this.watchdog = new Watchdog(host, hangMs);
  }

  started(handle: VmHandle, listener: VmListener): void {
    this.watchdog.watch(handle, (notice: HangNotice) => {
      const reason = `hang: no progress in ${this.hangMs} ms`;
      const { micros, since } = this.lifeOf(handle.name);
      if (since !== null) this.lives.set(handle.name, { micros: micros - this.hangMs * 1000, since });
      this.recovery.hung(handle.name, notice, reason);
      void handle.terminate();
      listener.lost(reason);
    });
  }

  /**
   * How long a VM has run without a hang. A budget of restarts is for that time: otherwise a VM that hangs at everything, or never starts,
   * would not exhaust it.
   */
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

  /** Resolves when no spare of these VMs is left. */
  async release(vms: readonly VmName[]): Promise<void> {
    await Promise.all(vms.map((vm) => this.keepSpare(vm, false)));
  }

  private async keepSpare(vm: VmName, kept: boolean): Promise<void> {
    if (vm !== 'host') await this.host.keepSpare(vm, kept);
  }
}
