/** `npm run chaos -- ...`: runs applications at random, with faults at random, and checks that nothing shows of it. docs/CHAOS.md */
import { mkdirSync, writeFileSync } from 'node:fs';
import type { ActorFactory } from '../actors/contract/instance.js';
import { playChromium } from './chromium.js';
import { measureCoverage } from './coverage.js';
import { drawThreadsPlans } from './draw.js';
import { runLong } from './long-run.js';
import { playNode } from './node.js';
import {
  type ChaosOptions,
  type CoverageOptions,
  type LongOptions,
  OptionError,
  type PlanOptions,
  parseChaosOptions,
  type SeedOptions,
  type ThreadsOptions,
  USAGE,
} from './options.js';
import { FAULT_KINDS, type Plan } from './plan.js';
import { durationsByKind, printCoverage, printDurations, printLongRun, printTally, toJson } from './report.js';
import { tryPlan } from './seeds.js';
import { trySeedsInThreads } from './seeds-threads.js';
import { shrink } from './shrink.js';
import { loadWasmFactories } from './sim-run.js';
import { tryThreads } from './try-threads.js';

const GUESTS = new URL('./wasm-actors/', import.meta.url);
/** Failures of one run that are printed: as many as anybody reads. */
const SHRUNK_MAX = 3;

const wasmFactories = await loadWasmFactories(GUESTS);

function run(options: ChaosOptions): Promise<boolean> {
  if (options.mode === 'help') return help();
  if (options.mode === 'plan') return playPlan(options);
  if (options.mode === 'long') return playLong(options);
  if (options.mode === 'coverage') return showCoverage(options);
  return options.mode === 'threads' ? playOnThreads(options) : playSeeds(options);
}

function readOptions(): ChaosOptions {
  try {
    return parseChaosOptions(process.argv.slice(2));
  } catch (error) {
    if (!(error instanceof OptionError)) throw error;
    console.error(`chaos: ${error.message}`);
    process.exit(2);
  }
}

async function help(): Promise<boolean> {
  console.log(`npm run chaos -- ...\n${USAGE}`);
  return true;
}

/** @returns whether all is well */
async function playPlan({ plan, json }: PlanOptions): Promise<boolean> {
  const { verdict } = await tryPlan(plan, wasmFactories);
  for (const problem of verdict.problems) console.log(problem);
  if (verdict.problems.length === 0) console.log('nothing is wrong with it');
  if (json) console.log(JSON.stringify(verdict));
  return verdict.problems.length === 0;
}

async function playOnThreads({ host, faults, seed, json }: ThreadsOptions): Promise<boolean> {
  const { tally, recoveriesOfMs } = await tryThreads(
    drawThreadsPlans(seed, faults),
    { node: playNode, chromium: playChromium }[host],
    GUESTS,
  );
  for (const { problems } of tally.failures) console.log(`${problems.join('\n')}\n`);
  printTally(tally);
  const { shared, unshared } = recoveriesOfMs;
  for (const [kind, ms] of Object.entries(shared)) printDurations(kind, ms);
  for (const [kind, ms] of Object.entries(unshared)) printDurations(`${kind} unshared`, ms);
  if (json) {
    const durations = { ...durationsByKind(shared), unshared: durationsByKind(unshared) };
    console.log(JSON.stringify({ ...toJson(tally), recoveryMs: { ...toJson(tally).recoveryMs, ...durations } }));
  }
  return tally.failures.length === 0;
}

/** Memory at the end is at most this many times that at a tenth of the way. */
const GROWTH_MAX = 1.05;

async function playLong({ frames, navigations, json }: LongOptions): Promise<boolean> {
  const { gc } = globalThis;
  if (!gc) throw new Error('a long run needs --expose-gc, which npm run chaos gives');
  const report = await runLong({ frames, navigations, collect: () => void gc() });
  const growth = report.lateBytes / report.earlyBytes;
  printLongRun(report, growth);
  if (json) console.log(JSON.stringify({ ...report, growth }));
  return growth <= GROWTH_MAX && report.problems.length === 0;
}

/** Runs that reach everything that random faults reach at all. */
const COVERAGE_RUNS = [
  ['--host', 'sim', '--seeds', '100'],
  ['--host', 'node', '--faults', '40'],
];

async function showCoverage({ json }: CoverageOptions): Promise<boolean> {
  const files = measureCoverage(COVERAGE_RUNS, new URL('../', import.meta.url));
  printCoverage(files);
  if (json) console.log(JSON.stringify(files));
  return true;
}

async function playSeeds(options: SeedOptions): Promise<boolean> {
  const { tally, ended } = await trySeedsInThreads(options, GUESTS);
  for (const { seed, plan, problems } of tally.failures) {
    console.log(`\nseed ${seed} fails: ${problems.slice(0, 5).join('\n  ')}`);
    console.log(`again:    ${commandFor(seed, options)}`);
    const shown = tally.failures.findIndex((failure) => failure.seed === seed) < SHRUNK_MAX;
    if (shown && ended === null) await cutDown(seed, plan, wasmFactories);
  }
  if (ended !== null) console.log(`ended by ${ended} after ${tally.seeds} of ${options.seeds} seeds`);
  printTally(tally);
  if (options.json) console.log(JSON.stringify(toJson(tally)));
  return tally.failures.length === 0 && ended === null;
}

function commandFor(seed: number, { kinds }: SeedOptions): string {
  const faults = kinds.length === FAULT_KINDS.length ? '' : ` --faults ${kinds.join(',')}`;
  return `npm run chaos -- --host sim --seeds 1 --seed ${seed}${faults}`;
}

async function cutDown(seed: number, plan: Plan, factories: readonly ActorFactory[]): Promise<void> {
  const small = await shrink(plan, async (smaller) => (await tryPlan(smaller, factories)).verdict.problems.length > 0);
  const { verdict } = await tryPlan(small, factories);
  const file = `artifacts/chaos/seed-${seed}.json`;
  mkdirSync('artifacts/chaos', { recursive: true });
  writeFileSync(file, JSON.stringify(small, null, 1));
  console.log(`cut down: npm run chaos -- --plan ${file}\n  ${verdict.problems.slice(0, 5).join('\n  ')}\n${JSON.stringify(small)}\n`);
}

process.exitCode = (await run(readOptions())) ? 0 : 1;
