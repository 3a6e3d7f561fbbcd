/** One run on real threads, compared with the same run without faults in the simulation: how it ends does not depend on the host. */
import { calmOf, type Plan } from './plan.js';
import { addTrial, emptyTally, type Tally } from './seeds.js';
import { loadWasmFactories, playSim } from './sim-run.js';
import type { ThreadsEnding } from './threads.js';
import { judge } from './verdict.js';

export interface ThreadsTrial {
  readonly tally: Tally;
  readonly recoveriesOfMs: ThreadsEnding['recoveriesOfMs'];
}

/** @param guests folder of the built Wasm couriers, which is in that of the built chaos tool */
export async function tryThreads(plan: Plan, play: (plan: Plan, built: URL) => Promise<ThreadsEnding>, guests: URL): Promise<ThreadsTrial> {
  const calm = await playSim(calmOf(plan), await loadWasmFactories(guests));
  const faulty = await play(plan, new URL('../', guests));
  const tally = emptyTally();
  addTrial(tally, plan.seed, { plan, verdict: judge(plan, calm, faulty), recoveriesMs: faulty.recoveriesMs });
  return { tally, recoveriesOfMs: faulty.recoveriesOfMs };
}
