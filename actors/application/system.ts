/**
 * The whole application as one object: starts the VMs, links them, starts the actors under supervision, and ends it all again.
 *
 *   const system = await startSystem(host, { parties, actors, placement: 'mixed' });
 *   system.onChange((change) => ...);
 *   await system.stop();
 *
 * The catch: what happens inside a VM is asked over the control plane, so every such answer is a promise, and a VM that dies
 * meanwhile makes it reject with a ControlError.
 */
import { fingerprintOf } from '../../protocol/fingerprint.js';
import { CONTROL_DEADLINE_MS, HANG_MS } from '../../protocol/limits.js';
import type { PartySchema } from '../../protocol/schema.js';
import { conditionOf, type PartyCondition } from '../contract/condition.js';
import type { ActorHealth, DeadLetter, VmControl, VmCounters } from '../contract/control.js';
import type { CrashReport } from '../contract/events.js';
import type { Host } from '../contract/host.js';
import type { ActorOptions, VmName } from '../contract/instance.js';
import type { CircuitState } from '../contract/states.js';
import type { Storage } from '../contract/storage.js';
import type { PersistenceStatus } from '../contract/storage-change.js';
import type { Trial } from '../contract/trial.js';
import type { Side, Twins } from '../contract/twin.js';
import type { ActorStatus, PortStatus, SystemChange, VmStatus } from '../supervisor/change-feed.js';
import { type CircuitLimits, COOL_DOWN_MS, checkCircuit } from '../supervisor/circuit.js';
import { SupervisionError } from '../supervisor/errors.js';
import { checkIntensity, INTENSITY_DEFAULT, type Intensity } from '../supervisor/intensity.js';
import { mergeCounters } from '../supervisor/merged-counters.js';
import type { StopReport } from '../supervisor/stop-report.js';
import type { ActorSpecification } from '../supervisor/supervised-actor.js';
import { Supervisor } from '../supervisor/supervisor.js';
import { actorsOf, checkTree, flatTree, type SupervisorSpec } from '../supervisor/supervisor-spec.js';
import type { Escalation, SystemState } from '../supervisor/system-machine.js';
import type { RestartKind } from '../supervisor/tree/specification.js';
import { Narrator } from './narrator.js';
import { Persistence, type PersistentActors, type Stored } from './persistence/persistence.js';
import { decidePlacement, type Placement, type PlacementPlan, parsePlacement } from './placement.js';

export interface ActorSpec {
  readonly schema: PartySchema;
  /** `permanent` when not given. */
  readonly restart?: RestartKind;
  /** Its end, when it is not restarted, may end its supervisor. */
  readonly significant?: boolean;
  /** Numbers that the actor is configured with before it starts. */
  readonly options?: ActorOptions;
  readonly twins: Twins;
  /** Its state is kept in `storage`, and restored from there when the system starts; false when not given. docs/STORAGE.md says which states can be. */
  readonly persistent?: boolean;
  /** It computes little and is close to the page or to a port in JavaScript: the placement `mixed` keeps it there. False when not given. */
  readonly closeToPage?: boolean;
  /** Percentage of devices, 0 to 100, on which its Wasm twin is used when the placement wants it; 100 when not given. */
  readonly rolloutPercent?: number;
}

export interface SystemOptions extends Partial<Intensity> {
  /** All actors and ports of the application. */
  readonly parties: readonly PartySchema[];
  /** Where ports live that are not in the host's VM, by name: the page's code is in `js`. */
  readonly portVms?: Readonly<Record<string, VmName>>;
  /** In the order of their start, unless a tree says otherwise. */
  readonly actors: readonly ActorSpec[];
  /** Who supervises whom, with every actor in it once: one supervisor over all, one for one, when not given. */
  readonly supervision?: SupervisorSpec;
  /** `js`, `wasm`, `mixed`, `orders=wasm,stock=js`, or a plan. */
  readonly placement: string | PlacementPlan;
  /** Where the states of persistent actors outlive the system; without it nothing does. The system does not close it. */
  readonly storage?: Storage;
  /** What of `storage` the persistent actors begin with: an application that gave up with a state may try without it. `newest` when not given. */
  readonly stored?: Stored;
  /** A guest that cannot be run ends the start, although its actor could begin as its JavaScript twin: for tests and development. False when not given. */
  readonly strict?: boolean;
  /** Decides the rollout bucket: the same for this device on every start. */
  readonly deviceId?: string;
  /** What an exhausted restart budget of the root supervisor means; `degrade` when not given. */
  readonly escalation?: Escalation;
  /**
   * When an actor that runs in Wasm goes on as its JavaScript twin, and when it goes back; null: it does not. As often as its supervisor would
   * restart it, and after `COOL_DOWN_MS`, when not given.
   */
  readonly circuit?: Partial<CircuitLimits> | null;
  /** How often a VM that is lost may be started again; as often as one actor may when not given. */
  readonly vmIntensity?: Intensity;
  /** A VM that is busy for so long without getting on with any frame hangs: it is ended, and its actors go on; `HANG_MS` when not given. */
  readonly hangMs?: number;
  /** Told of every change from the first on, also of those during the start. */
  readonly onChange?: (change: SystemChange) => void;
  /** How long a VM may take to stop one actor. */
  readonly shutdownMs?: number;
  /** Probability that a first delivery to a Wasm actor traps; 0 when not given. */
  readonly trapRate?: number;
  /** Of the draws for `trapRate`. */
  readonly seed?: number;
}

export interface SystemHealth {
  readonly state: SystemState;
  readonly vms: readonly VmStatus[];
  /** `load` is what the actor's VM says of it; null when the VM is gone or did not answer. */
  readonly actors: readonly (ActorStatus & PartyCondition & { readonly load: ActorHealth | null })[];
  readonly ports: readonly (PortStatus & PartyCondition)[];
  /** What storage holds of the persistent actors. */
  readonly persistent: readonly PersistenceStatus[];
}

export interface System {
  readonly state: SystemState;
  /** Why it gave up and stops, or has stopped, by itself; empty when it did not. */
  readonly failure: string;
  readonly placement: readonly Placement[];
  /** How everything is, as the supervisor knows it; at once. */
  readonly actors: readonly (ActorStatus & PartyCondition)[];
  readonly ports: readonly (PortStatus & PartyCondition)[];
  readonly vms: readonly VmStatus[];
  /** The same with what the VMs say. Never rejects. */
  health(): Promise<SystemHealth>;
  /** Makes the handler of the next frame of an actor or supervised port trap; waits while it restarts. @throws SupervisionError, ControlError */
  crash(party: string): Promise<void>;
  /** Makes the handler of the actor's next frame loop for ever; waits while the actor restarts. @throws SupervisionError, ControlError */
  hang(actor: string): Promise<void>;
  /** Waits while the actor restarts. @returns its saved state. @throws SupervisionError, ControlError */
  snapshot(actor: string): Promise<Uint8Array>;
  /** Ends one actor by order; it stays down, whatever its restart kind, until it is started. @throws SupervisionError, ControlError */
  stopActor(actor: string): Promise<void>;
  /** Starts an actor that is down, with the state it was stopped with and a new budget. @throws SupervisionError, StartError */
  startActor(actor: string): Promise<void>;
  /** Starts a port that crashed too often, with a new budget. @throws SupervisionError, StartError */
  startPort(port: string): Promise<void>;
  /** Ends an actor whose work is done: a permanent one starts afresh, a transient one stays down, a temporary one is forgotten. */
  finishActor(actor: string): Promise<void>;
  /**
   * Writes at once what has changed of persistent actors, as before the platform may end the process. Never rejects: what could not be
   * written is told as a change.
   */
  persist(): Promise<void>;
  /**
   * Takes an actor to the VM of its other twin, with its state and all that is on its way to and from it; waits while it restarts.
   * @throws SupervisionError when there is no such twin, VM or actor that runs; ControlError: it stays where it is
   */
  moveActor(actor: string, side: Side): Promise<void>;
  /** Idle messages are handled only while nothing animates. */
  setAnimating(animating: boolean): Promise<void>;
  /** The sum over all VMs that run. */
  counters(): Promise<VmCounters>;
  /** Of all VMs that run, and those of messages that were given up in any, with the report of the crash: oldest first. */
  deadLetters(): Promise<readonly DeadLetter<CrashReport>[]>;
  /** Shows what a dead letter would do to its actor now, in a throw-away instance: nothing of it is kept or sent. @throws SupervisionError, also `port` for one that is for a port, ControlError */
  tryLetter(letter: DeadLetter<CrashReport>): Promise<Trial>;
  /**
   * Lets its actor or port handle a dead letter as its next message, out of its order. A request in it that has failed stays so: its reply is
   * refused. When it traps twice again it is a dead letter again. Once it is delivered it is no longer among the dead letters.
   * @throws SupervisionError, also `state` for one that was delivered before. ControlError: after `lost` or `deadline` nobody knows whether it
   *   was handled
   */
  deliverLetter(letter: DeadLetter<CrashReport>): Promise<void>;
  /** State changes, crashes and restarts as they happen. @returns a function that takes the listener away */
  onChange(listener: (change: SystemChange) => void): () => void;
  /** The latest, oldest first. */
  readonly crashReports: readonly CrashReport[];
  /** Ends the actors in reverse order of their start, then the VMs. Never rejects; the same report on every call. */
  stop(): Promise<StopReport>;
}

/**
 * @throws PlacementError, SpecificationError, RangeError for options that make no sense, before anything starts
 * @throws StartError that names the VM and actor, or the ControlError of a link; everything that had started was ended again
 */
export async function startSystem(host: Host, options: SystemOptions): Promise<System> {
  const placement = placeActors(host, options);
  const names = options.actors.map(({ schema }) => schema.name);
  const tree = options.supervision ?? flatTree(names);
  checkTree(tree, names);
  const supervisor = new Supervisor(host, {
    vms: placement.some(({ vm }) => vm === 'wasm') ? ['js', 'wasm'] : ['js'],
    actors: specify(options, placement, actorsOf(tree)),
    tree,
    intensity: intensityOf(options),
    circuit: circuitOf(options),
    parties: options.parties,
    portVms: options.portVms ?? {},
    strict: options.strict ?? false,
    escalation: options.escalation ?? 'degrade',
    vmIntensity: options.vmIntensity ?? INTENSITY_DEFAULT,
    hangMs: checkHangMs(options.hangMs ?? HANG_MS),
    keepStates: (services) => new Persistence(persistentOf(options), services),
    prepare: async (control, vm) => {
      if (options.trapRate && vm === 'wasm') await control.setTrapRate(options.trapRate, options.seed ?? 0);
    },
  });
  if (host.warn) supervisor.changes.onChange(new Narrator(host.warn, host.clock).hear);
  if (options.onChange) supervisor.changes.onChange(options.onChange);
  await supervisor.start();
  return new SupervisedSystem(supervisor, placementOf(placement, supervisor.actorStatuses));
}

function placeActors(host: Host, { actors, placement, deviceId = '' }: SystemOptions): readonly Placement[] {
  const names = actors.map(({ schema }) => schema.name);
  const twice = names.find((name, i) => names.indexOf(name) !== i);
  if (twice !== undefined) throw new RangeError(`actor ${twice} is listed twice`);
  const close = actors.flatMap(({ schema, closeToPage }) => (closeToPage ? [schema.name] : []));
  const plan = typeof placement === 'string' ? parsePlacement(placement, names, close) : placement;
  const inputs = actors.map(({ schema, twins, rolloutPercent }) => ({ actor: schema.name, twins, rolloutPercent }));
  return decidePlacement(plan, inputs, { wasm: host.capabilities.wasm, id: deviceId });
}

/** After the start, which has shown whose guests cannot be run. */
function placementOf(planned: readonly Placement[], statuses: readonly ActorStatus[]): readonly Placement[] {
  const replaced = new Set(statuses.filter(({ twin }) => twin.why === 'guest').map(({ actor }) => actor));
  return planned.map((placement) => (replaced.has(placement.actor) ? { ...placement, vm: 'js', reason: 'guest' } : placement));
}

function persistentOf({ actors, stored = 'newest', storage }: SystemOptions): PersistentActors {
  const persistent = actors.flatMap(({ schema, persistent = false }) =>
    persistent && schema.state ? [{ actor: schema.name, fingerprint: fingerprintOf(schema.state) }] : [],
  );
  return { actors: persistent, stored, storage };
}

function intensityOf({ intensity = INTENSITY_DEFAULT.intensity, periodMs = INTENSITY_DEFAULT.periodMs }: SystemOptions): Intensity {
  checkIntensity({ intensity, periodMs });
  return { intensity, periodMs };
}

function circuitOf(options: SystemOptions): CircuitLimits | null {
  if (options.circuit === null) return null;
  return checkCircuit({ ...intensityOf(options), coolDownMs: COOL_DOWN_MS, ...options.circuit });
}

function specify(options: SystemOptions, placement: readonly Placement[], inOrder: readonly string[]): readonly ActorSpecification[] {
  const { shutdownMs = CONTROL_DEADLINE_MS } = options;
  const specifications = options.actors.map(
    ({ schema, twins, restart = 'permanent', significant = false, options: actorOptions = {} }, i): ActorSpecification => ({
      actor: schema.name,
      address: schema.address,
      vm: placement[i].vm,
      why: placement[i].reason,
      twins,
      restart,
      significant,
      shutdownMs,
      options: actorOptions,
    }),
  );
  return specifications.sort((a, b) => inOrder.indexOf(a.actor) - inOrder.indexOf(b.actor));
}

function checkHangMs(hangMs: number): number {
  if (!(hangMs > 0)) throw new RangeError(`hangMs is a positive number, not ${hangMs}`);
  return hangMs;
}

/** Tells letters apart: they cross the control plane as copies. */
const nameOf = ({ source, target, sequence, at }: DeadLetter<CrashReport>): string => [source, target, sequence, at].join(' ');

class SupervisedSystem implements System {
  /** Names of the letters that a person has delivered. */
  private readonly delivered = new Set<string>();

  constructor(
    private readonly supervisor: Supervisor,
    readonly placement: readonly Placement[],
  ) {}

  get state(): SystemState {
    return this.supervisor.state;
  }

  get failure(): string {
    return this.supervisor.failure;
  }

  get actors(): System['actors'] {
    return this.supervisor.actorStatuses.map((status) => {
      const failedOver = status.circuit === 'open' || status.twin.why === 'guest';
      return { ...status, ...this.conditionOf(status.actor, status, failedOver ? 'open' : status.circuit) };
    });
  }

  get ports(): System['ports'] {
    return this.supervisor.portStatuses.map((status) => ({ ...status, ...this.conditionOf(status.port, status, null) }));
  }

  get vms(): readonly VmStatus[] {
    return this.supervisor.vmStatuses;
  }

  get crashReports(): readonly CrashReport[] {
    return this.supervisor.changes.crashReports;
  }

  async health(): Promise<SystemHealth> {
    const answers = await Promise.allSettled(this.supervisor.liveControls.map((control) => control.health()));
    const loads = answers.flatMap((answer) => (answer.status === 'fulfilled' ? answer.value : []));
    const loadOf = (actor: string) => loads.find((load) => load.actor === actor) ?? null;
    return {
      state: this.state,
      vms: this.vms,
      actors: this.actors.map((status) => ({ ...status, load: loadOf(status.actor) })),
      ports: this.ports,
      persistent: this.supervisor.persistence.statuses,
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
    await this.supervisor.port(port).start();
  }

  async finishActor(actor: string): Promise<void> {
    await this.supervisor.actor(actor).finish();
  }

  async persist(): Promise<void> {
    await this.supervisor.persistence.flush();
  }

  async moveActor(actor: string, side: Side): Promise<void> {
    await this.supervisor.actor(actor).move(side);
  }

  async setAnimating(animating: boolean): Promise<void> {
    await Promise.all(this.supervisor.liveControls.map((control) => control.setAnimating(animating)));
  }

  async counters(): Promise<VmCounters> {
    return mergeCounters(await Promise.all(this.supervisor.liveControls.map((control) => control.counters())));
  }

  async deadLetters(): Promise<readonly DeadLetter<CrashReport>[]> {
    const letters = await Promise.all(this.supervisor.liveControls.map((control) => control.deadLetters()));
    const ofVms = letters.flat().filter(({ code }) => code !== 'poisoned');
    const kept = [...ofVms, ...this.supervisor.changes.poisoned.list()];
    const names = new Set(kept.map(nameOf));
    for (const name of this.delivered) if (!names.has(name)) this.delivered.delete(name);
    return kept.filter((letter) => !this.delivered.has(nameOf(letter))).sort((a, b) => a.at - b.at);
  }

  async tryLetter({ target, frame }: DeadLetter<CrashReport>): Promise<Trial> {
    const actor = this.supervisor.nameAt(target);
    if (this.supervisor.isPort(actor)) throw new SupervisionError('port', actor, 'is a port: what it is cannot be copied for a trial');
    return (await this.runningControl(actor)).tryFrame(actor, frame);
  }

  async deliverLetter(letter: DeadLetter<CrashReport>): Promise<void> {
    const actor = this.supervisor.nameAt(letter.target);
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
    return this.supervisor.changes.onChange(listener);
  }

  stop(): Promise<StopReport> {
    return this.supervisor.stop();
  }

  private conditionOf(party: string, { state }: ActorStatus | PortStatus, circuit: CircuitState | null): PartyCondition {
    const history = this.supervisor.changes.histories.of(party);
    return { ...history, condition: conditionOf(state, history, circuit) };
  }

  /** Waits while the actor or port restarts. */
  private async runningControl(party: string): Promise<VmControl> {
    const state = await this.supervisor.settled(party);
    if (state !== 'running') throw new SupervisionError('state', party, `is ${state}`);
    return this.supervisor.controlOf(party);
  }
}
