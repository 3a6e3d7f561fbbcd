/** A running system, for whoever started it: what it tells about itself, and what it can be asked to do. */

import type { RecordingSink } from '../../trace/recording.js';
import type { SpyOptions } from '../../trace/spy.js';
import type { Breakpoint } from '../contract/breakpoint.js';
import type { ActorHealth, DeadLetter, Trial, VmControl, VmCounters } from '../contract/control.js';
import type { CrashReport } from '../contract/events.js';
import type { Lack } from '../contract/lack.js';
import { loadPart } from '../contract/load-error.js';
import type { Paused, Until } from '../contract/pause.js';
import type { PartyCondition, Side, StopReport } from '../contract/states.js';
import type { PersistenceStatus } from '../contract/storage.js';
import type { TraceStatus } from '../contract/tracing.js';
import type { ActorStatus, PortStatus, SystemChange, VmStatus } from '../supervisor/change-feed.js';
import { SupervisionError } from '../supervisor/errors.js';
import type { SupervisionOptions } from '../supervisor/supervision.js';
import type { SupervisedState, Supervisor } from '../supervisor/supervisor.js';
import type { SystemState } from '../supervisor/system-machine.js';
import type { StepListener, TraceRequest, WatchRequest } from '../supervisor/trace/trace-session.js';
import { beginRecording } from './begin-recording.js';
import { mergeCounters } from './counters.js';
import type { Lacks } from './lacks.js';
import type { Placement } from './placement.js';
import type { RecordedSystem } from './recorded-system.js';
import { actorStatuses, portStatuses } from './statuses.js';
import type { RecordOptions, RunningRecording, SystemRecording } from './system-recording.js';

/** A dead letter; a poison message with the report of the crash. */
export type ReportedLetter = DeadLetter<CrashReport>;

export interface SystemHealth {
  readonly state: SystemState;
  readonly vms: readonly VmStatus[];
  /** `load` is what the actor's VM says about it; null when the VM is gone or did not answer. */
  readonly actors: readonly (ActorStatus & PartyCondition & { readonly load: ActorHealth | null })[];
  readonly ports: readonly (PortStatus & PartyCondition)[];
  /** The tree of supervisors, their budgets, and what follows when that of the root is spent. */
  readonly supervision: SupervisionOptions;
  /** What storage holds of the persistent actors. */
  readonly persistent: readonly PersistenceStatus[];
  /** What tracing costs in each VM. */
  readonly traces: readonly TraceStatus[];
  readonly lacks: readonly Lack[];
}

export interface System {
  readonly state: SystemState;
  /** Why the system failed and stops, or has stopped, by itself; empty when it did not. */
  readonly failure: string;
  readonly placement: readonly Placement[];
  /** How everything is, as the supervisor knows it. Available at once. */
  readonly actors: readonly (ActorStatus & PartyCondition)[];
  readonly ports: readonly (PortStatus & PartyCondition)[];
  readonly vms: readonly VmStatus[];
  /** What the device does without, and what is done in its place: empty where nothing is missing. Each is also a change, `lack`. */
  readonly lacks: readonly Lack[];
  /** Says what the application does without, as a painter of its own thread; another one of that name is replaced. */
  addLack(lack: Lack): void;
  /** It has it again. */
  endLack(what: string): void;
  /** The same, with what the VMs say. Never rejects. */
  health(): Promise<SystemHealth>;
  /**
   * Makes the handler of the next frame of an actor or supervised port trap; waits while the party restarts.
   * @throws SupervisionError, ControlError
   */
  crash(party: string): Promise<void>;
  /** Makes the handler of the actor's next frame loop for ever; waits while the actor restarts. @throws SupervisionError, ControlError */
  hang(actor: string): Promise<void>;
  /** Waits while the actor restarts. @returns its saved state. @throws SupervisionError, ControlError */
  snapshot(actor: string): Promise<Uint8Array>;
  /** Stops one actor. It stays down, whatever its restart kind, until it is started. @throws SupervisionError, ControlError */
  stopActor(actor: string): Promise<void>;
  /**
   * Starts an actor that is down, with the state that it had when it was stopped, and a new budget.
   * @throws SupervisionError, StartError
   */
  startActor(actor: string): Promise<void>;
  /** Starts a port that crashed too often, with a new budget. @throws SupervisionError, StartError */
  startPort(port: string): Promise<void>;
  /** Ends an actor whose work is done: a permanent one starts afresh, a transient one stays down, a temporary one is forgotten. */
  finishActor(actor: string): Promise<void>;
  /**
   * Writes at once what has changed of persistent actors, for example before the platform may end the process. Never rejects: a state that
   * could not be written is reported as a change.
   */
  persist(): Promise<void>;
  /**
   * Moves an actor to the VM of its other twin, with its state and all that is on its way to and from it; waits while it restarts.
   * @throws SupervisionError when there is no such twin, VM or running actor; ControlError: then the actor stays where it is
   */
  moveActor(actor: string, side: Side): Promise<void>;
  /**
   * Loads another implementation of an actor, in every VM, and goes on with it where the actor runs: state and messages are kept, nobody else
   * notices. One that is down because it crashed too often is started with it, in the state that it had. For development.
   * @param address of a module that exports `application`; a new one each time, since a module is loaded once
   * @throws SupervisionError, ControlError, StartError: when it does not load, or the state does not fit; then the actor goes on as it was
   */
  replaceActor(actor: string, address: string): Promise<void>;
  /**
   * Starts an actor anew without the state that it had, and without a stored one. Messages that wait for it become dead letters, and the
   * requests in its hands fail. For development, where its state does not fit code that was edited.
   * @param address of a module with another implementation, as `replaceActor` takes it; when not given, the one that it has
   * @throws SupervisionError, ControlError: when that does not load; then the actor goes on as it was. StartError
   */
  startAfresh(actor: string, address?: string): Promise<void>;
  /** Idle messages are handled only while nothing animates. */
  setAnimating(animating: boolean): Promise<void>;
  /**
   * Stops the thread of a VM in a `debugger` statement right before a message that fits is handled: step into the handler there, in either
   * language. For development.
   * @param breakpoint also as a text: `focus.key`, or `focus.key to focus if message.key === "right"`, with `*` for any kind
   * @returns a function that removes it. @throws BreakpointError, LoadError, ControlError
   */
  breakOn(breakpoint: Breakpoint | string): Promise<() => Promise<void>>;
  /**
   * Lets the application stand as a whole: no VM handles a message from here on, and its time stands. Keys and other inputs wait as messages. Does
   * nothing more when it stands already. For a debugger. @throws PauseError `state`, `busy`; LoadError
   */
  pause(): Promise<Paused>;
  /**
   * Lets it go on, time where it stood.
   * @param until it stands again once such a message was handled, or at the next trap; when not given, only at breakpoints of `pauseAt`
   * @throws PauseError `state`; BreakpointError: then it stands as before
   */
  resume(until?: Until): Promise<void>;
  /** Lets exactly one message be handled: of those that the VMs would handle next, the one sent first. @throws PauseError `state`, `nothing` */
  step(): Promise<Paused>;
  /**
   * The whole application stands right before a message that fits one of these is handled. In place of those that were given before.
   * @param breakpoints also as texts, as `breakOn` takes them @throws BreakpointError: then those before hold; ControlError
   */
  pauseAt(breakpoints: readonly (Breakpoint | string)[]): Promise<void>;
  /** How it stands, with what waits by now; null while it goes on, and it does not come to stand by this. @throws ControlError */
  lookAgain(): Promise<Paused | null>;
  /** How it stands; null while it goes on. Each stand and going on is also a change, `paused`. */
  readonly paused: Paused | null;
  /** The sum over all running VMs. */
  counters(): Promise<VmCounters>;
  /** The dead letters of all running VMs, and the poison messages of all VMs, with the report of the crash: oldest first. */
  deadLetters(): Promise<readonly ReportedLetter[]>;
  /**
   * Shows what a dead letter would do to its actor now, in a throw-away instance: nothing of it is kept or sent.
   * @throws SupervisionError, also `port` for a letter to a port, ControlError
   */
  tryLetter(letter: ReportedLetter): Promise<Trial>;
  /**
   * Lets its actor or port handle a dead letter as its next message, out of order. A request in it that has failed stays failed: its reply
   * is refused. When it traps twice again it is a dead letter again. Once delivered it is no longer among the dead letters.
   * @throws SupervisionError, also `state` for a letter that was delivered before
   * @throws ControlError; after `lost` or `deadline` nobody knows whether the letter was handled
   */
  deliverLetter(letter: ReportedLetter): Promise<void>;
  /** Reports state changes, crashes and restarts as they happen. @returns a function that removes the listener */
  onChange(listener: (change: SystemChange) => void): () => void;
  /**
   * Traces more or less from now on, in all VMs or some. Steps go to those who `follow`. What it changes is what is known: never what happens.
   * @throws SupervisionError `state` when the system has ended; LoadError, ControlError
   */
  trace(request: TraceRequest): Promise<void>;
  /** Gives what is traced, a tenth of a second after it happened. @returns a function that ends it */
  follow(listener: StepListener): () => void;
  /**
   * Traces and gives what somebody wants to see, beside what others have asked for, whose steps may be among them. What `trace` has asked for
   * stays. @returns a function that ends it, and never rejects @throws SupervisionError `state` when the system has ended; LoadError, ControlError
   */
  watch(request: WatchRequest, listener: StepListener): Promise<() => Promise<void>>;
  /**
   * Prints messages as they flow, decoded, a line for each, up to a limit. @returns a function that ends it before
   * @throws RangeError for a name that does not exist; SupervisionError `state` when the system has ended; LoadError, ControlError
   */
  spy(options: SpyOptions): Promise<() => Promise<void>>;
  /**
   * Records into a sink from now on: at level `inputs` what a replay needs, at `frames` all messages. Ends with the system, unless it is
   * stopped before.
   * @throws Error when something is recorded already; SupervisionError `state` when the system has ended; LoadError, ControlError
   */
  record(sink: RecordingSink, options?: RecordOptions): Promise<RunningRecording>;
  /** What is being recorded now, also from the start on; null: nothing. */
  readonly recording: RunningRecording | null;
  /** The latest reports, oldest first. */
  readonly crashReports: readonly CrashReport[];
  /** Ends the actors in reverse order of their start, then the VMs. Never rejects; every call returns the same report. */
  stop(): Promise<StopReport>;
}

/** Identifies a letter: letters cross the control plane as copies. */
const nameOf = ({ source, target, sequence, at }: ReportedLetter): string => [source, target, sequence, at].join(' ');

export class SupervisedSystem implements System {
  /** Names of the letters that a person has delivered. */
  private readonly delivered = new Set<string>();

  /** @param recording one that began with the system */
  constructor(
    private readonly supervisor: Supervisor,
    private readonly kept: SupervisedState & RecordedSystem & { readonly lacks: Lacks },
    readonly placement: readonly Placement[],
    private newestRecording: SystemRecording | null,
  ) {}

  get state(): SystemState {
    return this.supervisor.state;
  }

  get failure(): string {
    return this.supervisor.failure;
  }

  get actors(): System['actors'] {
    return actorStatuses(this.kept);
  }

  get ports(): System['ports'] {
    return portStatuses(this.kept);
  }

  get vms(): readonly VmStatus[] {
    return this.kept.directory.vms.statuses;
  }

  get crashReports(): readonly CrashReport[] {
    return this.kept.changes.crashReports;
  }

  get lacks(): readonly Lack[] {
    return this.kept.lacks.list(this.actors);
  }

  addLack(lack: Lack): void {
    this.kept.lacks.add(lack);
  }

  endLack(what: string): void {
    this.kept.lacks.end(what);
  }

  async health(): Promise<SystemHealth> {
    const answers = await Promise.allSettled(this.liveControls.map((control) => control.health()));
    const traces = await this.kept.tracing.statuses();
    const loads = answers.flatMap((answer) => (answer.status === 'fulfilled' ? answer.value : []));
    const loadOf = (actor: string) => loads.find((load) => load.actor === actor) ?? null;
    return {
      state: this.state,
      vms: this.vms,
      actors: this.actors.map((status) => ({ ...status, load: loadOf(status.actor) })),
      ports: this.ports,
      supervision: this.supervisor.supervision,
      persistent: this.kept.persistence.statuses,
      traces,
      lacks: this.lacks,
    };
  }

  async crash(party: string): Promise<void> {
    const control = await this.runningControl(party);
    await control.crash(party);
  }

  async hang(actor: string): Promise<void> {
    const control = await this.runningControl(actor);
    await control.hang(actor);
  }

  async snapshot(actor: string): Promise<Uint8Array> {
    const control = await this.runningControl(actor);
    return control.snapshot(actor);
  }

  async stopActor(actor: string): Promise<void> {
    const { outcome, error } = await this.supervisor.stopActor(actor);
    if (outcome === 'killed') throw error;
  }

  async startActor(actor: string): Promise<void> {
    await this.supervisor.startActor(actor);
  }

  async startPort(port: string): Promise<void> {
    await this.kept.directory.port(port).start();
  }

  async finishActor(actor: string): Promise<void> {
    await this.kept.directory.actor(actor).finish();
  }

  async persist(): Promise<void> {
    await this.kept.persistence.flush();
  }

  async moveActor(actor: string, side: Side): Promise<void> {
    await this.kept.directory.actor(actor).move(side);
  }

  async replaceActor(actor: string, address: string): Promise<void> {
    const supervised = this.kept.directory.actor(actor);
    const state = await supervised.settled();
    if (state !== 'running' && !supervised.gone) throw new SupervisionError('state', actor, `is ${state}`);
    await this.implement(actor, address);
    if (supervised.gone) await this.supervisor.startActor(actor);
  }

  async startAfresh(actor: string, address?: string): Promise<void> {
    const supervised = this.kept.directory.actor(actor);
    await supervised.settled();
    await this.supervisor.stopActor(actor);
    try {
      if (address !== undefined) await this.implement(actor, address);
      supervised.forget();
    } finally {
      await this.supervisor.startActor(actor);
    }
  }

  /** @throws ControlError: in a VM that has it, its state does not fit; in any, it does not load */
  private async implement(actor: string, address: string): Promise<void> {
    await Promise.all(this.liveControls.map((control) => control.replace(actor, address)));
  }

  async setAnimating(animating: boolean): Promise<void> {
    await Promise.all(this.liveControls.map((control) => control.setAnimating(animating)));
  }

  breakOn(breakpoint: Breakpoint | string): Promise<() => Promise<void>> {
    return this.supervisor.debugging.breakOn(breakpoint);
  }

  async pause(): Promise<Paused> {
    return (await this.supervisor.debugging.pause()).begin();
  }

  async resume(until?: Until): Promise<void> {
    return (await this.supervisor.debugging.pause()).resume(until);
  }

  async step(): Promise<Paused> {
    return (await this.supervisor.debugging.pause()).step();
  }

  async pauseAt(breakpoints: readonly (Breakpoint | string)[]): Promise<void> {
    return (await this.supervisor.debugging.pause()).haltBefore(breakpoints);
  }

  async lookAgain(): Promise<Paused | null> {
    return (await this.supervisor.debugging.pause()).lookAgain();
  }

  get paused(): Paused | null {
    return this.supervisor.debugging.paused;
  }

  async counters(): Promise<VmCounters> {
    return mergeCounters(await Promise.all(this.liveControls.map((control) => control.counters())));
  }

  async deadLetters(): Promise<readonly ReportedLetter[]> {
    const letters = await Promise.all(this.liveControls.map((control) => control.deadLetters()));
    const ofVms = letters.flat().filter(({ code }) => code !== 'poisoned');
    const kept = [...ofVms, ...this.kept.changes.poisoned.list()];
    const names = new Set(kept.map(nameOf));
    for (const name of this.delivered) if (!names.has(name)) this.delivered.delete(name);
    return kept.filter((letter) => !this.delivered.has(nameOf(letter))).sort((a, b) => a.at - b.at);
  }

  async tryLetter({ target, frame }: ReportedLetter): Promise<Trial> {
    const actor = this.kept.directory.nameAt(target);
    if (this.kept.directory.ports.has(actor))
      throw new SupervisionError('port', actor, 'is a port: what it is cannot be copied for a trial');
    return (await this.runningControl(actor)).tryFrame(actor, frame);
  }

  async deliverLetter(letter: ReportedLetter): Promise<void> {
    const actor = this.kept.directory.nameAt(letter.target);
    const control = await this.runningControl(actor);
    const name = nameOf(letter);
    if (this.delivered.has(name)) throw new SupervisionError('state', actor, 'has been given this letter already');
    this.delivered.add(name);
    try {
      await control.deliverAgain(actor, letter.frame);
    } catch (error) {
      this.delivered.delete(name);
      throw error;
    }
  }

  onChange(listener: (change: SystemChange) => void): () => void {
    return this.kept.changes.onChange(listener);
  }

  async trace(request: TraceRequest): Promise<void> {
    return this.kept.tracing.trace(request);
  }

  follow(listener: StepListener): () => void {
    return this.kept.tracing.follow(listener);
  }

  async watch(request: WatchRequest, listener: StepListener): Promise<() => Promise<void>> {
    return this.kept.tracing.watch(request, listener);
  }

  async spy(options: SpyOptions): Promise<() => Promise<void>> {
    const { Spy } = await loadPart(this.kept.host, 'what spies', import('../../trace/spy.js'));
    const spy = new Spy(this.kept.directory.schemas, options);
    const { parties, kinds } = options;
    let end: (() => Promise<void>) | null = null;
    end = await this.watch({ level: 'frames', filter: { parties, kinds } }, (steps) => {
      if (!spy.hear(steps)) void end?.();
    });
    return end;
  }

  async record(sink: RecordingSink, options: RecordOptions = {}): Promise<RunningRecording> {
    const placement = Object.fromEntries(this.actors.map(({ actor, vm }) => [actor, vm]));
    this.newestRecording = await beginRecording(this.kept, sink, placement, options);
    return this.newestRecording;
  }

  get recording(): RunningRecording | null {
    return this.newestRecording?.isRunning ? this.newestRecording : null;
  }

  async stop(): Promise<StopReport> {
    const report = await this.supervisor.stop();
    // Afterwards, so that the ends of all actors are in what was traced.
    if (this.kept.tracing.isActive) await this.endTracing();
    return report;
  }

  private async endTracing(): Promise<void> {
    await this.newestRecording?.stop().catch(() => {}); // it was told as a change
    await this.kept.tracing.end();
  }

  private get liveControls(): readonly VmControl[] {
    return this.kept.directory.vms.liveControls;
  }

  /** Waits while the actor or port restarts. */
  private async runningControl(party: string): Promise<VmControl> {
    const state = await this.kept.directory.party(party).settled();
    if (state !== 'running') throw new SupervisionError('state', party, `is ${state}`);
    return this.kept.directory.controlOf(party);
  }
}
