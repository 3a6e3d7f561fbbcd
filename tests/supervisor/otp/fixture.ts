/**
 * Children that a case controls, like OTP's `supervisor_1` and `supervisor_deadlock`, a log of their starts and ends, and virtual time.
 *
 * The catch: a supervisor works in promises. `settle` lets everything that is due finish; anything that waits for a timer needs
 * `time.advance`.
 */
import { expect, test } from 'vitest';
import type { Children, Entry, TreePlatform } from '../../../actors/supervisor/tree/children.js';
import {
  type Child,
  type ChildSpecification,
  checkSpecification,
  type Exit,
  type ExitReason,
  type Purpose,
  type SupervisorFlags,
} from '../../../actors/supervisor/tree/specification.js';
import { TreeSupervisor } from '../../../actors/supervisor/tree/tree-supervisor.js';
import { settle, VirtualTime } from '../virtual-time.js';

export class FakeChild implements Child {
  readonly ended: Promise<Exit>;
  exit: Exit | undefined;
  purpose: Purpose | undefined;
  /** When it is busy it does not hear that it is to end. */
  busy = false;
  /** It ends by itself, with this, when it is asked to end. */
  lastWords: ExitReason = 'shutdown';
  private end: (exit: Exit) => void = () => {};

  constructor(
    readonly id: string,
    private readonly log: string[],
  ) {
    this.ended = new Promise((resolve) => {
      this.end = resolve;
    });
  }

  get running(): boolean {
    return this.exit === undefined;
  }

  shutdown(purpose: Purpose): void {
    this.purpose = purpose;
    if (!this.busy) this.leave(this.lastWords);
  }

  leave(reason: ExitReason, detail?: unknown): void {
    if (this.exit) return;
    this.exit = { reason, detail };
    this.log.push(`${this.id} ${reason}`);
    this.end(this.exit);
  }
}

/** What a start does instead: finds nothing to start, or fails. */
type Start = 'ignore' | Error;

const QUICK: SupervisorFlags = {
  strategy: 'one_for_one',
  autoShutdown: 'never',
  exhaustion: 'escalate',
  intensity: 2,
  periodMs: 1000,
};

export class World {
  readonly time = new VirtualTime();
  /** Starts as `+id`, ends as `id reason`, in their order. */
  readonly log: string[] = [];
  /** Every incarnation of each child, oldest first. */
  readonly incarnations = new Map<string, FakeChild[]>();
  readonly dropped: string[] = [];
  /** Chance: the next draws. */
  chances: number[] = [];
  readonly platform: TreePlatform = {
    clock: this.time,
    timers: this.time,
    chance: { next: () => this.chances.shift() ?? 0 },
  };
  private readonly scripts = new Map<string, Start[]>();

  /** What the next starts of a child do. */
  script(id: string, ...starts: Start[]): void {
    this.scripts.set(id, [...(this.scripts.get(id) ?? []), ...starts]);
  }

  /** The script of a child is over: it starts from now on. */
  unscript(id: string): void {
    this.scripts.delete(id);
  }

  worker(id: string, more: Partial<ChildSpecification> = {}): ChildSpecification {
    return {
      id,
      start: () => this.born(id),
      restart: 'permanent',
      significant: false,
      dropped: (reason) => this.dropped.push(`${id} ${reason}`),
      ...more,
    };
  }

  workers(...ids: string[]): ChildSpecification[] {
    return ids.map((id) => this.worker(id));
  }

  nested(
    id: string,
    children: readonly ChildSpecification[],
    flags: Partial<SupervisorFlags> = {},
    more: Partial<Pick<ChildSpecification, 'restart' | 'significant'>> = {},
  ): ChildSpecification {
    const specification = { flags: { ...QUICK, ...flags }, children };
    let current: TreeSupervisor | undefined;
    const start = () => {
      current = new TreeSupervisor(specification, this.platform, true);
      return current.start();
    };
    return { id, start, restart: 'permanent', significant: false, dropped: (reason) => current?.drop(reason), ...more };
  }

  async start(children: readonly ChildSpecification[], flags: Partial<SupervisorFlags> = {}): Promise<TreeSupervisor> {
    const specification = { flags: { ...QUICK, ...flags }, children };
    checkSpecification(specification);
    return new TreeSupervisor(specification, this.platform, false).start();
  }

  /** The present incarnation. */
  child(id: string): FakeChild {
    const child = this.incarnations.get(id)?.at(-1);
    if (!child) throw new Error(`${id} was never started`);
    return child;
  }

  /** The present incarnation ends by itself. */
  async die(id: string, reason: ExitReason = 'error'): Promise<void> {
    this.child(id).leave(reason);
    await settle();
  }

  /** How many incarnations there have been. */
  starts(id: string): number {
    return this.incarnations.get(id)?.length ?? 0;
  }

  get living(): string[] {
    return [...this.incarnations.values()].flat().flatMap(({ running, id }) => (running ? [id] : []));
  }

  private async born(id: string): Promise<FakeChild | null> {
    const script = this.scripts.get(id)?.shift();
    if (script === 'ignore') return null;
    if (script) throw script;
    const child = new FakeChild(id, this.log);
    this.incarnations.set(id, [...(this.incarnations.get(id) ?? []), child]);
    this.log.push(`+${id}`);
    return child;
  }
}

/** The name of OTP's case, its meaning, and how it is shown. */
export type Case = readonly [name: string, meaning: string, run: (world: World) => Promise<void>];

/** A case leaves no timer behind, and what lives belongs to a supervisor that the case has not stopped. */
export function runCases(cases: readonly Case[]): void {
  test.each(cases)('%s: %s', async (_name, _meaning, run) => {
    const world = new World();
    await run(world);
    await settle();
    expect(world.time.pending).toBe(0);
  });
}

/** All children, in the order of their start. */
export const entriesOf = (supervisor: TreeSupervisor): readonly Entry[] =>
  (supervisor as unknown as { readonly children: Children }).children.all;

/** The state of each child, once what is due is done. */
export const statesOf = async (supervisor: TreeSupervisor): Promise<readonly string[]> => {
  await settle();
  return entriesOf(supervisor).map(({ specification, state }) => `${specification.id} ${state}`);
};

export const exitOf = async (supervisor: TreeSupervisor): Promise<Exit | 'running'> => {
  await settle();
  return Promise.race([supervisor.ended, settle().then(() => 'running' as const)]);
};
