/**
 * The tree of supervisors over the actors of an application, made from the options of `startSystem`: who supervises whom, and how.
 *
 *   root: one_for_one
 *   ├── account
 *   ├── shop: rest_for_one
 *   │     ├── stock
 *   │     └── basket
 *   └── news
 *
 * The tree (tree/) decides who is restarted, with whom, and how often at most. How an actor is ended and restarted is up to the actor.
 */
import { Random } from '../../bus/random.js';
import type { Host } from '../contract/host.js';
import type { Directory } from './directory.js';
import { SupervisionError } from './errors.js';
import type { Intensity } from './intensity.js';
import type { TreePlatform } from './tree/children.js';
import {
  type AutoShutdown,
  type Backoff,
  type ChildSpecification,
  checkSpecification,
  type Exhaustion,
  type Exit,
  type RestartKind,
  type Strategy,
  type SupervisorSpecification,
} from './tree/specification.js';
import { OrderError, TreeSupervisor } from './tree/tree-supervisor.js';

/** A supervisor and what it supervises, in the order of their start. */
export interface SupervisorSpec extends Partial<Intensity> {
  /** A name that no other supervisor or actor has. */
  readonly supervisor: string;
  /** `one_for_one` when not given. */
  readonly strategy?: Strategy;
  /** `never` when not given. */
  readonly autoShutdown?: AutoShutdown;
  /** None when not given: a child is restarted at once. */
  readonly backoff?: Backoff;
  /** When its own end makes its supervisor restart it: `permanent` when not given. Without meaning for the root. */
  readonly restart?: RestartKind;
  /** Whether its end, when it is not restarted, may end its supervisor. */
  readonly significant?: boolean;
  /** Names of actors, and further supervisors. */
  readonly children: readonly (string | SupervisorSpec)[];
}

/** The names of all actors, in the order of their start. */
export const actorsOf = ({ children }: SupervisorSpec): readonly string[] =>
  children.flatMap((child) => (typeof child === 'string' ? [child] : actorsOf(child)));

/** The names of all actors and supervisors. */
const namesOf = ({ supervisor, children }: SupervisorSpec): readonly string[] => [
  supervisor,
  ...children.flatMap((child) => (typeof child === 'string' ? [child] : namesOf(child))),
];

/** One supervisor over all actors, one for one. */
export const flatTree = (actors: readonly string[]): SupervisorSpec => ({ supervisor: 'root', children: actors });

/** @throws RangeError unless every actor is in the tree once, and no name is used twice */
export function checkTree(tree: SupervisorSpec, actors: readonly string[]): void {
  const names = namesOf(tree);
  const twice = names.find((name, i) => names.indexOf(name) !== i);
  if (twice !== undefined) throw new RangeError(`${twice} is in the tree of supervisors twice`);
  const supervised = actorsOf(tree);
  const strange = supervised.find((name) => !actors.includes(name));
  if (strange !== undefined) throw new RangeError(`${strange} is in the tree of supervisors, and is no actor`);
  const missing = actors.find((name) => !supervised.includes(name));
  if (missing !== undefined) throw new RangeError(`actor ${missing} is not in the tree of supervisors`);
}

/**
 * What an exhausted budget of the root supervisor means. degrade: the child that exhausted it stays down, the others go on, and each child
 * of the root has a budget of its own. stop: the whole system stops, as in OTP, and an application (application.ts) then begins the next
 * one.
 */
export type Escalation = 'degrade' | 'stop';

export interface SupervisionOptions {
  /** Who supervises whom. */
  readonly tree: SupervisorSpec;
  /** How often a supervisor may restart its children, unless the tree says otherwise; and how often each port may be restarted. */
  readonly intensity: Intensity;
  /** What an exhausted budget of the root means. */
  readonly escalation: Escalation;
}

/** Decides what follows the end of the root. */
export interface RootWatcher {
  /** The budget of the root is exhausted, or with `degrade` that of one of its children, whose actor is about to be stopped. */
  rootExhausted(): void;
  /** The root begins to end, by itself or since somebody asked for it. */
  rootEnding(exit: Exit): void;
}

export class Supervision {
  private root: TreeSupervisor | null = null;
  /** The present incarnations, by name. */
  private readonly supervisors = new Map<string, TreeSupervisor>();
  /** The supervisors over each actor and supervisor, the root first. */
  private readonly paths: ReadonlyMap<string, readonly string[]>;
  private readonly platform: TreePlatform;
  private readonly specification: SupervisorSpecification;

  /** @throws SpecificationError */
  constructor(
    { clock, timers }: Pick<Host, 'clock' | 'timers'>,
    private readonly options: SupervisionOptions,
    private readonly directory: Directory,
    private readonly watcher: RootWatcher,
  ) {
    // Devices that fail together do not come back together, since no two start in the same microsecond.
    this.platform = { clock, timers, chance: new Random(clock.nowMicros()) };
    this.paths = new Map(pathsOf(options.tree, []));
    this.specification = this.specify(options.tree, options.escalation === 'degrade' ? 'degrade' : 'escalate');
  }

  /** Starts everything in order. @throws the error of the first actor that did not start; those before it have ended again */
  async start(): Promise<void> {
    this.root = await this.begin(this.options.tree, this.specification, false, (exit) => this.watcher.rootEnding(exit));
  }

  /** Begins an incarnation of a supervisor, which is the present one before its first actor runs. */
  private begin(
    { supervisor: name }: SupervisorSpec,
    specification: SupervisorSpecification,
    hasParent: boolean,
    onEnding?: (exit: Exit) => void,
  ) {
    const supervisor = new TreeSupervisor(specification, this.platform, hasParent, onEnding);
    this.supervisors.set(name, supervisor);
    return supervisor.start();
  }

  /** Ends everything in reverse order. */
  async stop(): Promise<void> {
    await this.root?.stop();
  }

  /** Starts an actor that is down, and any supervisor over it that is down. @throws SupervisionError, StartError */
  async startActor(name: string): Promise<void> {
    const path = [...(this.paths.get(name) ?? []), name];
    for (let i = 1; i < path.length; i++) await this.startChild(path[i - 1], path[i], name);
  }

  private async startChild(parent: string, child: string, actor: string): Promise<void> {
    try {
      await this.supervisors.get(parent)?.restartChild(child);
    } catch (error) {
      if (!(error instanceof OrderError)) throw error;
      if (error.code !== 'running') throw new SupervisionError('state', actor, `cannot be started: ${child} in ${parent}: ${error.code}`);
    }
  }

  /** The actor was stopped, or is down for good: its supervisor does not start it again. */
  async leaveDown(name: string): Promise<void> {
    await this.supervisorOf(name)?.terminateChild(name).catch(unlessOrderError);
  }

  /** An actor that was down runs again: its supervisor supervises it again. */
  async takeBack(name: string): Promise<void> {
    await this.supervisorOf(name)?.restartChild(name).catch(unlessOrderError);
  }

  /** Whether an actor would be restarted alone and at once if it crashed now. */
  wouldRestartAlone(name: string): boolean {
    return this.supervisorOf(name)?.wouldRestartAlone(name) ?? false;
  }

  /** Undefined before the supervisor is started. */
  private supervisorOf(name: string): TreeSupervisor | undefined {
    return this.supervisors.get(this.paths.get(name)?.at(-1) ?? '');
  }

  /** @throws SpecificationError */
  private specify(spec: SupervisorSpec, exhaustion: Exhaustion): SupervisorSpecification {
    const { strategy = 'one_for_one', autoShutdown = 'never', backoff } = spec;
    const { intensity = this.options.intensity.intensity, periodMs = this.options.intensity.periodMs } = spec;
    const children = spec.children.map((child) => (typeof child === 'string' ? this.worker(child) : this.nested(child)));
    const specification = { flags: { strategy, intensity, periodMs, autoShutdown, backoff, exhaustion }, children };
    checkSpecification(specification);
    return specification;
  }

  private nested(spec: SupervisorSpec): ChildSpecification {
    const { supervisor: id, restart = 'permanent', significant = false } = spec;
    const specification = this.specify(spec, 'escalate');
    const start = () => this.begin(spec, specification, true);
    return { id, start, restart, significant, dropped: (why) => this.supervisors.get(id)?.drop(why) };
  }

  /** The specification of an actor, which itself bounds the time that it takes to end. */
  private worker(name: string): ChildSpecification {
    const actor = this.directory.actor(name);
    const { restart, significant } = actor.specification;
    const dropped: ChildSpecification['dropped'] = (why) => {
      if (why === 'exhausted') this.watcher.rootExhausted();
      actor.drop(why);
    };
    return { id: name, start: () => actor.startIncarnation(), restart, significant, dropped, budget: actor.breaker };
  }
}

function pathsOf({ supervisor, children }: SupervisorSpec, above: readonly string[]): [string, readonly string[]][] {
  const path = [...above, supervisor];
  const nested = children.flatMap((child) =>
    typeof child === 'string' ? [[child, path] as [string, readonly string[]]] : pathsOf(child, path),
  );
  return [[supervisor, above], ...nested];
}

function unlessOrderError(error: unknown): void {
  if (!(error instanceof OrderError)) throw error;
}
