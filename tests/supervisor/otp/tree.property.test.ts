/**
 * Random trees, whose workers end in random ways, while children are ended and started by order and some starts fail. After every step: what lives
 * is what the tree says that runs, each once; a supervisor has outlived no more ends within a period than its budget; and when the tree is stopped,
 * what lives ends in reverse order, and no timer is left.
 *
 * SEED=n in the environment runs other sequences; fast-check prints the one that failed.
 */
import fc from 'fast-check';
import { expect, test } from 'vitest';
import type { ChildSpecification, ExitReason, RestartKind, Strategy } from '../../../actors/supervisor/tree/specification.js';
import { TreeSupervisor } from '../../../actors/supervisor/tree/tree-supervisor.js';
import { settle } from '../virtual-time.js';
import { entriesOf, FakeChild, World } from './fixture.js';

interface Branch {
  readonly strategy: Strategy;
  readonly intensity: number;
  readonly delayed: boolean;
  readonly restart: RestartKind;
  /** A kind for each worker, a branch for each supervisor. */
  readonly children: readonly (RestartKind | Branch)[];
}

type Step =
  | { readonly do: 'die'; readonly at: number; readonly reason: ExitReason }
  | { readonly do: 'fail' | 'terminate' | 'restart'; readonly at: number }
  | { readonly do: 'wait'; readonly ms: number };

const PERIOD_MS = 1000;
const kind = fc.constantFrom<RestartKind>('permanent', 'permanent', 'transient', 'temporary');

const { tree } = fc.letrec<{ tree: Branch }>((tie) => ({
  tree: fc.record({
    strategy: fc.constantFrom<Strategy>('one_for_one', 'one_for_all', 'rest_for_one'),
    intensity: fc.integer({ min: 0, max: 3 }),
    delayed: fc.boolean(),
    restart: kind,
    children: fc.array(fc.oneof({ maxDepth: 2, depthIdentifier: 'tree' }, kind, tie('tree')), {
      minLength: 1,
      maxLength: 4,
      depthIdentifier: 'tree',
    }),
  }),
}));

const at = fc.nat(50);
const step: fc.Arbitrary<Step> = fc.oneof(
  {
    weight: 6,
    arbitrary: fc.record({
      do: fc.constant('die' as const),
      at,
      reason: fc.constantFrom<ExitReason>('error', 'error', 'normal'),
    }),
  },
  { weight: 3, arbitrary: fc.record({ do: fc.constantFrom('fail', 'terminate', 'restart'), at }) },
  { weight: 4, arbitrary: fc.record({ do: fc.constant('wait' as const), ms: fc.constantFrom(0, 50, 400, 1001) }) },
);

/** A worker's id begins with the path of its supervisor: `0.1` is the first supervisor's second child. */
function plant(world: World, branch: Branch, path: string): ChildSpecification[] {
  return branch.children.map((child, i) => {
    const id = `${path}${i}`;
    if (typeof child === 'string') return world.worker(id, { restart: child });
    return world.nested(id, plant(world, child, `${id}.`), flagsOf(child), { restart: child.restart });
  });
}

const flagsOf = ({ strategy, intensity, delayed }: Branch) => ({
  strategy,
  intensity,
  periodMs: PERIOD_MS,
  ...(delayed && { backoff: { minMs: 20, maxMs: 200, randomFactor: 0 } }),
});

/** The incarnations that the tree says run, in the order of their start. */
function running(supervisor: TreeSupervisor): FakeChild[] {
  return entriesOf(supervisor).flatMap(({ child }) =>
    child instanceof TreeSupervisor ? running(child) : child instanceof FakeChild ? [child] : [],
  );
}

function supervisors(supervisor: TreeSupervisor): TreeSupervisor[] {
  return [supervisor, ...entriesOf(supervisor).flatMap(({ child }) => (child instanceof TreeSupervisor ? supervisors(child) : []))];
}

/** When permanent workers that were direct children of an incarnation of a supervisor have ended by themselves. */
type Ends = Map<TreeSupervisor, { readonly intensity: number; readonly times: number[] }>;

async function take(taken: Step, world: World, root: TreeSupervisor): Promise<void> {
  if (taken.do === 'wait') return world.time.advance(taken.ms);
  const living = running(root);
  const among = supervisors(root);
  const child = living.at(taken.at % Math.max(living.length, 1));
  const supervisor = among[taken.at % among.length];
  if (taken.do === 'die') child?.leave(taken.reason);
  if (taken.do === 'fail' && child) world.script(child.id, new Error('no'));
  if (taken.do === 'terminate' || taken.do === 'restart') {
    const id = entriesOf(supervisor)[taken.at % 3]?.specification.id ?? 'nobody';
    const order: Promise<unknown> = taken.do === 'terminate' ? supervisor.terminateChild(id) : supervisor.restartChild(id);
    await order.catch(({ name }) => expect(name).toMatch(/^(OrderError|Error)$/));
  }
  await settle();
}

/** Notes an end before it happens, for the supervisor that it will be told. */
function noteEnd(taken: Step, world: World, root: TreeSupervisor, branches: ReadonlyMap<string, Branch>, ends: Ends): void {
  if (taken.do !== 'die') return;
  const living = running(root);
  const child = living.at(taken.at % Math.max(living.length, 1));
  if (!child) return;
  const path = child.id.slice(0, child.id.lastIndexOf('.') + 1);
  const branch = branches.get(path) as Branch;
  if (branch.children[Number(child.id.slice(path.length))] !== 'permanent') return;
  for (const supervisor of supervisors(root)) {
    if (!entriesOf(supervisor).some((status) => status.child === child)) continue;
    const noted = ends.get(supervisor) ?? { intensity: branch.intensity, times: [] };
    noted.times.push(world.time.nowMicros());
    ends.set(supervisor, noted);
  }
}

function branchesOf(branch: Branch, path = ''): [string, Branch][] {
  const nested = branch.children.flatMap((child, i) => (typeof child === 'string' ? [] : branchesOf(child, `${path}${i}.`)));
  return [[path, branch], ...nested];
}

async function live(branch: Branch, steps: readonly Step[]): Promise<void> {
  const world = new World();
  const root = await world.start(plant(world, branch, ''), flagsOf(branch));
  const branches = new Map(branchesOf(branch));
  const ends: Ends = new Map();
  for (const taken of steps) {
    noteEnd(taken, world, root, branches, ends);
    await take(taken, world, root);
    const living = running(root);
    expect(world.living.sort()).toEqual(living.map(({ id }) => id).sort());
    expect(new Set(world.living).size).toBe(living.length);
    const present = supervisors(root);
    for (const [supervisor, { intensity, times }] of ends) {
      const recent = times.filter((time) => time >= world.time.nowMicros() - PERIOD_MS * 1000);
      if (recent.length > intensity) expect(present.includes(supervisor) && !supervisor.isEnding).toBe(false);
    }
  }
  const living = running(root).map(({ id }) => `${id} shutdown`);
  world.log.length = 0;
  await root.stop();
  expect(world.log).toEqual(living.reverse());
  expect(world.living).toEqual([]);
  expect(world.time.pending).toBe(0);
}

test('property: what lives is what the tree says, within its budgets, and it ends in order', async () => {
  await fc.assert(fc.asyncProperty(tree, fc.array(step, { maxLength: 25, size: 'max' }), live), {
    seed: Number(process.env.SEED ?? 20_261_122),
    numRuns: 150,
  });
});
