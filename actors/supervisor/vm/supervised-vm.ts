/**
 * The life of one VM as its supervisor sees it.
 *
 *    idle ──> starting ──> running ──> stopping, killing ──> stopped
 *               │ error       │ its thread ended unasked
 *               ▼             │
 *          may fail over?     │
 *          yes: starting      │
 *          no: failed         ▼
 *                          may be started again, budget left? ── no ──> may fail over? ── no ──> lost
 *                             │ yes            ▲                       │ yes, with a new budget
 *                             ▼                │ error, or lost again  │
 *               waiting <── restarting ──> recovering ──> running      │
 *                  └──────>   ▲                                        │
 *                             └────────────────────────────────────────┘
 *
 * restarting: the lost thread is ended for sure, and another is started on its memory. waiting: that did not start, so it is started again
 * after a pause; outside it is still restarting, and each of these counts as a restart. recovering: it is linked, and its actors handle
 * again what is not in its last checkpoint. A VM that has failed over runs the JavaScript twins of its actors, for good. One that cannot
 * go on either way stays lost: its actors are `lost`, their routes are removed, so that requests to them settle as `unreachable`, and the
 * system says that it is degraded.
 */

import { type Actor, assign, createActor, fromPromise, setup, waitFor } from 'xstate';
import { VM_RETRY_MS, VM_RETRY_MS_MAX } from '../../../protocol/limits.js';
import type { VmControl } from '../../contract/control.js';
import { ControlError, type Host, type UnfitGuest, type VmHandle } from '../../contract/host.js';
import type { VmName } from '../../contract/instance.js';
import type { VmState } from '../../contract/states.js';
import { reasonOf } from '../../contract/thrown.js';
import type { VmStatus } from '../change-feed.js';
import { StartError } from '../errors.js';
import { admitRestart, type Intensity, type RestartTimes } from '../intensity.js';
import { machineClock } from '../machine-clock.js';
import { Suspects } from './suspects.js';
import type { HangNotice } from './watchdog.js';

/** What the machines of VMs need, and who decides what follows a change of one. */
export interface VmCommands {
  /** @param again on the memory of the lost incarnation @param failedOver whether it runs the JavaScript twins of its actors */
  start(vm: VmName, again: boolean, failedOver: boolean): Promise<VmHandle>;
  /** Whether all its actors could begin as their JavaScript twins. */
  mayStartFailedOver(vm: VmName): boolean;
  /** Whether the VM could go on if it were lost now. */
  mayRestart(vm: VmName): boolean;
  /** Whether it has actors that could go on as their JavaScript twins. */
  mayFailOver(vm: VmName): boolean;
  /** Links the VM and lets its actors go on. When that fails, its thread is ended. */
  recover(vm: VmName, handle: VmHandle): Promise<void>;
  /** With `retryMs` nothing has changed but that it waits for another try to start. */
  vmChanged(status: VmStatus): void;
}

interface VmInput {
  readonly vm: VmName;
  readonly intensity: Intensity;
  readonly nowMicros: () => number;
  readonly commands: VmCommands;
}

interface VmContext extends VmInput {
  /** Present once the VM has started. */
  readonly handle: VmHandle | undefined;
  /** Why the VM is lost or failed. */
  readonly reason: string;
  readonly error: unknown;
  readonly times: RestartTimes;
  /** Whether its actors run as their JavaScript twins, since it could not go on in Wasm. */
  readonly failedOver: boolean;
  /** How often in a row its thread did not start. */
  readonly failedStarts: number;
}

/** `stop` asks the VM to shut down; `kill` ends its thread at once. */
type MachineEvent =
  | { readonly type: 'start' }
  | { readonly type: 'lost'; readonly reason: string }
  | { readonly type: 'stop' }
  | { readonly type: 'kill' };

/** Shuts a VM down. One that does not do so when asked is ended all the same; so is one that was never asked. */
async function shutDown(handle: VmHandle): Promise<void> {
  await handle.control.shutdown().catch(() => undefined);
  await handle.terminate();
}

const admitted = ({ times, nowMicros, intensity }: VmContext): RestartTimes | null => admitRestart(times, nowMicros(), intensity);

const retryMsOf = ({ failedStarts }: VmContext): number => Math.min(VM_RETRY_MS_MAX, VM_RETRY_MS * 2 ** (failedStarts - 1));

/** What happens to a VM that is not restarted as it is. */
const onSpent = [
  { guard: 'mayFailOver', target: '#vm.restarting', reenter: true, actions: ['noteReason', 'failOver'] },
  { target: '#vm.lost', actions: 'noteReason' },
] as const;
/** What happens to a lost VM. */
const onLoss = [
  { guard: 'mayRestart', target: '#vm.restarting', reenter: true, actions: ['noteReason', 'countRestart'] },
  ...onSpent,
] as const;

const vmMachine = setup({
  types: {
    context: {} as VmContext,
    events: {} as MachineEvent,
    input: {} as VmInput,
  },
  actors: {
    start: fromPromise<VmHandle, VmContext>(({ input }) => input.commands.start(input.vm, false, input.failedOver)),
    restart: fromPromise<VmHandle, VmContext>(async ({ input }) => {
      await input.handle?.terminate();
      return input.commands.start(input.vm, true, input.failedOver);
    }),
    recover: fromPromise<void, VmContext>(async ({ input }) => input.handle && input.commands.recover(input.vm, input.handle)),
    shutDown: fromPromise<void, VmContext>(async ({ input }) => input.handle && shutDown(input.handle)),
    terminate: fromPromise<void, VmContext>(async ({ input }) => input.handle?.terminate()),
  },
  guards: {
    mayStartFailedOver: ({ context }) => !context.failedOver && context.commands.mayStartFailedOver(context.vm),
    mayRestart: ({ context }) => context.commands.mayRestart(context.vm) && admitted(context) !== null,
    mayFailOver: ({ context }) =>
      context.commands.mayRestart(context.vm) && !context.failedOver && context.commands.mayFailOver(context.vm),
  },
  actions: {
    noteReason: assign(({ context, event }) => {
      if (event.type === 'lost') return { reason: event.reason };
      return 'error' in event ? { error: event.error, reason: reasonOf(event.error) } : { reason: context.reason };
    }),
    countRestart: assign(({ context }) => ({ times: admitted(context) ?? context.times })),
    failOver: assign({ failedOver: true, times: [], failedStarts: 0 }),
    noteHandle: assign(({ context, event }) => ({
      handle: 'output' in event ? (event.output as VmHandle) : context.handle,
      failedStarts: 0,
    })),
  },
  delays: { retry: ({ context }) => retryMsOf(context) },
}).createMachine({
  id: 'vm',
  context: ({ input }) => ({ ...input, handle: undefined, reason: '', error: undefined, times: [], failedOver: false, failedStarts: 0 }),
  initial: 'idle',
  states: {
    idle: { on: { start: 'starting', stop: 'stopped', kill: 'stopped' } },
    starting: {
      invoke: {
        src: 'start',
        input: ({ context }) => context,
        onDone: { target: 'running', actions: 'noteHandle' },
        onError: [
          { guard: 'mayStartFailedOver', target: 'starting', reenter: true, actions: ['noteReason', 'failOver'] },
          { target: 'failed', actions: 'noteReason' },
        ],
      },
      on: { lost: { target: 'lost', actions: 'noteReason' } },
    },
    running: { on: { lost: onLoss, stop: 'stopping', kill: 'killing' } },
    restarting: {
      invoke: {
        src: 'restart',
        input: ({ context }) => context,
        onDone: { target: 'recovering', actions: 'noteHandle' },
        onError: [{ guard: 'mayRestart', target: 'waiting', actions: ['noteReason', 'countRestart'] }, ...onSpent],
      },
      on: { stop: 'stopped', kill: 'stopped' },
    },
    waiting: {
      entry: assign(({ context }) => ({ failedStarts: context.failedStarts + 1 })),
      after: { retry: 'restarting' },
      on: { stop: 'lost', kill: 'lost' },
    },
    recovering: {
      invoke: { src: 'recover', input: ({ context }) => context, onDone: 'running', onError: onLoss },
      on: { lost: onLoss, stop: 'killing', kill: 'killing' },
    },
    stopping: {
      invoke: { src: 'shutDown', input: ({ context }) => context, onDone: 'stopped', onError: 'stopped' },
      on: { kill: 'killing' },
    },
    killing: {
      invoke: { src: 'terminate', input: ({ context }) => context, onDone: 'stopped', onError: 'stopped' },
    },
    stopped: {},
    lost: {},
    failed: {},
  },
});

export const ENDED: readonly VmState[] = ['stopped', 'lost', 'failed'];

export class SupervisedVm {
  private readonly machine: Actor<typeof vmMachine>;
  readonly suspects = new Suspects();
  /** The newest one of its present incarnation. */
  checkpoint: Uint8Array | undefined;
  /** How long it has run until it began to run, or until now if it does not; and when it began. */
  private ranMicros = 0;
  private since: number | null = null;

  constructor(
    readonly name: VmName,
    commands: VmCommands,
    intensity: Intensity,
    private readonly time: Pick<Host, 'clock' | 'timers'>,
  ) {
    const input = { vm: name, commands, intensity, nowMicros: () => this.livedMicros };
    this.machine = createActor(vmMachine, { input, clock: machineClock(time.timers) });
    let last = this.status;
    this.machine.subscribe(() => {
      const before = last;
      last = this.status;
      const waits = last.retryMs !== undefined && before.retryMs === undefined;
      if (!waits && last.state === before.state && last.failedOver === before.failedOver) return;
      this.ranMicros = this.livedMicros;
      this.since = this.live ? time.clock.nowMicros() : null;
      commands.vmChanged(last);
    });
    this.machine.start();
  }

  /**
   * How long it has run without a hang. A budget of restarts is for that time: otherwise a VM that hangs at everything, or never starts,
   * would not exhaust it.
   */
  private get livedMicros(): number {
    return this.since === null ? this.ranMicros : this.ranMicros + this.time.clock.nowMicros() - this.since;
  }

  /** It has hung for so long, and is ended for that. */
  hung(notice: HangNotice, hangMs: number, reason: string): void {
    if (this.since !== null) this.ranMicros -= hangMs * 1000;
    this.suspects.hung(notice, reason);
  }

  get state(): VmState {
    const { value } = this.machine.getSnapshot();
    return value === 'waiting' ? 'restarting' : value;
  }

  get live(): boolean {
    return this.state === 'running';
  }

  get status(): VmStatus {
    const { value, context } = this.machine.getSnapshot();
    const { reason, failedOver } = context;
    return { vm: this.name, state: this.state, reason, failedOver, ...(value === 'waiting' && { retryMs: retryMsOf(context) }) };
  }

  /** @throws ControlError `lost` when the VM does not run */
  get handle(): VmHandle {
    const { handle, reason } = this.machine.getSnapshot().context;
    if (!handle || !this.live) throw new ControlError('lost', this.name, 'control', reason || `the VM is ${this.state}`);
    return handle;
  }

  /** Guests that cannot be run in its present incarnation. */
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

  /** Resolves when the VM does not recover any more, whether it succeeded or not. */
  async recovered(): Promise<void> {
    await waitFor(this.machine, ({ value }) => value !== 'recovering');
  }

  /** Resolves when the VM runs or has ended, after everything was tried to start it again. */
  async settled(): Promise<void> {
    await waitFor(this.machine, () => this.state !== 'restarting' && this.state !== 'recovering');
  }

  lose(reason: string): void {
    this.machine.send({ type: 'lost', reason });
  }

  /** Shuts the VM down and ends its thread; `kill` ends the thread at once. One that waits for another try to start stays lost. Resolves when it has ended in either way. */
  async end(how: 'stop' | 'kill'): Promise<void> {
    this.machine.send({ type: how });
    await waitFor(this.machine, () => ENDED.includes(this.state));
  }
}

/** All VMs, the host's own first. */
export class Vms {
  readonly all: SupervisedVm[] = [];

  /** @throws ControlError `lost` when there is no such VM */
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

  /** Whether the Wasm VM goes on with JavaScript twins, for good. */
  get wasmFailedOver(): boolean {
    return this.all.some((vm) => vm.status.failedOver);
  }

  /** Why the guest of an actor cannot be run in the Wasm VM; empty when it can, as far as is known. */
  guestFault(actor: string): string {
    const unfit = this.all.filter((vm) => !vm.status.failedOver).flatMap((vm) => vm.unfit);
    return unfit.find((guest) => guest.actor === actor)?.reason ?? '';
  }

  get statuses(): readonly VmStatus[] {
    return this.all.map((vm) => vm.status);
  }
}
