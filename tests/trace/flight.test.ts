/** The flight recorder, what tracing may cost, and that it changes nothing. */
import { expect, test } from 'vitest';
import { Random } from '../../bus/index.js';
import { MemoryFile, type TraceFilter, type TraceLevel, type TraceStep } from '../../trace/index.js';
import { type BankOptions, openBank } from '../runtime/bank.js';
import { bank, watcher } from '../runtime/protocol/generated/index.js';

const SEED = Number(process.env.SEED ?? 1);
const NO_SHARED_MEMORY = { wasm: true, sharedMemory: false, workers: false };
const FLIGHT: BankOptions = { placement: 'bank=wasm,watcher=js', flightBytes: 64 << 10 };

for (const [sight, capabilities] of [
  ['shared memory', undefined],
  ['no shared memory', NO_SHARED_MEMORY],
] as const) {
  test(`${sight}: a trap, a hang and a loss have what came before`, async () => {
    const world = await openBank({ ...FLIGHT, capabilities, hangMs: 500, console: 'off' });
    const deposit = async (times: number) => {
      for (let i = 0; i < times; i++) world.teller.send(bank.receives.deposit, { account: 1, amount: 1 });
      await world.pass(200);
    };
    const flights: (readonly TraceStep[])[] = [];
    world.system.onChange((change) => {
      if (change.type === 'flight') flights.push(change.steps);
    });
    const handled = (steps: readonly TraceStep[] = []) =>
      steps.filter((step) => step.type === 'handled' && step.kind === bank.receives.deposit.kind);
    await deposit(5);
    await world.until(world.system.crash('bank'));
    await deposit(1);
    const [crash] = world.system.crashReports;
    expect(handled(crash.recent).length).toBeGreaterThanOrEqual(5);
    await deposit(5);
    await world.until(world.system.hang('bank'));
    await deposit(1);
    await world.pass(3_000);
    expect(flights.length).toBe(1);
    expect(handled(flights[0]).length).toBeGreaterThan(0);
    expect(handled(world.system.crashReports.at(-1)?.recent).length).toBeGreaterThan(0);
    await deposit(5);
    world.host.lose('wasm', 'lost');
    await world.pass(1_000);
    expect(handled(flights[1]).length).toBeGreaterThan(0);
  });
}

test('a flood makes it step down, it says so, can be stopped, and comes back when it is calm', async () => {
  const world = await openBank({ ...FLIGHT, tracesWithin: 'budget', delay: { minMicros: 0, maxMicros: 0 } });
  const steps: TraceStep[] = [];
  world.system.follow((more) => void steps.push(...more));
  await world.until(world.system.trace({ level: 'headers' }));
  const levels = (vm: string) => steps.flatMap((step) => (step.type === 'level' && step.vm === vm ? [`${step.level} ${step.why}`] : []));
  for (let i = 0; i < 20; i++) {
    for (let j = 0; j < 1_000; j++) world.teller.send(bank.receives.deposit, { account: 1, amount: 1 });
    await world.pass(1);
  }
  await world.pass(150);
  expect(levels('wasm')).toEqual(['headers asked', 'off flood']);
  const { traces } = await world.until(world.system.health());
  expect(traces.find(({ vm }) => vm === 'wasm')).toMatchObject({ level: 'off', isFlight: false });
  expect(traces.find(({ vm }) => vm === 'wasm')?.skipped).toBeGreaterThan(1_000);
  for (let i = 0; i < 4; i++) {
    await world.pass(600);
    world.teller.send(bank.receives.deposit, { account: 1, amount: 1 });
  }
  await world.pass(200);
  expect(levels('wasm')).toEqual(['headers asked', 'off flood', 'headers calm']);
  await world.until(world.system.trace({ level: 'off' }));
});

const PLACEMENTS = ['js', 'wasm', 'bank=wasm,watcher=js', 'bank=js,watcher=wasm'];
const LEVELS: readonly TraceLevel[] = ['off', 'headers', 'frames'];
const FILTERS: readonly TraceFilter[] = [
  {},
  { parties: ['bank'] },
  { kinds: ['bank.deposit'] },
  { lanes: ['ordinary'] },
  { roots: ['watcher.look'] },
];

/** A run costs what its memories cost: they are as large as it needs. */
const SMALL = { journalBytes: 64 << 10, ringBytes: 16 << 10, sessionBytes: 256 << 10 };

/** @returns the end of a run with traps, and all that came out of it */
async function run(
  seed: number,
  placement: string,
  flightBytes: number,
  trace: { readonly level: TraceLevel; readonly filter: TraceFilter; readonly records: boolean },
) {
  const random = new Random(seed);
  const world = await openBank({ ...SMALL, seed, placement, console: 'off', flightBytes });
  world.system.follow(() => {});
  // Not awaited in virtual time: asking takes none.
  const asked = world.system.trace(trace);
  const recording = trace.records ? world.system.record(new MemoryFile()) : null;
  await Promise.all([asked, recording]);
  for (let i = 0; i < 12; i++) {
    world.teller.send(bank.receives.deposit, { account: random.integer(3), amount: random.integer(10) });
    if (random.integer(3) === 0) world.teller.send(watcher.receives.look, { account: random.integer(3) });
    if (random.integer(8) === 0) void world.system.crash('bank').catch(() => {});
    await world.pass(random.integer(4));
  }
  await world.pass(150);
  return {
    bank: await world.until(world.state('bank')),
    watcher: await world.until(world.state('watcher')),
    totals: world.totals,
    receipts: world.receipts,
    sent: (await world.until(world.counters())).sent,
  };
}

test(`tracing changes nothing: 200 seeds, each at some level, filter and placement beside an untraced run, from seed ${SEED}`, async () => {
  for (let i = 0; i < 200; i++) {
    const seed = SEED * 1_000 + i;
    const placement = PLACEMENTS[(i >> 3) % PLACEMENTS.length];
    const untraced = await run(seed, placement, 0, { level: 'off', filter: {}, records: false });
    const trace = { level: LEVELS[i % 3], filter: FILTERS[(i >> 1) % FILTERS.length], records: i % 5 === 4 };
    const traced = await run(seed, placement, i % 2 === 0 ? 32 << 10 : 0, trace);
    expect(traced, `seed ${seed}, ${placement}, ${JSON.stringify(trace)}`).toEqual(untraced);
  }
});
