/** What the supervisor tells those who watch: state changes as they happen, and the latest crash reports. */

import { DeadLetters } from '../../bus/dead-letters.js';
import type { Address, Epoch, Frame } from '../../protocol/names.js';
import type { TraceStep } from '../../trace/step.js';
import type { Breakpoint, BreakReport } from '../contract/breakpoint.js';
import type { CrashReport, DeafReport, DivergenceReport, RefusedReport, UnrepeatableReport } from '../contract/events.js';
import type { Clock, ControlError, Lack, Timers } from '../contract/host.js';
import type { VmName } from '../contract/instance.js';
import type { Paused, PausingReport } from '../contract/pause.js';
import type { ActorState, CircuitState, CrashHistory, PortState, SystemState, TwinStatus, VmState } from '../contract/states.js';
import type { StorageChange } from '../contract/storage.js';

interface PartyStatus<State> {
  readonly address: Address;
  readonly vm: VmName;
  readonly state: State;
  readonly epoch: Epoch;
  readonly restarts: number;
  /** Why it is not running, or was last restarted; empty when it never ended. */
  readonly reason: string;
}

export interface ActorStatus extends PartyStatus<ActorState> {
  readonly actor: string;
  /** Circuit of an actor that runs in Wasm, or has failed over from there; null when only its supervisor counts its restarts. */
  readonly circuit: CircuitState | null;
  /** Which of its twins runs, and why. */
  readonly twin: TwinStatus;
}

export interface PortStatus extends PartyStatus<PortState> {
  readonly port: string;
}

export interface VmStatus {
  readonly vm: VmName;
  readonly state: VmState;
  readonly reason: string;
  /** Whether its actors run as their JavaScript twins for good, since the VM could not go on in Wasm. */
  readonly failedOver: boolean;
  /** Its thread did not start, for this reason, and is started again after this pause; undefined while none is. */
  readonly retryMs?: number;
}

export type SystemChange =
  | { readonly type: 'system'; readonly state: SystemState }
  | ({ readonly type: 'vm' } & VmStatus)
  | ({ readonly type: 'actor' } & ActorStatus)
  | ({ readonly type: 'port' } & PortStatus)
  /** An incarnation has ended. */
  | { readonly type: 'crash'; readonly report: CrashReport }
  /** A message was poison: its second attempt crashed too. */
  | { readonly type: 'poisoned'; readonly report: CrashReport; readonly frame: Frame }
  /**
   * The guest of an actor that was placed in Wasm cannot be run: the actor begins as its JavaScript twin, or, without one, the start ends.
   */
  | { readonly type: 'guest'; readonly actor: string; readonly reason: string; readonly twin: 'js' | null }
  /** A VM slept though it had something to do, and nobody would have woken it. */
  | { readonly type: 'deaf'; readonly report: DeafReport }
  /** An actor handled messages again, and its output differed from the first time. */
  | { readonly type: 'divergent'; readonly report: DivergenceReport }
  /** A wrapped class has looked at the clock or at chance: after a crash it goes on from the state after its last message. */
  | { readonly type: 'unrepeatable'; readonly report: UnrepeatableReport }
  /**
   * A party sent what its schema does not allow, or requests beyond all bounds: they became dead letters. Reported once for each kind in
   * each life of its VM.
   */
  | { readonly type: 'refused'; readonly report: RefusedReport }
  /** A listener at the tap of a VM threw this, and hears no more: tracing ends there, for example. The VM goes on. */
  | { readonly type: 'listenerFailed'; readonly vm: VmName; readonly reason: string }
  /** A breakpoint was set or removed. */
  | { readonly type: 'breakpoint'; readonly event: 'set' | 'removed'; readonly breakpoint: Breakpoint }
  /** A message has come at which a VM stops, if a debugger is attached. */
  | { readonly type: 'break'; readonly report: BreakReport }
  /** The application stands from now on, or goes on: then null. At a trap told again once its position is known. */
  | { readonly type: 'paused'; readonly paused: Paused | null }
  /** It is to stand, and waits for VMs; told as soon as that takes long, and when it is over. */
  | { readonly type: 'pausing'; readonly report: PausingReport }
  /** Concerns a state in storage. */
  | ({ readonly type: 'storage' } & StorageChange)
  /** A VM was lost: what its flight recorder has of the time before, oldest first. */
  | { readonly type: 'flight'; readonly vm: VmName; readonly reason: string; readonly steps: readonly TraceStep[] }
  /** A recording has ended before it was stopped, since its sink failed. */
  | { readonly type: 'recording'; readonly error: unknown }
  /** The state of an actor is too large to be recorded: a replay leaves the actor out until it has another. Told once in a recording. */
  | { readonly type: 'unrecorded'; readonly actor: string; readonly bytes: number }
  /** The device, or the application, does without something from now on, or again has it. */
  | { readonly type: 'lack'; readonly lack: Lack; readonly isOver: boolean }
  /** A VM did not accept new routes, so its parties may send to an address where nobody is; or a watcher was not told of an end. */
  | { readonly type: 'control'; readonly error: ControlError };

/** How many crash reports are kept, newest last: more than one budget of every actor, and as many as a person reads. */
export const CRASH_REPORTS_MAX = 64;

export class ChangeFeed {
  readonly crashReports: CrashReport[] = [];
  readonly histories = new CrashHistories();
  /** Poison messages: they outlive the VM in which they crashed. */
  readonly poisoned: DeadLetters<CrashReport>;
  private readonly listeners: Listeners<SystemChange>;

  constructor(timers: Timers, clock: Clock) {
    this.listeners = new Listeners(timers);
    this.poisoned = new DeadLetters(undefined, () => clock.nowMicros());
  }

  /** @returns a function that removes the listener */
  onChange(listener: (change: SystemChange) => void): () => void {
    return this.listeners.add(listener);
  }

  /** Reports that a VM did not accept what it was told. */
  controlFailed(error: ControlError): void {
    this.emit({ type: 'control', error });
  }

  emit(change: SystemChange): void {
    if (change.type === 'crash') this.keep(change.report);
    if (change.type === 'poisoned') this.bury(change);
    this.listeners.tell(change);
  }

  private bury({ report, frame }: { readonly report: CrashReport; readonly frame: Frame }): void {
    this.histories.poisoned(report);
    this.poisoned.add('poisoned', report.reason, frame, 0, frame.length, report);
  }

  private keep(report: CrashReport): void {
    this.histories.crashed(report);
    this.crashReports.push(report);
    if (this.crashReports.length > CRASH_REPORTS_MAX) this.crashReports.shift();
  }
}

const NONE: CrashHistory = { lastCrash: null, poisoned: null };

/**
 * What is remembered of the crashes of each party: a few numbers that stay when the reports are dropped.
 *
 * The catch: a report that took long to complete may come after that of a later incarnation, and does not replace it.
 */
class CrashHistories {
  private readonly histories = new Map<string, CrashHistory>();
  private readonly epochs = new Map<string, number>();

  of(party: string): CrashHistory {
    return this.histories.get(party) ?? NONE;
  }

  crashed(report: CrashReport): void {
    const { party, epoch, reason, position, message, attempt, at } = report;
    if (epoch < (this.epochs.get(party) ?? 0)) return;
    this.epochs.set(party, epoch);
    const lastCrash = { reason, position, kindName: message.kindName, attempt, at };
    this.histories.set(party, { ...this.of(party), lastCrash });
  }

  poisoned(report: CrashReport): void {
    this.crashed(report);
    const { party, at } = report;
    const { lastCrash, poisoned } = this.of(party);
    const messages = (poisoned?.messages ?? 0) + 1;
    this.histories.set(party, { lastCrash, poisoned: { messages, at: Math.max(at, poisoned?.at ?? 0) } });
  }
}

/** Those who are told of changes. One that throws disturbs neither the caller nor the others: its error is thrown from a timer. */
export class Listeners<Change> {
  private readonly listeners = new Set<(change: Change) => void>();

  constructor(private readonly timers: Timers) {}

  /** @returns a function that removes the listener */
  add(listener: (change: Change) => void): () => void {
    this.listeners.add(listener);
    return () => this.listeners.delete(listener);
  }

  tell(change: Change): void {
    for (const listener of [...this.listeners]) {
      try {
        listener(change);
      } catch (error) {
        this.timers.set(0, () => {
          throw error;
        });
      }
    }
  }
}
