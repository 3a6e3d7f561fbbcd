/** An actor or a port under supervision, as all others see it: code that needs to know which of the two it is lacks something here. */
import type { EndReason } from '../../../protocol/generated/system.js';
import type { RecoverySpec } from '../../contract/control.js';
import type { CrashReport } from '../../contract/events.js';
import type { VmName } from '../../contract/instance.js';
import type { ActorState, PortState, StopOutcome } from '../../contract/states.js';
import type { ActorStatus, PortStatus, SystemChange } from '../change-feed.js';

export interface SupervisedParty {
  readonly name: string;
  readonly address: number;
  /** Where the party is now. */
  readonly vm: VmName;
  readonly state: ActorState | PortState;
  readonly status: ActorStatus | PortStatus;
  /** The same as a change, for listeners. */
  readonly change: Extract<SystemChange, { readonly type: 'actor' | 'port' }>;
  /** Whether nothing runs, and nothing will until it is started. */
  readonly down: boolean;
  /** Whether frames are routed to it: it is there, or on its way up. */
  readonly routed: boolean;
  /** How the last incarnation ended; without meaning before one has. */
  readonly end: EndReason;
  /** Whether it can go on where its VM has failed over. */
  readonly canFailOver: boolean;
  /** Whether its crash, or the loss of its VM, ends the requests that it is working on. */
  readonly losesRequests: boolean;
  /**
   * Whether the tree of supervisors decides what follows its end. Otherwise its own budget decides, and the system when that is exhausted.
   */
  readonly inTree: boolean;
  /** What its VM gets to recover it. */
  readonly spec: RecoverySpec;
  /** Takes the end of an incarnation. Only the current one counts: the report of any other is late, and is ignored. */
  ended(report: Pick<CrashReport, 'epoch' | 'reason' | 'restartsAs'>): void;
  vmLost(reason: string): void;
  /**
   * Its VM is being started again: the party goes on with its next incarnation when the VM has recovered.
   * @param end says whether this party was the one that hung
   */
  vmRestarting(reason: string, end: EndReason): void;
  vmRecovered(): void;
  /** Resolves once the party runs or is down. */
  settled(): Promise<ActorState | PortState>;
}

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
