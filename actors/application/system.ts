/**
 * The whole application as one object: starts the VMs, links them, starts the actors under supervision, and ends it all again.
 *
 *   const system = await startSystem(host, { parties, actors, placement: 'mixed' });
 *   system.onChange((change) => ...);
 *   await system.stop();
 *
 * The catch: what happens inside a VM is asked over the control plane, so every such answer is a promise, which rejects with a
 * ControlError if the VM dies meanwhile.
 */
import { shown } from '../../protocol/errors.js';
import { fingerprintOf } from '../../protocol/fingerprint.js';
import { CONTROL_DEADLINE_MS, HANG_MS } from '../../protocol/limits.js';
import type { PartySchema } from '../../protocol/schema.js';
import { VM_NAMES } from '../../trace/flow-state.js';
import type { RecordingSink } from '../../trace/recording.js';
import type { Breakpoint } from '../contract/breakpoint.js';
import type { Host } from '../contract/host.js';
import type { ActorOptions, VmName } from '../contract/instance.js';
import type { Twins } from '../contract/states.js';
import type { Storage } from '../contract/storage.js';
import { ChangeFeed, type SystemChange } from '../supervisor/change-feed.js';
import { Directory } from '../supervisor/directory.js';
import { checkIntensity, INTENSITY_DEFAULT, type Intensity } from '../supervisor/intensity.js';
import { type CircuitLimits, COOL_DOWN_MS, checkCircuit } from '../supervisor/party/circuit.js';
import type { ActorSpecification } from '../supervisor/party/supervised-actor.js';
import type { SupervisedState } from '../supervisor/supervised-state.js';
import type { Escalation } from '../supervisor/supervision.js';
import { actorsOf, checkTree, flatTree, type SupervisorSpec } from '../supervisor/supervision.js';
import { Supervisor, type SupervisorOptions } from '../supervisor/supervisor.js';
import type { TraceRequest } from '../supervisor/trace/trace-session.js';
import { Tracing } from '../supervisor/trace/tracing.js';
import type { RestartKind } from '../supervisor/tree/specification.js';
import { Lacks } from './lacks.js';
import { narrate } from './narration.js';
import { openKeeper } from './persistence/open-keeper.js';
import type { PersistentActors, Stored } from './persistence/persistence.js';
import { decidePlacement, type Placement, type PlacementPlan, parsePlacement } from './placement.js';
import { beginRecording, System } from './supervised-system.js';
import type { RecordOptions, SystemRecording } from './system-recording.js';

export interface ActorSpec {
  readonly schema: PartySchema;
  /** `permanent` when not given. */
  readonly restart?: RestartKind;
  /** Whether the end of the actor, when it is not restarted, may end its supervisor. */
  readonly significant?: boolean;
  /** Numbers that configure the actor before it starts. */
  readonly options?: ActorOptions;
  /** Number of its implementation (`ActorFactory.version`): 1 when not given. It keeps it in whatever VM it comes to be. */
  readonly version?: number;
  readonly twins: Twins;
  /**
   * Whether its state is kept in `storage`, and restored from there when the system starts; false when not given. docs/STORAGE.md says
   * which states can be.
   */
  readonly persistent?: boolean;
  /**
   * Whether the placement `mixed` keeps it in JavaScript, since it computes little and is close to the page or to a port there. False when
   * not given.
   */
  readonly closeToPage?: boolean;
  /** Percentage of devices, 0 to 100, on which its Wasm twin is used when the placement wants it; 100 when not given. */
  readonly rolloutPercent?: number;
}

export type OnTrap = 'restart' | 'twin';

export interface SystemOptions extends Partial<Intensity> {
  /** All actors and ports of the application. */
  readonly parties: readonly PartySchema[];
  /** VMs of ports that are not in the host's VM, by name: the page's code is in `js`. */
  readonly portVms?: Readonly<Record<string, VmName>>;
  /** In the order of their start, unless a tree says otherwise. */
  readonly actors: readonly ActorSpec[];
  /** Who supervises whom, with every actor in it once. When not given: one supervisor over all, one for one. */
  readonly supervision?: SupervisorSpec;
  /**
   * `host` (in JavaScript, in this thread: no worker is started), `js`, `wasm`, `mixed`, `orders=wasm,stock=js`, or a plan.
   */
  readonly placement: string | PlacementPlan;
  /** Where the states of persistent actors outlive the system; without it nothing does. The system does not close it. */
  readonly storage?: Storage;
  /**
   * Which states from `storage` the persistent actors begin with: an application that failed with a state may try without it. `newest` when
   * not given.
   */
  readonly stored?: Stored;
  /**
   * Whether a guest that cannot be run ends the start, even if its actor could begin as its JavaScript twin: for tests and development.
   * False when not given.
   */
  readonly strict?: boolean;
  /** Decides the rollout bucket: give the same id for this device on every start. */
  readonly deviceId?: string;
  /** What an exhausted restart budget of the root supervisor means; `degrade` when not given. */
  readonly escalation?: Escalation;
  /**
   * What follows when a guest traps. `restart`: it handles the message again, in Wasm, as often as `circuit` allows. `twin`: its JavaScript
   * twin handles that very message, and goes on in its place; it goes back once, after `COOL_DOWN_MS`. `restart` when not given.
   */
  readonly onTrap?: OnTrap;
  /**
   * When an actor that runs in Wasm fails over to its JavaScript twin, and when it goes back; null: never. When not given, it does so as
   * often as its supervisor would restart it, and goes back after `COOL_DOWN_MS`.
   */
  readonly circuit?: Partial<CircuitLimits> | null;
  /** How often a lost VM may be started again; when not given, as often as one actor may. */
  readonly vmIntensity?: Intensity;
  /** A VM hangs when it is busy for so long without progress on any frame: it is ended, and its actors go on. `HANG_MS` when not given. */
  readonly hangMs?: number;
  /** Breakpoints from the first message on, as `breakOn` of the system sets them later. Only for development. */
  readonly breakOn?: readonly (Breakpoint | string)[];
  /** Called with every change from the first on, also with those during the start. */
  readonly onChange?: (change: SystemChange) => void;
  /** The longest that a VM may take to stop one actor. */
  readonly shutdownMs?: number;
  /** What is traced from the start on; `System.trace` changes it. */
  readonly trace?: TraceRequest;
  /** Records everything from the start on, as `System.record` does later. */
  readonly record?: RecordOptions & { readonly sink: RecordingSink };
  /** Probability that a first delivery to a Wasm actor traps; 0 when not given. */
  readonly trapRate?: number;
  /** Seed of the draws for `trapRate`. */
  readonly seed?: number;
}

/**
 * @throws PlacementError, SpecificationError, RangeError for options that make no sense, before anything starts
 * @throws BreakpointError for a breakpoint that makes no sense, LoadError when what sets it does not load; then everything that had started was
 * ended again
 * @throws StorageError `failed` or `late` when there is something to keep and what does so cannot be loaded
 * @throws StartError that names the VM and actor, or the ControlError of a link; then everything that had started was ended again
 */
export async function startSystem(host: Host, options: SystemOptions): Promise<System> {
  const placement = placeActors(host, options);
  const names = options.actors.map(({ schema }) => schema.name);
  const tree = options.supervision ?? flatTree(names);
  checkTree(tree, names);
  const directory = new Directory(options.parties);
  const changes = new ChangeFeed(host.timers, host.clock);
  const narrating = narrate(host, changes);
  const persistence = await openKeeper(host, options.storage, persistentOf(options), directory, changes);
  if (options.onChange) changes.onChange(options.onChange);
  const tracing = new Tracing(host, directory, changes);
  const lacks = new Lacks(changes);
  lacks.begin(host, options.storage, options.placement === 'host');
  const supervision = supervisorOptions(host, options, placement, tree);
  const parts = { host, directory, changes, persistence, tracing, supervision };
  const recording = await recordedFromStart(parts, options, placement);
  const supervisor = new Supervisor(parts, supervision);
  try {
    await supervisor.start();
  } catch (error) {
    await recording?.stop();
    throw error;
  } finally {
    await narrating;
  }
  return new System(supervisor, parts, lacks, placementOf(placement, directory), recording);
}

/** A recording that has the start in it, too. */
async function recordedFromStart(
  system: SupervisedState,
  { trace, record }: SystemOptions,
  placement: readonly Placement[],
): Promise<SystemRecording | null> {
  if (trace) await system.tracing.trace({ ...trace, vms: trace.vms ?? VM_NAMES });
  if (!record) return null;
  const vms = Object.fromEntries(placement.map(({ actor, vm }) => [actor, vm]));
  return beginRecording(system, record.sink, vms, record);
}

function supervisorOptions(host: Host, options: SystemOptions, placement: readonly Placement[], tree: SupervisorSpec): SupervisorOptions {
  const vms = vmsFor(options, placement);
  return {
    vms,
    here: options.placement === 'host' ? vms : (host.sharers?.(vms) ?? []),
    actors: specify(options, placement, actorsOf(tree)),
    tree,
    intensity: intensityOf(options),
    circuit: circuitOf(options),
    portVms: options.portVms ?? {},
    strict: options.strict ?? false,
    escalation: options.escalation ?? 'degrade',
    vmIntensity: options.vmIntensity ?? INTENSITY_DEFAULT,
    hangMs: checkHangMs(options.hangMs ?? HANG_MS),
    breakOn: options.breakOn ?? [],
    trapRate: options.trapRate ?? 0,
    seed: options.seed ?? 0,
  };
}

/** VMs with something in them, now or after a failure: an actor, its JavaScript twin, a port. */
function vmsFor({ actors, portVms = {} }: SystemOptions, placement: readonly Placement[]): readonly Exclude<VmName, 'host'>[] {
  const used = new Set([...placement.map(({ vm }) => vm), ...Object.values(portVms)]);
  if (actors.some(({ twins }) => twins.js)) used.add('js');
  return VM_NAMES.filter((name) => name !== 'host' && used.has(name)) as Exclude<VmName, 'host'>[];
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

/** The placement after the start, which has shown whose guests cannot be run. */
function placementOf(planned: readonly Placement[], { actors }: Directory): readonly Placement[] {
  const replaced = (actor: string) => actors.get(actor)?.status.twin.why === 'guest';
  return planned.map((placement) => (replaced(placement.actor) ? { ...placement, vm: 'js', reason: 'guest' } : placement));
}

function persistentOf({ actors, stored = 'newest' }: SystemOptions): PersistentActors {
  const persistent = actors.flatMap(({ schema, persistent = false }) =>
    persistent && schema.state ? [{ actor: schema.name, fingerprint: fingerprintOf(schema.state) }] : [],
  );
  return { actors: persistent, stored };
}

function intensityOf({ intensity = INTENSITY_DEFAULT.intensity, periodMs = INTENSITY_DEFAULT.periodMs }: SystemOptions): Intensity {
  checkIntensity({ intensity, periodMs });
  return { intensity, periodMs };
}

/** @throws RangeError, also for `onTrap: 'twin'` beside a circuit that says something else */
function circuitOf(options: SystemOptions): CircuitLimits | null {
  const { onTrap = 'restart', circuit } = options;
  if (onTrap !== 'restart' && onTrap !== 'twin') throw new RangeError(`onTrap is restart or twin, not ${shown(onTrap)}`);
  if (onTrap === 'twin' && (circuit === null || circuit?.intensity !== undefined))
    throw new RangeError("onTrap 'twin' goes to the twin at the first trap: leave out the intensity of the circuit");
  if (circuit === null) return null;
  const intensity = onTrap === 'twin' ? { intensity: 0 } : {};
  return checkCircuit({ ...intensityOf(options), coolDownMs: COOL_DOWN_MS, ...circuit, ...intensity });
}

function specify(options: SystemOptions, placement: readonly Placement[], inOrder: readonly string[]): readonly ActorSpecification[] {
  const { shutdownMs = CONTROL_DEADLINE_MS } = options;
  const specifications = options.actors.map(
    ({ schema, twins, restart = 'permanent', significant = false, options: actorOptions = {}, version = 1 }, i): ActorSpecification => ({
      party: schema.name,
      address: schema.address,
      vm: placement[i].vm,
      twin: { side: placement[i].vm, why: placement[i].reason, detail: '' },
      twins,
      restart,
      significant,
      shutdownMs,
      options: actorOptions,
      version,
    }),
  );
  return specifications.sort((a, b) => inOrder.indexOf(a.party) - inOrder.indexOf(b.party));
}

function checkHangMs(hangMs: number): number {
  if (!(hangMs > 0)) throw new RangeError(`hangMs is a positive number, not ${hangMs}`);
  return hangMs;
}
