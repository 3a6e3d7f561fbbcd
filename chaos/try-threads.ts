/** Runs on real threads, compared with the same runs without faults in the simulation: how one ends does not depend on the host. */
import { calmOf, type Plan } from './plan.js';
import { addTrial, emptyTally, type Tally } from './seeds.js';
import { loadWasmFactories, playSim } from './sim-run.js';
import type { ThreadsEnding } from './threads.js';
import { judge } from './verdict.js';

type Recoveries = ThreadsEnding['recoveriesOfMs'];

/** On threads each step is awaited. Without a rest, requests of many steps would be in flight at once, and those beyond the bound be refused. */
const REST_MS = 100;

const withRests = (plan: Plan): Plan => ({ ...plan, steps: plan.steps.map((step) => ({ ...step, afterMs: REST_MS })) });

const NO_RECOVERIES: Recoveries = { trap: [], loss: [], hang: [] };

export interface ThreadsTrial {
  readonly tally: Tally;
  /** Apart, since they have other figures. */
  readonly recoveriesOfMs: { readonly shared: Recoveries; readonly unshared: Recoveries };
}

/** @param plans of one seed, at most one of each kind of memory */
/** @param guests folder of the built Wasm couriers, which is in that of the built chaos tool */
export async function tryThreads(
  plans: readonly Plan[],
  play: (plan: Plan, built: URL) => Promise<ThreadsEnding>,
  guests: URL,
): Promise<ThreadsTrial> {
  const wasmFactories = await loadWasmFactories(guests);
  const tally = emptyTally();
  tally.seeds++;
  const recoveriesOfMs = { shared: NO_RECOVERIES, unshared: NO_RECOVERIES };
  for (const plan of plans) {
    const calm = await playSim(calmOf(withRests(plan)), wasmFactories);
    const faulty = await play(plan, new URL('../', guests));
    addTrial(tally, plan.seed, { plan, verdict: judge(plan, calm, faulty), recoveriesMs: faulty.recoveriesMs });
    recoveriesOfMs[plan.sharedMemory ? 'shared' : 'unshared'] = faulty.recoveriesOfMs;
  }
  return { tally, recoveriesOfMs };
}
