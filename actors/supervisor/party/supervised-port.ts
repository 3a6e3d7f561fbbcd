/**
 * The life of one port as its supervisor sees it. A port is opened with its VM, and ends with it; a port of application code also ends
 * when a handler throws, and is restarted within a budget.
 *
 *    running ── ended, budget left ──> restarting ──> running
 *       │                                  │ none left
 *       │ its VM is started again          ▼
 *       ▼                              stopping ──> exhausted ── start ──> starting ──> running
 *    recovering ──> running                    lost <── from anywhere: the VM is gone
 *
 * As for actors, each incarnation has a higher epoch, and an `ended` of an older one is ignored.
 */

import { type Actor, assign, createActor, fromPromise, setup, waitFor } from 'xstate';
import type { EndReason } from '../../../protocol/generated/system.js';
import type { RecoverySpec } from '../../contract/control.js';
import type { CrashReport } from '../../contract/events.js';
import type { Clock } from '../../contract/host.js';
import type { VmName } from '../../contract/instance.js';
import type { PortState } from '../../contract/states.js';
import { reasonOf } from '../../contract/thrown.js';
import type { PortStatus, SystemChange } from '../change-feed.js';
import { isLoss, StartError, SupervisionError } from '../errors.js';
import { admitRestart, type Intensity, type RestartTimes } from '../intensity.js';
import type { PartyWatcher, SupervisedParty } from './party.js';

export interface PortCommands {
  /** Fences the former incarnation in every VM, and starts the next one. */
  restart(epoch: number): Promise<void>;
  /** Ends the port in its VM and fails the requests that it is working on. */
  stop(): Promise<void>;
  /** Starts a port that is down. */
  start(epoch: number): Promise<void>;
}

interface PortInput {
  readonly intensity: Intensity;
  readonly nowMicros: () => number;
  readonly commands: PortCommands;
}

interface PortContext extends PortInput {
  readonly epoch: number;
  readonly restarts: number;
  readonly times: RestartTimes;
  /** When the last incarnation ended, in microseconds. */
  readonly endedAt: number;
  /** Why it is not running, or was last restarted; empty when it never ended. */
  readonly reason: string;
  /** How the last incarnation ended; without meaning before one has. */
  readonly end: EndReason;
  /** True when it ended while its VM recovered: its restart has to wait until the VM takes commands. */
  readonly endedEarly: boolean;
}

type PortEvent =
  | { readonly type: 'ended'; readonly epoch: number; readonly reason: string }
  | { readonly type: 'start' }
  | { readonly type: 'vmLost'; readonly reason: string }
  | { readonly type: 'vmRestarting'; readonly reason: string; readonly end: EndReason }
  | { readonly type: 'recovered' };

const admitted = ({ times, endedAt, intensity }: PortContext): RestartTimes | null => admitRestart(times, endedAt, intensity);

const onVmLoss = { vmLost: { target: 'lost', actions: 'noteLoss' }, vmRestarting: 'recovering' } as const;
const onEnd = { ended: { guard: 'ofThisEpoch', target: 'deciding', actions: 'noteEnd' } } as const;
/** A command that fails counts as one more end, unless it fails because the VM is gone, which is announced as well. */
const onFailure = [
  { guard: 'vmGone', target: 'lost', actions: 'noteFailure' },
  { target: 'deciding', actions: 'noteFailure' },
] as const;

const portMachine = setup({
  types: {
    context: {} as PortContext,
    events: {} as PortEvent,
    input: {} as PortInput,
  },
  actors: {
    restart: fromPromise<void, PortContext>(({ input }) => input.commands.restart(input.epoch)),
    stop: fromPromise<void, PortContext>(({ input }) => input.commands.stop()),
    start: fromPromise<void, PortContext>(({ input }) => input.commands.start(input.epoch)),
  },
  guards: {
    ofThisEpoch: ({ context, event }) => event.type === 'ended' && event.epoch === context.epoch,
    admitted: ({ context }) => admitted(context) !== null,
    endedEarly: ({ context }) => context.endedEarly,
    vmGone: ({ event }) => 'error' in event && isLoss(event.error),
  },
  actions: {
    noteEnd: assign(({ context, event }) => ({
      endedAt: context.nowMicros(),
      reason: event.type === 'ended' ? event.reason : context.reason,
      end: 'trap',
    })),
    noteEarlyEnd: assign({ endedEarly: true }),
    noteFailure: assign(({ context, event }) => {
      const error = 'error' in event ? event.error : undefined;
      return { endedAt: context.nowMicros(), reason: reasonOf(error), end: isLoss(error) ? 'vmLost' : 'failed' };
    }),
    noteLoss: assign(({ context, event }) => ({
      endedAt: context.nowMicros(),
      reason: 'reason' in event ? event.reason : context.reason,
      end: event.type === 'vmRestarting' ? event.end : 'vmLost',
    })),
    noteExhaustion: assign(({ context }) => ({ reason: `restart budget exhausted: ${context.reason}`, end: 'exhausted' as const })),
    beginNext: assign(({ context }) => ({
      epoch: context.epoch + 1,
      restarts: context.restarts + 1,
      times: admitted(context) ?? context.times,
    })),
    beginRecovery: assign(({ context }) => ({ epoch: context.epoch + 1, restarts: context.restarts + 1, endedEarly: false })),
    beginAnew: assign(({ context }) => ({ epoch: context.epoch + 1, times: [], reason: '' })),
  },
}).createMachine({
  id: 'port',
  context: ({ input }) => ({ ...input, epoch: 1, restarts: 0, times: [], endedAt: 0, reason: '', end: 'failed', endedEarly: false }),
  initial: 'running',
  states: {
    running: { on: { ...onEnd, ...onVmLoss } },
    deciding: {
      always: [
        { guard: 'admitted', target: 'restarting', actions: 'beginNext' },
        { target: 'stopping', actions: 'noteExhaustion' },
      ],
    },
    restarting: {
      invoke: { src: 'restart', input: ({ context }) => context, onDone: 'running', onError: onFailure },
      on: { ...onEnd, ...onVmLoss },
    },
    recovering: {
      entry: ['noteLoss', 'beginRecovery'],
      on: {
        ended: { guard: 'ofThisEpoch', actions: ['noteEnd', 'noteEarlyEnd'] },
        recovered: [{ guard: 'endedEarly', target: 'deciding' }, { target: 'running' }],
        vmLost: onVmLoss.vmLost,
        vmRestarting: { target: 'recovering', reenter: true },
      },
    },
    stopping: {
      invoke: { src: 'stop', input: ({ context }) => context, onDone: 'exhausted', onError: 'exhausted' },
      on: { vmLost: onVmLoss.vmLost },
    },
    exhausted: { on: { start: 'starting', vmLost: onVmLoss.vmLost } },
    starting: {
      entry: 'beginAnew',
      invoke: { src: 'start', input: ({ context }) => context, onDone: 'running', onError: onFailure },
      on: { ...onEnd, ...onVmLoss },
    },
    // A command may have found the VM lost before the loss was announced.
    lost: { on: { start: 'starting', vmRestarting: 'recovering' } },
  },
});

/** States in which nothing runs, and nothing will until it is started. */
const DOWN: readonly PortState[] = ['exhausted', 'lost'];

export interface SupervisedPortServices {
  readonly commands: PortCommands;
  readonly clock: Clock;
  /** How often the port may be restarted. */
  readonly intensity: Intensity;
  readonly watcher: PartyWatcher;
}

export class SupervisedPort implements SupervisedParty {
  private readonly machine: Actor<typeof portMachine>;

  constructor(
    private readonly schema: { readonly name: string; readonly address: number },
    readonly vm: VmName,
    { commands, clock, intensity, watcher }: SupervisedPortServices,
  ) {
    this.machine = createActor(portMachine, { input: { intensity, nowMicros: () => clock.nowMicros(), commands } });
    let last = this.status;
    this.machine.subscribe(() => {
      const before = last;
      last = this.status;
      if (last.state !== before.state || last.epoch !== before.epoch) watcher.partyChanged(this, before.state);
    });
    this.machine.start();
  }

  get name(): string {
    return this.schema.name;
  }

  get address(): number {
    return this.schema.address;
  }

  /** The machine leaves passing states in the same step, so they are never seen from outside. */
  get state(): PortState {
    return this.machine.getSnapshot().value as PortState;
  }

  get down(): boolean {
    return DOWN.includes(this.state);
  }

  get routed(): boolean {
    return !this.down;
  }

  readonly losesRequests = true;
  readonly inTree = false;

  /** A VM that has failed over opens no ports. */
  readonly canFailOver = false;

  /** How the last incarnation ended; without meaning before one has. */
  get end(): EndReason {
    return this.machine.getSnapshot().context.end;
  }

  get status(): PortStatus {
    const { epoch, restarts, reason } = this.machine.getSnapshot().context;
    const { name, address, vm, state } = this;
    return { port: name, address, vm, state, epoch, restarts, reason };
  }

  get change(): SystemChange & { readonly type: 'port' } {
    return { type: 'port', ...this.status };
  }

  get spec(): RecoverySpec {
    return { party: this.name, epoch: this.status.epoch, options: {} };
  }

  /** Takes the end of an incarnation. Only the current one counts: the report of any other is late, and is ignored. */
  ended({ epoch, reason }: Pick<CrashReport, 'epoch' | 'reason'>): void {
    this.machine.send({ type: 'ended', epoch, reason });
  }

  vmLost(reason: string): void {
    this.machine.send({ type: 'vmLost', reason });
  }

  vmRestarting(reason: string, end: EndReason): void {
    this.machine.send({ type: 'vmRestarting', reason, end });
  }

  vmRecovered(): void {
    this.machine.send({ type: 'recovered' });
  }

  /** @throws StartError when the port does not come up, SupervisionError when it is not down */
  async start(): Promise<void> {
    if (!this.down) throw new SupervisionError('state', this.name, `cannot be started while it is ${this.state}`);
    this.machine.send({ type: 'start' });
    const state = await this.settled();
    if (state !== 'running') throw new StartError(this.vm, this.name, this.status.reason);
  }

  /** Resolves once the port runs or is down. */
  async settled(): Promise<PortState> {
    const { value } = await waitFor(this.machine, ({ value }) => value === 'running' || DOWN.includes(value as PortState));
    return value as PortState;
  }
}
