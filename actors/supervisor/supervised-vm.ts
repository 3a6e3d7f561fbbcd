/** One VM under supervision: its machine, and its control while it lives. */
import { type Actor, createActor, waitFor } from 'xstate';
import type { VmControl } from '../contract/control.js';
import { ControlError, type UnfitGuest, type VmHandle } from '../contract/host.js';
import type { VmName } from '../contract/instance.js';
import type { VmStatus } from './change-feed.js';
import { StartError } from './errors.js';
import { type VmCommands, type VmInput, type VmState, vmMachine } from './vm-machine.js';

export const ENDED: readonly VmState[] = ['stopped', 'lost', 'failed'];

export class SupervisedVm {
  private readonly machine: Actor<typeof vmMachine>;

  constructor(
    readonly name: VmName,
    commands: VmCommands,
    { intensity, nowMicros }: Pick<VmInput, 'intensity' | 'nowMicros'>,
    onStatus: (status: VmStatus) => void,
  ) {
    this.machine = createActor(vmMachine, { input: { vm: name, commands, intensity, nowMicros } });
    let last = this.status;
    this.machine.subscribe(() => {
      const before = last;
      last = this.status;
      if (last.state !== before.state || last.failedOver !== before.failedOver) onStatus(last);
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
