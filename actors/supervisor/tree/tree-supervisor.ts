/**
 * A supervisor as in OTP, and so a child of another supervisor: it starts its children in order, restarts those that end as its flags
 * say, and ends them in reverse order.
 *
 *   const root = await startSupervisor(() => ({ flags: { strategy: 'rest_for_one' }, children: [worker, supervisor] }), platform);
 *   await root.stop();
 *
 * The catch: orders are carried out one after another, so that an order waits while a child starts. Ending the supervisor is no order:
 * it comes before those that wait.
 */
import { type Actor, createActor, waitFor } from 'xstate';
import type { Child, Exit, Purpose } from './child.js';
import { Children, Entry, type TreePlatform } from './children.js';
import { OrderError } from './errors.js';
import { type RestartOwner, Restarts, type Verdict } from './restarts.js';
import {
  type CheckedSpecification,
  type ChildSpecification,
  type ChildSpecificationInput,
  checkSpecification,
  type DropReason,
  type SupervisorSpecification,
} from './specification.js';
import { type Ending, supervisorMachine } from './supervisor-machine.js';

/** What a supervisor is started with; null when there is nothing to supervise. */
export type SupervisorInit = () => SupervisorSpecification | null;

export interface ChildStatus {
  readonly id: string;
  readonly child: Child | 'restarting' | undefined;
  readonly type: ChildSpecification['type'];
}

export interface SupervisorHooks {
  /** Called when an incarnation begins to start its children. */
  readonly onStarting?: (supervisor: TreeSupervisor) => void;
  /** Called once, when the supervisor begins to end, before any of its children ends. */
  readonly onEnding?: (exit: Exit) => void;
}

/** @throws SpecificationError, ChildStartError, or what `init` throws: then nothing is left running */
export async function startSupervisor(
  init: SupervisorInit,
  platform: TreePlatform,
  hooks: SupervisorHooks = {},
): Promise<TreeSupervisor | null> {
  return TreeSupervisor.start(init, platform, { ...hooks, hasParent: false });
}

type NestedOptions = Omit<ChildSpecificationInput, 'start' | 'type' | 'dropped'>;

/** A supervisor as the child of another. Each incarnation starts with the children of `init`. */
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

export class TreeSupervisor implements Child, RestartOwner {
  readonly ended: Promise<Exit>;
  private readonly machine: Actor<typeof supervisorMachine>;
  private readonly children: Children;
  private readonly restarts: Restarts;

  static async start(init: SupervisorInit, platform: TreePlatform, position: Position): Promise<TreeSupervisor | null> {
    const specification = init();
    if (specification === null) return null;
    const supervisor = new TreeSupervisor(checkSpecification(specification), platform, position);
    position.onStarting?.(supervisor);
    await supervisor.begin();
    return supervisor;
  }

  /** False for a root. */
  readonly hasParent: boolean;

  private constructor({ flags, children }: CheckedSpecification, platform: TreePlatform, { hasParent, onEnding }: Position) {
    this.hasParent = hasParent;
    this.children = new Children(platform, (entry, child, exit) => {
      this.enqueue(async () => (entry.child === child ? this.restarts.ended(entry, exit) : undefined));
    });
    this.restarts = new Restarts(flags, this.children, platform, this);
    for (const child of children) this.children.add(new Entry(child));
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

  get isEnding(): boolean {
    return this.ending !== undefined;
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

  /** Ends a child. It stays down until it is started. @throws OrderError */
  terminateChild(id: string): Promise<void> {
    return this.order(async () => {
      const entry = this.find(id);
      await this.children.end(entry, 'stop');
      if (entry.temporary) this.children.remove(entry);
      return this.restarts.resume();
    });
  }

  /** Starts a child that is down, with a new budget if it has its own. @throws ChildStartError, which leaves it down, OrderError */
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
    return entry !== undefined && !this.isEnding && this.restarts.wouldRestartAlone(entry);
  }

  private findDown(id: string): Entry {
    const entry = this.find(id);
    if (entry.state !== 'down') throw new OrderError(entry.state);
    return entry;
  }

  /** @throws OrderError `not_found` */
  private find(id: string): Entry {
    const entry = this.children.find(id);
    if (!entry) throw new OrderError('not_found');
    return entry;
  }

  /** All children, in the order of their start. */
  whichChildren(): Promise<readonly ChildStatus[]> {
    return this.order(async () => this.children.all.map(statusOf));
  }

  /** Tells the supervisor that its parent will not start it again. */
  drop(reason: DropReason): void {
    for (const { specification } of this.children.all) specification.dropped?.(reason);
  }

  private async startChildren(): Promise<void> {
    for (const entry of this.children.all) {
      const child = await this.children.start(entry);
      if (!child && entry.temporary) this.children.remove(entry);
    }
  }

  private async endChildren(purpose: Purpose): Promise<void> {
    await this.children.endAll(this.children.all, purpose);
  }

  enqueue(run: () => Promise<Verdict>): void {
    const toEnd = async () => {
      const exit = await run();
      return exit && { exit, purpose: this.hasParent ? ('restart' as const) : ('stop' as const) };
    };
    this.machine.send({ type: 'enqueue', item: { run: toEnd, refuse: () => {} } });
  }

  /** Queues an order for whose result somebody waits. */
  private order<T>(run: () => Promise<T>): Promise<T> {
    return new Promise((resolve, reject) => {
      const item = {
        run: async () => {
          await run().then(resolve, reject);
          return undefined;
        },
        refuse: () => reject(new OrderError('ended')),
      };
      this.machine.send({ type: 'enqueue', item });
    });
  }
}

const statusOf = ({ specification, state, child }: Entry): ChildStatus => ({
  id: specification.id,
  child: state === 'restarting' ? 'restarting' : child,
  type: specification.type,
});
