/**
 * A supervisor as in OTP, and so a child of another supervisor: it starts its children in order, restarts those that end, as its flags say,
 * and ends them in reverse order.
 *
 *   const root = await startSupervisor(() => ({ flags: { strategy: 'rest_for_one' }, children: [worker, supervisor] }), platform);
 *   await root.stop();
 *
 * The catch: orders are taken one after another, so that an order waits while a child starts. To end the supervisor is no order: it comes
 * before those that wait.
 */
import { type Actor, createActor, waitFor } from 'xstate';
import type { Child, Exit, Purpose } from './child.js';
import { Children, Entry, type TreePlatform } from './children.js';
import { OrderError, type OrderFailure } from './errors.js';
import { Restarts, type Verdict } from './restarts.js';
import {
  type CheckedSpecification,
  type ChildSpecification,
  type ChildSpecificationInput,
  checkChild,
  checkSpecification,
  type DropReason,
  type SupervisorFlags,
  type SupervisorSpecification,
} from './specification.js';
import { type Ending, supervisorMachine } from './supervisor-machine.js';

/** What a supervisor is started with; null when there is nothing to supervise. */
export type SupervisorInit = () => SupervisorSpecification | null;

export interface ChildStatus {
  /** Undefined under `simple_one_for_one`. */
  readonly id: string | undefined;
  readonly child: Child | 'restarting' | undefined;
  readonly type: ChildSpecification['type'];
}

export interface ChildCounts {
  /** Specifications, of children that run or not. */
  readonly specifications: number;
  /** Children that run. */
  readonly active: number;
  readonly supervisors: number;
  readonly workers: number;
}

export interface SupervisorHooks {
  /** Called as each incarnation begins to start its children. */
  readonly onStarting?: (supervisor: TreeSupervisor) => void;
  /** Called once, as the supervisor begins to end, before any of its children does. */
  readonly onEnding?: (exit: Exit) => void;
}

/** @throws SpecificationError, ChildStartError, or what `init` throws: nothing is left running then */
export async function startSupervisor(
  init: SupervisorInit,
  platform: TreePlatform,
  hooks: SupervisorHooks = {},
): Promise<TreeSupervisor | null> {
  return TreeSupervisor.start(init, platform, { ...hooks, hasParent: false });
}

type NestedOptions = Omit<ChildSpecificationInput, 'start' | 'type' | 'dropped'>;

/** A supervisor as the child of another. Each incarnation starts with the children of `init`: those added by order are not started again. */
export function nestedSupervisor(
  options: NestedOptions,
  init: SupervisorInit,
  platform: TreePlatform,
  hooks: SupervisorHooks = {},
): ChildSpecificationInput {
  let current: TreeSupervisor | null = null;
  return {
    ...options,
    type: 'supervisor',
    start: async () => {
      current = await TreeSupervisor.start(init, platform, { ...hooks, hasParent: true });
      return current;
    },
    dropped: (reason) => current?.drop(reason),
  };
}

interface Position extends SupervisorHooks {
  readonly hasParent: boolean;
}

const exitOf = ({ ending }: { readonly ending: Ending | undefined }): Exit => ending?.exit ?? { reason: 'shutdown' };
const KILLED: Ending = { exit: { reason: 'killed' }, purpose: 'stop' };

export class TreeSupervisor implements Child {
  readonly ended: Promise<Exit>;
  private readonly machine: Actor<typeof supervisorMachine>;
  private readonly children: Children;
  private readonly restarts: Restarts;
  /** Of all children, under `simple_one_for_one`. */
  private template: ChildSpecification | undefined;
  private flags: SupervisorFlags;

  static async start(init: SupervisorInit, platform: TreePlatform, position: Position): Promise<TreeSupervisor | null> {
    const specification = init();
    if (specification === null) return null;
    const supervisor = new TreeSupervisor(checkSpecification(specification), platform, position);
    position.onStarting?.(supervisor);
    await supervisor.begin();
    return supervisor;
  }

  private constructor({ flags, children }: CheckedSpecification, platform: TreePlatform, { hasParent, onEnding }: Position) {
    this.flags = flags;
    this.children = new Children(platform, (entry, child, exit) => {
      this.enqueue(hasParent, async () => (entry.child === child ? this.restarts.ended(entry, exit) : undefined));
    });
    this.restarts = new Restarts({
      children: this.children,
      platform,
      flags: () => this.flags,
      isEnding: () => this.ending !== undefined,
      order: (run) => this.enqueue(hasParent, run),
      hasParent,
    });
    if (this.isSimple) [this.template] = children;
    else for (const child of children) this.children.add(new Entry(child));
    this.machine = createActor(supervisorMachine, {
      input: { startChildren: () => this.startChildren(), endChildren: (purpose) => this.endChildren(purpose) },
    });
    this.ended = this.whenEnded(onEnding);
    this.machine.start();
  }

  private async whenEnded(onEnding: SupervisorHooks['onEnding']): Promise<Exit> {
    const { value, context } = await waitFor(this.machine, ({ value }) => value === 'ending' || value === 'abandoning');
    if (value === 'ending') onEnding?.(exitOf(context));
    const ended = await waitFor(this.machine, ({ value }) => value === 'ended');
    return exitOf(ended.context);
  }

  private get ending(): Ending | undefined {
    return this.machine.getSnapshot().context.ending;
  }

  private get isSimple(): boolean {
    return this.flags.strategy === 'simple_one_for_one';
  }

  private async begin(): Promise<void> {
    this.machine.send({ type: 'start' });
    const { value, context } = await waitFor(this.machine, (snapshot) => snapshot.value !== 'starting');
    if (value !== 'abandoning') return;
    await this.ended;
    throw context.ending?.exit.detail;
  }

  /** Ends all children in reverse order of their start, then itself. */
  async stop(): Promise<Exit> {
    this.shutdown('stop');
    return this.ended;
  }

  shutdown(purpose: Purpose): void {
    this.machine.send({ type: 'end', ending: { exit: { reason: 'shutdown' }, purpose } });
  }

  kill(): void {
    this.machine.send({ type: 'end', ending: KILLED });
    this.children.kill();
  }

  /** Starts a further child. @returns null when its start found nothing to start. @throws SpecificationError, ChildStartError, OrderError */
  async startChild(given: ChildSpecificationInput): Promise<Child | null> {
    const specification = checkChild(given, this.flags);
    return this.order(async () => {
      this.refuseWhen(this.isSimple, 'strategy');
      const present = this.children.find(specification.id);
      if (present) throw new OrderError(present.child ? 'already_started' : 'already_present', present.child);
      return this.startFirst(new Entry(specification));
    });
  }

  /** Starts a child of the one specification. @throws ChildStartError, OrderError */
  startDynamic(...extra: readonly unknown[]): Promise<Child | null> {
    return this.order(async () => {
      if (!this.template) throw new OrderError('strategy');
      return this.startFirst(new Entry(this.template, extra));
    });
  }

  /** One that does not start is not kept; nor is one that finds nothing to start and would not be started again. */
  private async startFirst(entry: Entry): Promise<Child | null> {
    this.children.add(entry);
    try {
      const child = await this.children.start(entry);
      if (!child && entry.passing) this.children.remove(entry);
      if (entry.temporary) entry.forgetStart();
      return child;
    } catch (error) {
      this.children.remove(entry);
      throw error;
    }
  }

  /** Ends a child by order; it stays down until it is started. By its incarnation under `simple_one_for_one`. @throws OrderError */
  terminateChild(key: string | Child): Promise<void> {
    return this.order(async () => {
      this.refuseWhen(this.isSimple && typeof key === 'string', 'strategy');
      const entry = this.find(key);
      await this.children.end(entry, 'stop');
      if (entry.passing) this.children.remove(entry);
      return this.restarts.resume();
    });
  }

  /** Starts a child that is down, with a new budget where it has one of its own. @throws ChildStartError, which leaves it down, OrderError */
  async restartChild(id: string): Promise<Child | null> {
    const { started } = await this.order(async () => {
      const entry = this.findDown(id);
      entry.times = [];
      return { started: this.children.start(entry) }; // other orders need not wait for it
    });
    return started;
  }

  /** Whether a child would be restarted alone and at once if it crashed now. */
  wouldRestartAlone(id: string): boolean {
    const entry = this.children.find(id);
    return entry !== undefined && this.ending === undefined && this.restarts.wouldRestartAlone(entry);
  }

  /** Forgets a child that is down. @throws OrderError */
  deleteChild(id: string): Promise<void> {
    return this.order(async () => this.children.remove(this.findDown(id)));
  }

  private findDown(id: string): Entry {
    this.refuseWhen(this.isSimple, 'strategy');
    const entry = this.find(id);
    if (entry.state !== 'down') throw new OrderError(entry.state, entry.child);
    return entry;
  }

  /** @throws OrderError `not_found` */
  private find(key: string | Child): Entry {
    const entry = this.children.find(key);
    if (!entry) throw new OrderError('not_found');
    return entry;
  }

  private refuseWhen(refused: boolean, code: OrderFailure): void {
    if (refused) throw new OrderError(code);
  }

  /** In the order of their start. */
  whichChildren(): Promise<readonly ChildStatus[]> {
    return this.order(async () => this.children.all.map(statusOf));
  }

  /** @throws OrderError `not_found` */
  whichChild(key: string | Child): Promise<ChildStatus> {
    return this.order(async () => statusOf(this.find(key)));
  }

  countChildren(): Promise<ChildCounts> {
    return this.order(async () => {
      const { all } = this.children;
      const supervisors = all.filter(({ specification }) => specification.type === 'supervisor').length;
      const active = all.filter(({ state }) => state === 'running').length;
      return { specifications: this.isSimple ? 1 : all.length, active, supervisors, workers: all.length - supervisors };
    });
  }

  /** With its defaults filled in. @throws OrderError `not_found` */
  getChildSpecification(key: string | Child): Promise<ChildSpecification> {
    return this.order(async () => (this.template && key === this.template.id ? this.template : this.find(key).specification));
  }

  /**
   * Changes flags and specifications while all goes on: those of children that are there count from now on, further ones are not started, and
   * children that are not mentioned stay as they are, behind the others. @throws SpecificationError: nothing is changed then
   */
  change(specification: SupervisorSpecification): Promise<void> {
    return this.order(async () => {
      const { flags, children } = checkSpecification(specification);
      this.refuseWhen((flags.strategy === 'simple_one_for_one') !== this.isSimple, 'strategy');
      this.flags = flags;
      if (this.isSimple) this.changeTemplate(children[0]);
      else this.changeEntries(children);
    });
  }

  private changeTemplate(template: ChildSpecification): void {
    this.template = template;
    for (const entry of this.children.all) entry.specification = template;
  }

  private changeEntries(specifications: readonly ChildSpecification[]): void {
    const entries = specifications.map((specification) => {
      const entry = this.children.find(specification.id) ?? new Entry(specification);
      entry.specification = specification;
      return entry;
    });
    this.children.arrange([...entries, ...this.children.all.filter((entry) => !entries.includes(entry))]);
  }

  /** Its parent will not start it again. */
  drop(reason: DropReason): void {
    for (const { specification } of this.children.all) specification.dropped?.(reason);
  }

  private async startChildren(): Promise<void> {
    for (const entry of this.children.all) {
      const child = await this.children.start(entry);
      if (!child && entry.temporary) this.children.remove(entry);
    }
  }

  /** Children of one specification do not know each other: they are ended together, in the time of the slowest. */
  private async endChildren(purpose: Purpose): Promise<void> {
    const { all } = this.children;
    if (this.isSimple) await Promise.all(all.map((entry) => this.children.end(entry, purpose)));
    else await this.children.endAll(all, purpose);
  }

  private enqueue(hasParent: boolean, run: () => Promise<Verdict>): void {
    const toEnd = async () => {
      const exit = await run();
      return exit && { exit, purpose: hasParent ? ('restart' as const) : ('stop' as const) };
    };
    this.machine.send({ type: 'order', order: { run: toEnd, refuse: () => {} } });
  }

  /** Somebody waits for what comes of it. */
  private order<T>(run: () => Promise<T>): Promise<T> {
    return new Promise((resolve, reject) => {
      const order = {
        run: async () => {
          await run().then(resolve, reject);
          return undefined;
        },
        refuse: () => reject(new OrderError('ended')),
      };
      this.machine.send({ type: 'order', order });
    });
  }
}

const statusOf = ({ specification, extra, state, child }: Entry): ChildStatus => ({
  id: extra ? undefined : specification.id,
  child: state === 'restarting' ? 'restarting' : child,
  type: specification.type,
});
