/** An actor or a port under supervision, as all others see it: whoever needs to know which of the two it is has missed something here. */
import type { EndReason } from '../../protocol/generated/system.js';
import type { RecoverySpec } from '../contract/control.js';
import type { CrashReport } from '../contract/events.js';
import type { VmName } from '../contract/instance.js';
import type { ActorState, PortState, StopOutcome } from '../contract/states.js';
import type { ActorStatus, PortStatus, SystemChange } from './change-feed.js';

export interface SupervisedParty {
  readonly name: string;
  readonly address: number;
  /** Where it is now. */
  readonly vm: VmName;
  readonly state: ActorState | PortState;
  readonly status: ActorStatus | PortStatus;
  /** The same, as it is told. */
  readonly change: Extract<SystemChange, { readonly type: 'actor' | 'port' }>;
  /** Nothing runs, and nothing will without an order. */
  readonly down: boolean;
  /** Whether frames find their way to it: it is there, or on its way up. */
  readonly routed: boolean;
  /** How the last incarnation ended; of no meaning before one has. */
  readonly end: EndReason;
  /** Whether it can go on where its VM has failed over. */
  readonly canFailOver: boolean;
  /** Whether its crash, or the loss of its VM, ends what it has in hand. */
  readonly losesRequests: boolean;
  /** Whether the tree of supervisors decides what comes of its end; otherwise its own budget does, and the system when that is exhausted. */
  readonly inTree: boolean;
  /** What its VM is told when it recovers. */
  readonly spec: RecoverySpec;
  /** The end of an incarnation; one that is not the current one was reported late and is ignored. */
  ended(report: Pick<CrashReport, 'epoch' | 'reason' | 'restartsAs'>): void;
  vmLost(reason: string): void;
  /** Its VM is being started again: it goes on with its next incarnation when the VM has recovered. @param end whether it was this one that hung */
  vmRestarting(reason: string, end: EndReason): void;
  vmRecovered(): void;
  /** Resolves once it runs or is down. */
  settled(): Promise<ActorState | PortState>;
}

/** killed: the VM did not confirm the stop, and `error` says why. */
export interface StopResult {
  readonly outcome: StopOutcome;
  readonly error?: unknown;
}

/** Who decides what comes of a change. */
export interface PartyWatcher {
  partyChanged(party: SupervisedParty, before: ActorState | PortState): void;
  /** Awaited before the stop counts as done. */
  partyStopped(party: SupervisedParty, result: StopResult): Promise<void>;
}
