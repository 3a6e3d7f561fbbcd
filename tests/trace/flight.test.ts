/** The flight recorder, and what tracing may cost. */
import { expect, test } from 'vitest';
import type { TraceStep } from '../../trace/index.js';
import { type BankOptions, openBank } from '../runtime/bank.js';
import { bank } from '../runtime/protocol/generated/index.js';

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
