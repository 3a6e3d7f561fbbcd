/** Random runs of the chaos application with random faults end like the same runs without. `npm run chaos` does many more. */
import { expect, test } from 'vitest';
import { asksOf, bytesOf, drawPlan, STEP_ASKS_MAX, STEP_BYTES_MAX } from '../../chaos/draw.js';
import { calmOf, conditionsOf, FAULT_KINDS, type FaultKind, faultsOf, type Step } from '../../chaos/plan.js';
import { trySeeds } from '../../chaos/seeds.js';
import { loadWasmFactories, playSim } from '../../chaos/sim-run.js';

const SEED = Number(process.env.TANDEM_SEED ?? 1);
/** Each defect that broken-runtime.test.ts plants is found by the eighth seed: ten times as many. TANDEM_SEEDS for more. */
const SEEDS = Number(process.env.TANDEM_SEEDS ?? 80);
/** For a machine that does much else. */
const PATIENCE_MS = 400_000;
const wasmFactories = await loadWasmFactories(new URL('../../dist/chaos/wasm-actors/', import.meta.url));

test(
  `${SEEDS} seeds from ${SEED}: nothing is lost, doubled or reordered (TANDEM_SEED to change)`,
  async () => {
    const tally = await trySeeds({ first: SEED, count: SEEDS, step: 1 }, FAULT_KINDS, wasmFactories);
    expect(tally.failures.map(({ seed, problems }) => ({ seed, problems }))).toEqual([]);
    expect(tally).toMatchObject({ seeds: SEEDS, lost: 0, duplicated: 0, reordered: 0, divergent: 0 });
    const counts: Partial<Record<FaultKind, number>> = { ...tally.faults, ...tally.plans };
    for (const kind of FAULT_KINDS) expect(counts[kind], kind).toBeGreaterThan(SEEDS / 10);
  },
  PATIENCE_MS,
);

test('poison messages are tried again while other faults strike', async () => {
  let trials = 0;
  for (let seed = SEED; seed < SEED + 10; seed++) trials += (await playSim(drawPlan(seed, FAULT_KINDS), wasmFactories)).trials;
  expect(trials).toBeGreaterThan(0);
});

test('a seed gives the same plan each time, and its calm run has no faults', () => {
  for (let seed = 1; seed < 50; seed++) {
    const plan = drawPlan(seed, FAULT_KINDS);
    expect(drawPlan(seed, FAULT_KINDS)).toEqual(plan);
    const faults = [...faultsOf(calmOf(plan)).keys(), ...conditionsOf(calmOf(plan))];
    expect(faults.filter((kind) => !['full', 'desk', 'painter'].includes(kind))).toEqual([]);
  }
});

test('no plan goes beyond the bounds of the runtime, where messages are refused by right', () => {
  const seeds = Array.from({ length: 2_000 }, (_, i) => i + 1);
  const isBeyond = ({ commands }: Step) => asksOf(commands) > STEP_ASKS_MAX || bytesOf(commands) > STEP_BYTES_MAX;
  expect(seeds.filter((seed) => drawPlan(seed, FAULT_KINDS).steps.some(isBeyond))).toEqual([]);
});
