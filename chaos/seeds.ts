/** Seeds one after another: each makes a plan, which is played with its faults and without, and compared. */
import type { ActorFactory } from '../actors/contract/instance.js';
import { judgeDesk } from './desk-verdict.js';
import { drawPlan } from './draw.js';
import { type Condition, calmOf, conditionsOf, type FaultKind, faultsOf, type Plan, type StrikeKind } from './plan.js';
import { playSim } from './sim-run.js';
import { judge, type Verdict } from './verdict.js';

export interface Trial {
  readonly plan: Plan;
  readonly verdict: Verdict;
  readonly recoveriesMs: readonly number[];
}

const brokenOff = (error: unknown): Verdict => ({
  lost: 0,
  duplicated: 0,
  reordered: 0,
  divergent: 0,
  problems: [`the run broke off: ${error instanceof Error ? error.stack : error}`],
});

/** Never rejects: a run that breaks off has failed. */
export async function tryPlan(plan: Plan, wasmFactories: readonly ActorFactory[]): Promise<Trial> {
  try {
    const calm = await playSim(calmOf(plan), wasmFactories);
    const faulty = await playSim(plan, wasmFactories);
    const verdict = judge(plan, calm, faulty);
    const problems = [...verdict.problems, ...judgeDesk(plan, calm, faulty)];
    return { plan, verdict: { ...verdict, problems }, recoveriesMs: faulty.recoveriesMs };
  } catch (error) {
    return { plan, verdict: brokenOff(error), recoveriesMs: [] };
  }
}

/** Plain data, so that it can come from another thread. */
export interface Tally {
  seeds: number;
  /** Number of faults that struck, by kind. */
  readonly faults: Partial<Record<StrikeKind, number>>;
  /** Number of plans that were played from beginning to end, by condition. */
  readonly plans: Partial<Record<Condition, number>>;
  lost: number;
  duplicated: number;
  reordered: number;
  divergent: number;
  readonly recoveriesMs: number[];
  readonly failures: { readonly seed: number; readonly plan: Plan; readonly problems: readonly string[] }[];
}

export const emptyTally = (): Tally => ({
  seeds: 0,
  faults: {},
  plans: {},
  lost: 0,
  duplicated: 0,
  reordered: 0,
  divergent: 0,
  recoveriesMs: [],
  failures: [],
});

function addCounts<K extends string>(sum: Partial<Record<K, number>>, counts: Iterable<readonly [K, number]>): void {
  for (const [kind, count] of counts) sum[kind] = (sum[kind] ?? 0) + count;
}

export function addTrial(tally: Tally, seed: number, { plan, verdict, recoveriesMs }: Trial): void {
  addCounts(tally.faults, faultsOf(plan));
  addCounts(
    tally.plans,
    conditionsOf(plan).map((condition) => [condition, 1] as const),
  );
  tally.lost += verdict.lost;
  tally.duplicated += verdict.duplicated;
  tally.reordered += verdict.reordered;
  tally.divergent += verdict.divergent;
  for (const ms of recoveriesMs) tally.recoveriesMs.push(ms);
  if (verdict.problems.length > 0) tally.failures.push({ seed, plan, problems: verdict.problems });
}

export function addTally(sum: Tally, part: Tally): void {
  sum.seeds += part.seeds;
  addCounts(sum.faults, Object.entries(part.faults) as [StrikeKind, number][]);
  addCounts(sum.plans, Object.entries(part.plans) as [Condition, number][]);
  sum.lost += part.lost;
  sum.duplicated += part.duplicated;
  sum.reordered += part.reordered;
  sum.divergent += part.divergent;
  for (const ms of part.recoveriesMs) sum.recoveriesMs.push(ms);
  sum.failures.push(...part.failures);
}

/** @param done is called after each seed with what it has come to */
export async function trySeeds(
  seeds: { readonly first: number; readonly count: number; readonly step: number },
  kinds: readonly FaultKind[],
  wasmFactories: readonly ActorFactory[],
  done: (tally: Tally) => void = () => {},
): Promise<Tally> {
  const sum = emptyTally();
  for (let i = 0, seed = seeds.first; i < seeds.count; i++, seed += seeds.step) {
    const tally = { ...emptyTally(), seeds: 1 };
    addTrial(tally, seed, await tryPlan(drawPlan(seed, kinds), wasmFactories));
    addTally(sum, tally);
    done(tally);
  }
  return sum;
}
