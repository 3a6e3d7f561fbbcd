/** A running system, for whoever started it: what it tells about itself, and what it can be asked to do. */

import type { SavedStateBytes } from '../../protocol/names.js';
import type { RecordingFacts, RecordingSink } from '../../trace/recording.js';
import type { SpyOptions } from '../../trace/spy.js';
import type { Breakpoint } from '../contract/breakpoint.js';
import { type ActorHealth, type DeadLetter, NO_COUNTS, type Trial, type VmControl, type VmCounters } from '../contract/control.js';
import type { CrashReport } from '../contract/events.js';
import type { Lack } from '../contract/host.js';
import { loadPart } from '../contract/host.js';
import type { Paused, Until } from '../contract/pause.js';
import type { PartyCondition, Side, StopReport, SystemState } from '../contract/states.js';
import type { PersistenceStatus } from '../contract/storage.js';
import type { TraceStatus } from '../contract/tracing.js';
import type { ActorStatus, PortStatus, SystemChange, VmStatus } from '../supervisor/change-feed.js';
import { SupervisionError } from '../supervisor/errors.js';
import { actorStatuses, portStatuses, type SupervisedState } from '../supervisor/supervised-state.js';
import type { SupervisionOptions } from '../supervisor/supervision.js';
import type { Supervisor } from '../supervisor/supervisor.js';
import type { StepListener, TraceRequest, WatchRequest } from '../supervisor/trace/trace-session.js';
import type { Lacks } from './lacks.js';
import type { Placement } from './placement.js';
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

/** What records is loaded by then: most pages never do. @throws as `System.record` */
export async function beginRecording(
  system: SupervisedState,
  sink: RecordingSink,
  placement: RecordingFacts['placement'],
  options: RecordOptions,
): Promise<SystemRecording> {
  const { SystemRecording } = await loadPart(system.host, 'what records', import('./system-recording.js'));
  const recording = new SystemRecording(system, await system.tracing.opened(), sink, placement, options);
  await recording.begin();
  return recording;
}

/** Identifies a letter: letters cross the control plane as copies. */
const nameOf = ({ source, target, sequence, at }: ReportedLetter): string => [source, target, sequence, at].join(' ');

export class System {
  /** Names of the letters that a person has delivered. */
  private readonly delivered = new Set<string>();

  /** @param recording one that began with the system */
  constructor(
    private readonly supervisor: Supervisor,
    private readonly parts: SupervisedState,
    private readonly told: Lacks,
    readonly placement: readonly Placement[],
    private newestRecording: SystemRecording | null,
  ) {}

  get state(): SystemState {
    return this.supervisor.state;
  }

  /** Why the system failed and stops, or has stopped, by itself; empty when it did not. */
  get failure(): string {
    return this.supervisor.failure;
  }

  /** How everything is, as the supervisor knows it. Available at once. */
  get actors(): readonly (ActorStatus & PartyCondition)[] {
    return actorStatuses(this.parts);
  }

  get ports(): readonly (PortStatus & PartyCondition)[] {
    return portStatuses(this.parts);
  }

  get vms(): readonly VmStatus[] {
    return this.parts.directory.vms.statuses;
  }

  /** The latest reports, oldest first. */
  get crashReports(): readonly CrashReport[] {
    return this.parts.changes.crashReports;
  }

  /** What the device does without, and what is done in its place: empty where nothing is missing. Each is also a change, `lack`. */
  get lacks(): readonly Lack[] {
    return this.told.list(this.actors);
  }

  /** Says what the application does without, as a painter of its own thread; another one of that name is replaced. */
  addLack(lack: Lack): void {
    this.told.add(lack);
  }

  /** It has it again. */
  endLack(what: string): void {
    this.told.end(what);
  }

  /** How everything is, with what the VMs say. Never rejects. */
  async health(): Promise<SystemHealth> {
    const answers = await Promise.allSettled(this.liveControls.map((control) => control.health()));
    const traces = await this.parts.tracing.statuses();
    const loads = answers.flatMap((answer) => (answer.status === 'fulfilled' ? answer.value : []));
    const { tree, intensity, escalation } = this.parts.supervision;
    const loadOf = (actor: string) => loads.find((load) => load.actor === actor) ?? null;
    return {
      state: this.state,
      vms: this.vms,
      actors: this.actors.map((status) => ({ ...status, load: loadOf(status.actor) })),
      ports: this.ports,
      supervision: { tree, intensity, escalation },
      persistent: this.parts.persistence.statuses,
      traces,
      lacks: this.lacks,
    };
  }

  /**
   * Makes the handler of the next frame of an actor or supervised port trap; waits while the party restarts.
   * @throws SupervisionError, ControlError
   */
  async crash(party: string): Promise<void> {
    const control = await this.runningControl(party);
    await control.crash(party);
  }

  /** Makes the handler of the actor's next frame loop for ever; waits while the actor restarts. @throws SupervisionError, ControlError */
  async hang(actor: string): Promise<void> {
    const control = await this.runningControl(actor);
    await control.hang(actor);
  }

  /** Waits while the actor restarts. @returns its saved state. @throws SupervisionError, ControlError */
  async snapshot(actor: string): Promise<SavedStateBytes> {
    const control = await this.runningControl(actor);
    return control.snapshot(actor);
  }

  /** Stops one actor. It stays down, whatever its restart kind, until it is started. @throws SupervisionError, ControlError */
  async stopActor(actor: string): Promise<void> {
    const { outcome, error } = await this.supervisor.stopActor(actor);
    if (outcome === 'killed') throw error;
  }

  /**
   * Starts an actor that is down, with the state that it had when it was stopped, and a new budget.
   * @throws SupervisionError, StartError
   */
  async startActor(actor: string): Promise<void> {
    await this.supervisor.startActor(actor);
  }

  /** Starts a port that crashed too often, with a new budget. @throws SupervisionError, StartError */
  async startPort(port: string): Promise<void> {
    await this.parts.directory.port(port).start();
  }

  /** Ends an actor whose work is done: a permanent one starts afresh, a transient one stays down, a temporary one is forgotten. */
  async finishActor(actor: string): Promise<void> {
    await this.parts.directory.actor(actor).finish();
  }

  /**
   * Writes at once what has changed of persistent actors, for example before the platform may end the process. Never rejects: a state that
   * could not be written is reported as a change.
   */
  async persist(): Promise<void> {
    await this.parts.persistence.flush();
  }

  /**
   * Moves an actor to the VM of its other twin, with its state and all that is on its way to and from it; waits while it restarts.
   * @throws SupervisionError when there is no such twin, VM or running actor; ControlError: then the actor stays where it is
   */
  async moveActor(actor: string, side: Side): Promise<void> {
    await this.parts.directory.actor(actor).move(side);
  }

  /**
   * Loads another implementation of an actor, in every VM, and goes on with it where the actor runs: state and messages are kept, nobody else
   * notices. One that is down because it crashed too often is started with it, in the state that it had. For development.
   * @param address of a module that exports `application`; a new one each time, since a module is loaded once
   * @throws SupervisionError, ControlError, StartError: when it does not load, or the state does not fit; then the actor goes on as it was
   */
  async replaceActor(actor: string, address: string): Promise<void> {
    const supervised = this.parts.directory.actor(actor);
    const state = await supervised.settled();
    if (state !== 'running' && !supervised.gone) throw new SupervisionError('state', actor, `is ${state}`);
    await this.implement(actor, address);
    if (supervised.gone) await this.supervisor.startActor(actor);
  }

  /**
   * Starts an actor anew without the state that it had, and without a stored one. Messages that wait for it become dead letters, and the
   * requests in its hands fail. For development, where its state does not fit code that was edited.
   * @param address of a module with another implementation, as `replaceActor` takes it; when not given, the one that it has
   * @throws SupervisionError, ControlError: when that does not load; then the actor goes on as it was. StartError
   */
  async startAfresh(actor: string, address?: string): Promise<void> {
    const supervised = this.parts.directory.actor(actor);
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

  /** Idle messages are handled only while nothing animates. */
  async setAnimating(animating: boolean): Promise<void> {
    await Promise.all(this.liveControls.map((control) => control.setAnimating(animating)));
  }

  /**
   * Stops the thread of a VM in a `debugger` statement right before a message that fits is handled: step into the handler there, in either
   * language. For development.
   * @param breakpoint also as a text: `basket.add`, or `basket.add to basket if message.cents > 100`, with `*` for any kind
   * @returns a function that removes it. @throws BreakpointError, LoadError, ControlError
   */
  async breakOn(breakpoint: Breakpoint | string): Promise<() => Promise<void>> {
    return (await this.supervisor.debugging.load('what sets breakpoints')).breakOn(breakpoint);
  }

  /**
   * Lets the application stand as a whole: no VM handles a message from here on, and its time stands. Keys and other inputs wait as messages. Does
   * nothing more when it stands already. For a debugger. @throws PauseError `state`, `busy`; LoadError
   */
  async pause(): Promise<Paused> {
    return (await this.supervisor.debugging.load()).begin();
  }

  /**
   * Lets it go on, time where it stood.
   * @param until it stands again once such a message was handled, or at the next trap; when not given, only at breakpoints of `pauseAt`
   * @throws PauseError `state`; BreakpointError: then it stands as before
   */
  async resume(until?: Until): Promise<void> {
    return (await this.supervisor.debugging.load()).resume(until);
  }

  /** Lets exactly one message be handled: of those that the VMs would handle next, the one sent first. @throws PauseError `state`, `nothing` */
  async step(): Promise<Paused> {
    return (await this.supervisor.debugging.load()).step();
  }

  /**
   * The whole application stands right before a message that fits one of these is handled. In place of those that were given before.
   * @param breakpoints also as texts, as `breakOn` takes them @throws BreakpointError: then those before hold; ControlError
   */
  async pauseAt(breakpoints: readonly (Breakpoint | string)[]): Promise<void> {
    return (await this.supervisor.debugging.load()).haltBefore(breakpoints);
  }

  /** How it stands, with what waits by now; null while it goes on, and it does not come to stand by this. @throws ControlError */
  async lookAgain(): Promise<Paused | null> {
    return (await this.supervisor.debugging.load()).lookAgain();
  }

  /** How it stands; null while it goes on. Each stand and going on is also a change, `paused`. */
  get paused(): Paused | null {
    return this.supervisor.debugging.part?.paused ?? null;
  }

  /** The sum over all running VMs. */
  async counters(): Promise<VmCounters> {
    return sumOf(await Promise.all(this.liveControls.map((control) => control.counters())));
  }

  /** The dead letters of all running VMs, and the poison messages of all VMs, with the report of the crash: oldest first. */
  async deadLetters(): Promise<readonly ReportedLetter[]> {
    const letters = await Promise.all(this.liveControls.map((control) => control.deadLetters()));
    const ofVms = letters.flat().filter(({ code }) => code !== 'poisoned');
    const kept = [...ofVms, ...this.parts.changes.poisoned.list()];
    const names = new Set(kept.map(nameOf));
    for (const name of this.delivered) if (!names.has(name)) this.delivered.delete(name);
    return kept.filter((letter) => !this.delivered.has(nameOf(letter))).sort((a, b) => a.at - b.at);
  }

  /**
   * Shows what a dead letter would do to its actor now, in a throw-away instance: nothing of it is kept or sent.
   * @throws SupervisionError, also `port` for a letter to a port, ControlError
   */
  async tryLetter({ target, frame }: ReportedLetter): Promise<Trial> {
    const actor = this.parts.directory.nameAt(target);
    if (this.parts.directory.ports.has(actor))
      throw new SupervisionError('port', actor, 'is a port: what it is cannot be copied for a trial');
    return (await this.runningControl(actor)).tryFrame(actor, frame);
  }

  /**
   * Lets its actor or port handle a dead letter as its next message, out of order. A request in it that has failed stays failed: its reply
   * is refused. When it traps twice again it is a dead letter again. Once delivered it is no longer among the dead letters.
   * @throws SupervisionError, also `state` for a letter that was delivered before
   * @throws ControlError; after `lost` or `deadline` nobody knows whether the letter was handled
   */
  async deliverLetter(letter: ReportedLetter): Promise<void> {
    const actor = this.parts.directory.nameAt(letter.target);
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

  /** Reports state changes, crashes and restarts as they happen. @returns a function that removes the listener */
  onChange(listener: (change: SystemChange) => void): () => void {
    return this.parts.changes.onChange(listener);
  }

  /**
   * Traces more or less from now on, in all VMs or some. Steps go to those who `follow`. What it changes is what is known: never what happens.
   * @throws SupervisionError `state` when the system has ended; LoadError, ControlError
   */
  async trace(request: TraceRequest): Promise<void> {
    return this.parts.tracing.trace(request);
  }

  /** Gives what is traced, a tenth of a second after it happened. @returns a function that ends it */
  follow(listener: StepListener): () => void {
    return this.parts.tracing.follow(listener);
  }

  /**
   * Traces and gives what somebody wants to see, beside what others have asked for, whose steps may be among them. What `trace` has asked for
   * stays. @returns a function that ends it, and never rejects @throws SupervisionError `state` when the system has ended; LoadError, ControlError
   */
  async watch(request: WatchRequest, listener: StepListener): Promise<() => Promise<void>> {
    return (await this.parts.tracing.opened()).watch(request, listener);
  }

  /**
   * Prints messages as they flow, decoded, a line for each, up to a limit. @returns a function that ends it before
   * @throws RangeError for a name that does not exist; SupervisionError `state` when the system has ended; LoadError, ControlError
   */
  async spy(options: SpyOptions): Promise<() => Promise<void>> {
    const { Spy } = await loadPart(this.parts.host, 'what spies', import('../../trace/spy.js'));
    const spy = new Spy(this.parts.directory.schemas, options);
    const { parties, kinds } = options;
    let end: (() => Promise<void>) | null = null;
    end = await this.watch({ level: 'frames', filter: { parties, kinds } }, (steps) => {
      if (!spy.hear(steps)) void end?.();
    });
    return end;
  }

  /**
   * Records into a sink from now on: at level `inputs` what a replay needs, at `frames` all messages. Ends with the system, unless it is
   * stopped before.
   * @throws Error when something is recorded already; SupervisionError `state` when the system has ended; LoadError, ControlError
   */
  async record(sink: RecordingSink, options: RecordOptions = {}): Promise<RunningRecording> {
    const placement = Object.fromEntries(this.actors.map(({ actor, vm }) => [actor, vm]));
    this.newestRecording = await beginRecording(this.parts, sink, placement, options);
    return this.newestRecording;
  }

  /** What is being recorded now, also from the start on; null: nothing. */
  get recording(): RunningRecording | null {
    return this.newestRecording?.isRunning ? this.newestRecording : null;
  }

  /** Ends the actors in reverse order of their start, then the VMs. Never rejects; every call returns the same report. */
  async stop(): Promise<StopReport> {
    const report = await this.supervisor.stop();
    // Afterwards, so that the ends of all actors are in what was traced.
    await this.newestRecording?.stop().catch(() => {}); // it was told as a change
    await this.parts.tracing.session?.end();
    return report;
  }

  private get liveControls(): readonly VmControl[] {
    return this.parts.directory.vms.liveControls;
  }

  /** Waits while the actor or port restarts. */
  private async runningControl(party: string): Promise<VmControl> {
    const state = await this.parts.directory.party(party).settled();
    if (state !== 'running') throw new SupervisionError('state', party, `is ${state}`);
    return this.parts.directory.controlOf(party);
  }
}

/** Sums every counter, also per pair, since an actor may have run in one VM and then in another. */
const sumOf = (counters: readonly VmCounters[]): VmCounters => counters.reduce(summed, NO_COUNTS);

function summed<C extends object>(one: C, other: C): C {
  const sum = { ...one } as Record<string, number | object | undefined>;
  for (const [name, count] of Object.entries(other))
    sum[name] = typeof count === 'number' ? ((sum[name] as number | undefined) ?? 0) + count : summed(sum[name] as object, count);
  return sum as C;
}
