/** The VMs under supervision, whose threads the host keeps: each is started, looked after, and brought back when it was lost. */
import type { Routes, VmControl } from '../contract/control.js';
import { ControlError, type Host, type UnfitGuest, type VmHandle, type VmListener, type VmStart } from '../contract/host.js';
import type { VmName } from '../contract/instance.js';
import type { VmStatus } from './change-feed.js';
import type { Intensity } from './intensity.js';
import type { SupervisedActor } from './supervised-actor.js';
import type { SupervisedPort } from './supervised-ports.js';
import { SupervisedVm } from './supervised-vm.js';
import { VmCare } from './vm-care.js';
import type { VmCommands } from './vm-machine.js';
import { VmRecovery } from './vm-recovery.js';

export interface SupervisedVmsOptions {
  readonly host: Host;
  /** Besides the host's own. */
  readonly names: readonly Exclude<VmName, 'host'>[];
  /** How often each may be started again. */
  readonly intensity: Intensity;
  readonly hangMs: number;
  readonly prepare: (control: VmControl, vm: VmName) => Promise<void>;
  /** Whether the Wasm VM goes on with JavaScript twins when it cannot in Wasm. */
  readonly failsOver: boolean;
  /** Everything runs: a VM that is lost is started again. */
  readonly up: () => boolean;
  readonly listener: (vm: VmName) => VmListener;
  readonly routes: () => Routes;
  readonly actorsIn: (vm: VmName) => readonly SupervisedActor[];
  readonly portsIn: (vm: VmName) => readonly SupervisedPort[];
  readonly onStatus: (status: VmStatus) => void;
}

export class SupervisedVms {
  readonly all: readonly SupervisedVm[];
  readonly recovery: VmRecovery;
  private readonly care: VmCare;

  constructor(private readonly options: SupervisedVmsOptions) {
    const { host, names, hangMs } = options;
    this.care = new VmCare(host, hangMs, (vm, notice, reason) => this.recovery.hung(vm, notice, reason));
    const startLocal = async () => host.local;
    const never = () => false;
    const ofLocal = {
      start: startLocal,
      restart: startLocal,
      mayStartFailedOver: never,
      mayRestart: never,
      mayFailOver: never,
      recover: async () => {},
    };
    const local = this.supervise('host', ofLocal);
    this.all = [local, ...names.map((name) => this.supervise(name, this.commands(name)))];
    this.recovery = new VmRecovery({ ...options, vms: () => this.all });
  }

  /** @throws ControlError `lost` when there is none */
  named(name: VmName): SupervisedVm {
    const vm = this.all.find((candidate) => candidate.name === name);
    if (!vm) throw new ControlError('lost', name, 'control', 'the VM was never started');
    return vm;
  }

  get liveControls(): readonly VmControl[] {
    return this.all.filter((vm) => vm.live).map((vm) => vm.control);
  }

  /** Undefined when no such VM runs. */
  liveControl(name: VmName): VmControl | undefined {
    return this.all.find((vm) => vm.name === name && vm.live)?.control;
  }

  /** The Wasm VM goes on with JavaScript twins. */
  get wasmFailedOver(): boolean {
    return this.all.some((vm) => vm.status.failedOver);
  }

  /** Guests of the Wasm VM that cannot be run. */
  get unfit(): readonly UnfitGuest[] {
    return this.all.filter((vm) => !vm.status.failedOver).flatMap((vm) => vm.unfit);
  }

  get statuses(): readonly VmStatus[] {
    return this.all.map((vm) => vm.status);
  }

  /** All at once: a worker takes long to start on a weak device. @throws StartError */
  async start(): Promise<void> {
    const started = await Promise.allSettled(this.all.map((vm) => vm.start()));
    for (const result of started) if (result.status === 'rejected') throw result.reason;
  }

  /** Links each with every other. */
  async connect(): Promise<void> {
    for (const [i, vm] of this.all.entries()) {
      for (const peer of this.all.slice(i + 1)) await this.options.host.connect(vm.handle, peer.handle);
    }
  }

  /** Resolves when nothing is kept for them any more. */
  release(vms: readonly VmName[]): Promise<void> {
    return this.care.release(vms);
  }

  private supervise(name: VmName, commands: VmCommands): SupervisedVm {
    const limits = { intensity: this.options.intensity, nowMicros: () => this.care.livedMicros(name) };
    return new SupervisedVm(name, commands, limits, (status) => {
      this.care.changed(status);
      this.options.onStatus(status);
    });
  }

  private commands(name: Exclude<VmName, 'host'>): VmCommands {
    return {
      start: (failedOver) => this.startOne(name, { again: false, failedOver }),
      mayStartFailedOver: () => this.mayStartFailedOver(name),
      mayRestart: () => this.options.up(),
      mayFailOver: () => this.mayFailOver(name),
      restart: (failedOver) => this.startAgain(name, { again: true, failedOver }),
      recover: (handle) => this.recovery.recover(this.named(name), handle),
    };
  }

  private mayFailOver(name: VmName): boolean {
    const { failsOver, actorsIn } = this.options;
    return failsOver && name === 'wasm' && actorsIn(name).some((actor) => actor.canFailOver);
  }

  /** Start is all or nothing. */
  private mayStartFailedOver(name: VmName): boolean {
    const { actorsIn, portsIn } = this.options;
    return this.mayFailOver(name) && [...actorsIn(name), ...portsIn(name)].every((party) => party.canFailOver);
  }

  private async startOne(name: Exclude<VmName, 'host'>, how: VmStart): Promise<VmHandle> {
    const listener = this.options.listener(name);
    const handle = await this.options.host.startVm(name, listener, how);
    this.recovery.began(handle);
    this.care.started(handle, listener);
    return handle;
  }

  private async startAgain(name: Exclude<VmName, 'host'>, how: VmStart): Promise<VmHandle> {
    const handle = await this.startOne(name, how);
    if (this.options.up()) return handle;
    await handle.terminate();
    throw new ControlError('lost', name, 'start', 'everything is being stopped');
  }
}
