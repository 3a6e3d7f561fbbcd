/** One actor under supervision: its machine, and what it is to others. */
import { type Actor, createActor, waitFor } from 'xstate';
import type { EndReason } from '../../protocol/generated/system.js';
import type { CrashReport, RecoveryOrder } from '../control.js';
import type { Timers } from '../host.js';
import type { ActorOptions } from '../instance.js';
import type { Side } from '../placement.js';
import { type ActorCommands, type ActorState, actorMachine, type RestartKind } from './actor-machine.js';
import type { ActorStatus } from './change-feed.js';
import { StartError, SupervisionError } from './errors.js';
import { admitRestart, type Intensity } from './intensity.js';
import type { StopOutcome } from './stop-report.js';

export interface ActorSpecification {
  readonly actor: string;
  readonly address: number;
  readonly vm: Side;
  readonly restart: RestartKind;
  readonly intensity: Intensity;
  readonly shutdownMs: number;
  readonly options: ActorOptions;
}

/** killed: the VM did not confirm the stop, and `error` says why. */
export interface StopResult {
  readonly outcome: StopOutcome;
  readonly error?: unknown;
}

/** Nothing runs, and nothing will without an order. */
const DOWN: readonly ActorState[] = ['idle', 'stopped', 'exhausted', 'failed', 'lost', 'removed'];
/** Down, and nobody ordered it. */
const GONE: readonly ActorState[] = ['exhausted', 'failed', 'lost'];
const SETTLED: readonly ActorState[] = ['running', ...DOWN];

export const isDown = (state: ActorState): boolean => DOWN.includes(state);

export class SupervisedActor {
  private readonly machine: Actor<typeof actorMachine>;

  constructor(
    readonly specification: ActorSpecification,
    commands: ActorCommands,
    nowMicros: () => number,
    timers: Timers,
    onStatus: (status: ActorStatus, before: ActorState) => void,
  ) {
    const { actor, vm, restart, intensity, shutdownMs } = specification;
    const clock = {
      setTimeout: (fn: () => void, delayMs: number) => timers.set(delayMs, fn),
      clearTimeout: (timer: unknown) => timers.clear(timer),
    };
    this.machine = createActor(actorMachine, { input: { actor, vm, restart, intensity, shutdownMs, nowMicros, commands }, clock });
    let last: ActorStatus = this.status;
    this.machine.subscribe(() => {
      const before = last;
      last = this.status;
      if (last.state !== before.state || last.epoch !== before.epoch) onStatus(last, before.state);
    });
    this.machine.start();
  }

  get name(): string {
    return this.specification.actor;
  }

  /** Passing states are never seen from outside: the machine leaves them in the same step. */
  get state(): ActorState {
    return this.machine.getSnapshot().value as ActorState;
  }

  get down(): boolean {
    return isDown(this.state);
  }

  get gone(): boolean {
    return GONE.includes(this.state);
  }

  /** How the last incarnation ended; of no meaning before one has. */
  get end(): EndReason {
    return this.machine.getSnapshot().context.end;
  }

  get order(): RecoveryOrder {
    const { actor, options } = this.specification;
    return { actor, options, epoch: this.status.epoch };
  }

  get status(): ActorStatus {
    const { epoch, restarts, reason } = this.machine.getSnapshot().context;
    const { actor, address, vm } = this.specification;
    return { actor, address, vm, state: this.state, epoch, restarts, reason };
  }

  /** @throws StartError when it does not come up, SupervisionError when it is not down */
  async start(): Promise<void> {
    if (!this.down || this.state === 'removed')
      throw new SupervisionError('state', this.name, `cannot be started while it is ${this.state}`);
    this.machine.send({ type: 'start' });
    const { value, context } = await this.until(SETTLED);
    const { reason, error } = context;
    if (value !== 'running') throw new StartError(this.specification.vm, this.name, reason, { cause: error });
  }

  /** The end of an incarnation; one that is not the current one was reported late and is ignored. */
  ended(report: Pick<CrashReport, 'epoch' | 'reason' | 'restartsAs'>): void {
    const { epoch, reason, restartsAs } = report;
    this.machine.send({ type: 'ended', epoch, reason, restartsAs });
  }

  /** It would be restarted if it ended now. */
  get restartable(): boolean {
    const { restart, times, intensity, nowMicros } = this.machine.getSnapshot().context;
    return this.state === 'running' && restart !== 'temporary' && admitRestart(times, nowMicros(), intensity) !== null;
  }

  vmLost(reason: string): void {
    this.machine.send({ type: 'vmLost', reason });
  }

  /** Its VM is being started again: it goes on with its next incarnation when the VM has recovered. */
  vmRestarting(reason: string): void {
    this.machine.send({ type: 'vmRestarting', reason });
  }

  vmRecovered(): void {
    this.machine.send({ type: 'recovered' });
  }

  /** Ends it as if its work were done. Resolves when it is down, or runs again because it is permanent. */
  async finish(): Promise<void> {
    if (this.state !== 'running') throw new SupervisionError('state', this.name, `cannot be finished while it is ${this.state}`);
    this.machine.send({ type: 'finish' });
    await this.settled();
  }

  /** Resolves when it is down. */
  async stop(): Promise<StopResult> {
    if (this.down) return { outcome: 'down' };
    this.machine.send({ type: 'stop' });
    const { context } = await this.until(DOWN);
    return context.clean ? { outcome: 'stopped' } : { outcome: 'killed', error: context.error };
  }

  /** Resolves once it runs or is down. */
  async settled(): Promise<ActorState> {
    const { value } = await this.until(SETTLED);
    return value as ActorState;
  }

  /** @returns the snapshot that was waited for: the machine may have gone on when the promise resolves */
  private until(states: readonly ActorState[]) {
    return waitFor(this.machine, ({ value }) => states.includes(value as ActorState));
  }
}
