/** An actor or a port under supervision, as all others see it: code that needs to know which of the two it is lacks something here. */

import { type Actor, createActor, waitFor } from 'xstate';
import type { EndReason } from '../../../protocol/generated/system.js';
import type { Address, Epoch } from '../../../protocol/names.js';
import type { RecoverySpec } from '../../contract/control.js';
import type { CrashReport } from '../../contract/events.js';
import type { Timers } from '../../contract/host.js';
import type { VmName } from '../../contract/instance.js';
import type { ActorState, PortState, StopOutcome } from '../../contract/states.js';
import type { ActorStatus, PortStatus, SystemChange } from '../change-feed.js';
import { machineClock } from '../machine-clock.js';
import { type PartyInput, partyMachine } from './party-machine.js';

/** killed: the VM did not confirm the stop, and `error` says why. */
export interface StopResult {
  readonly outcome: StopOutcome;
  readonly error?: unknown;
}

/** Decides what follows a change of a party. */
export interface PartyWatcher {
  partyChanged(party: SupervisedParty, before: ActorState | PortState): void;
  /** Awaited before the stop counts as done. */
  partyStopped(party: SupervisedParty, result: StopResult): Promise<void>;
}

/** States in which nothing runs, and nothing will until it is started. */
export const DOWN: readonly ActorState[] = ['idle', 'stopped', 'exhausted', 'failed', 'lost', 'removed'];
/** States in which it is down although nobody stopped it. */
const GONE: readonly ActorState[] = ['exhausted', 'failed', 'lost'];
export const SETTLED: readonly ActorState[] = ['running', ...DOWN];

export abstract class SupervisedParty {
  readonly name: string;
  readonly address: Address;
  /** Whether its crash, or the loss of its VM, ends the requests that it is working on. */
  abstract readonly losesRequests: boolean;
  /**
   * Whether the tree of supervisors decides what follows its end. Otherwise its own budget decides, and the system when that is exhausted.
   */
  abstract readonly inTree: boolean;
  /** Whether it can go on where its VM has failed over. */
  abstract readonly canFailOver: boolean;
  abstract readonly status: ActorStatus | PortStatus;
  /** The same as a change, for listeners. */
  abstract readonly change: Extract<SystemChange, { readonly type: 'actor' | 'port' }>;
  protected readonly machine: Actor<typeof partyMachine>;
  private last: ActorStatus | PortStatus | undefined;

  constructor(
    private readonly input: PartyInput,
    timers: Timers,
    protected readonly watcher: PartyWatcher,
  ) {
    this.name = input.party;
    this.address = input.address;
    this.machine = createActor(partyMachine, { input, clock: machineClock(timers) });
  }

  protected get context() {
    return this.machine.getSnapshot().context;
  }

  /** Where the party is now. */
  get vm(): VmName {
    return this.context.vm;
  }

  /** The machine leaves passing states in the same step, so they are never seen from outside. */
  get state(): ActorState {
    const { value } = this.machine.getSnapshot();
    return value === 'ending' || value === 'deciding' ? 'restarting' : value === 'leaving' ? 'stopping' : value;
  }

  /** Whether nothing runs, and nothing will until it is started. */
  get down(): boolean {
    return DOWN.includes(this.state);
  }

  /** Whether it is down although nobody stopped it. */
  get gone(): boolean {
    return GONE.includes(this.state);
  }

  /** Whether frames are routed to it: it is there, on its way up, or not yet started. */
  get routed(): boolean {
    return !this.down || this.state === 'idle';
  }

  /** How the last incarnation ended; without meaning before one has. */
  get end(): EndReason {
    return this.context.end;
  }

  /** What its VM gets to recover it. */
  get spec(): RecoverySpec {
    const { party, options, version } = this.input;
    const { epoch, savedState } = this.context;
    return { party, options, version, epoch, snapshot: savedState?.length ? savedState : undefined };
  }

  /** To be called after each step of the machine. @returns the status before, if somebody outside sees a change */
  protected noticed(): ActorStatus | PortStatus | null {
    const { last, status } = this;
    this.last = status;
    return last && (last.state !== status.state || last.epoch !== status.epoch || last.vm !== status.vm) ? last : null;
  }

  /** Its VM has started it by permit, after an end that `ended` tells. */
  begun(epoch: Epoch): void {
    this.machine.send({ type: 'begun', epoch });
  }

  /** Takes the end of an incarnation. Only the current one counts: the report of any other is late, and is ignored. */
  ended({ epoch, reason }: Pick<CrashReport, 'epoch' | 'reason'>): void {
    this.machine.send({ type: 'ended', epoch, reason });
  }

  vmLost(reason: string): void {
    this.machine.send({ type: 'vmLost', reason });
  }

  /**
   * Its VM is being started again: the party goes on with its next incarnation when the VM has recovered.
   * @param end says whether this party was the one that hung
   */
  vmRestarting(reason: string, end: EndReason): void {
    this.machine.send({ type: 'vmRestarting', reason, end });
  }

  vmRecovered(): void {
    this.machine.send({ type: 'recovered' });
  }

  /** Resolves once the party runs or is down. */
  async settled(): Promise<ActorState> {
    const { value } = await this.until(SETTLED);
    return value as ActorState;
  }

  /** @returns the snapshot that was waited for: when the promise resolves, the machine may have gone on already */
  protected until(states: readonly string[]) {
    return waitFor(this.machine, ({ value }) => states.includes(value));
  }
}
