/** The VMs under supervision: of each its machine, and its control while it lives. */
import { type Actor, createActor, waitFor } from 'xstate';
import type { VmControl } from '../contract/control.js';
import { ControlError, type UnfitGuest, type VmHandle } from '../contract/host.js';
import type { VmName } from '../contract/instance.js';
import type { VmStatus } from './change-feed.js';
import { StartError } from './errors.js';
import { type VmCommands, type VmInput, type VmState, vmMachine } from './vm-machine.js';

export const ENDED: readonly VmState[] = ['stopped', 'lost', 'failed'];

/** Who decides what comes of a change. */
export interface VmWatcher {
  vmChanged(status: VmStatus): void;
}

export class SupervisedVm {
  private readonly machine: Actor<typeof vmMachine>;

  constructor(
    readonly name: VmName,
    commands: VmCommands,
    { intensity, nowMicros }: Pick<VmInput, 'intensity' | 'nowMicros'>,
    watcher: VmWatcher,
  ) {
    this.machine = createActor(vmMachine, { input: { vm: name, commands, intensity, nowMicros } });
    let last = this.status;
    this.machine.subscribe(() => {
      const before = last;
      last = this.status;
      if (last.state !== before.state || last.failedOver !== before.failedOver) watcher.vmChanged(last);
    });
    this.machine.start();
  }

  get state(): VmState {
    return this.machine.getSnapshot().value;
  }

  get live(): boolean {
    return this.state === 'running';
  }

  get status(): VmStatus {
    const { reason, failedOver } = this.machine.getSnapshot().context;
    return { vm: this.name, state: this.state, reason, failedOver };
  }

  /** @throws ControlError `lost` when the VM does not run */
  get handle(): VmHandle {
    const { handle, reason } = this.machine.getSnapshot().context;
    if (!handle || !this.live) throw new ControlError('lost', this.name, 'control', reason || `the VM is ${this.state}`);
    return handle;
  }

  /** Of its present incarnation. */
  get unfit(): readonly UnfitGuest[] {
    return this.machine.getSnapshot().context.handle?.unfit ?? [];
  }

  /** @throws ControlError `lost` when the VM does not run */
  get control(): VmControl {
    return this.handle.control;
  }

  /** @throws StartError */
  async start(): Promise<void> {
    this.machine.send({ type: 'start' });
    const { value, context } = await waitFor(this.machine, (snapshot) => snapshot.value !== 'starting');
    const { reason, error } = context;
    if (value !== 'running') throw new StartError(this.name, '', reason, { cause: error });
  }

  /** Resolves when it recovers no longer, however that went. */
  async recovered(): Promise<void> {
    await waitFor(this.machine, ({ value }) => value !== 'recovering');
  }

  /** Resolves when it runs or has ended, after all that is done to start it again. */
  async settled(): Promise<void> {
    await waitFor(this.machine, ({ value }) => value !== 'restarting' && value !== 'recovering');
  }

  lose(reason: string): void {
    this.machine.send({ type: 'lost', reason });
  }

  /** Shuts it down and ends its thread; `kill` ends the thread at once. Resolves when it has ended, however. */
  async end(how: 'stop' | 'kill'): Promise<void> {
    this.machine.send({ type: how });
    await waitFor(this.machine, ({ value }) => ENDED.includes(value));
  }
}

/** All of them, the host's own first. */
export class Vms {
  readonly all: SupervisedVm[] = [];

  /** @throws ControlError `lost` when there is none */
  named(name: VmName): SupervisedVm {
    const vm = this.find(name);
    if (!vm) throw new ControlError('lost', name, 'control', 'the VM was never started');
    return vm;
  }

  find(name: VmName): SupervisedVm | undefined {
    return this.all.find((vm) => vm.name === name);
  }

  get live(): readonly SupervisedVm[] {
    return this.all.filter((vm) => vm.live);
  }

  runs(name: VmName): boolean {
    return this.find(name)?.live ?? false;
  }

  get liveControls(): readonly VmControl[] {
    return this.live.map((vm) => vm.control);
  }

  /** Undefined when no such VM runs. */
  liveControl(name: VmName): VmControl | undefined {
    return this.live.find((vm) => vm.name === name)?.control;
  }

  /** The Wasm VM goes on with JavaScript twins, for good. */
  get wasmFailedOver(): boolean {
    return this.all.some((vm) => vm.status.failedOver);
  }

  /** Why an actor's guest cannot be run in the Wasm VM; empty when it can, as far as is known. */
  guestFault(actor: string): string {
    const unfit = this.all.filter((vm) => !vm.status.failedOver).flatMap((vm) => vm.unfit);
    return unfit.find((guest) => guest.actor === actor)?.reason ?? '';
  }

  get statuses(): readonly VmStatus[] {
    return this.all.map((vm) => vm.status);
  }
}
