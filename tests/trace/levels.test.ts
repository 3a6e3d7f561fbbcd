/** What a running system gives as steps: levels, filters, switching; in each way in which its host sees its VMs. */
import { expect, test } from 'vitest';
import { TraceBudget } from '../../actors/vm/trace/trace-budget.js';
import type { TraceStep } from '../../trace/index.js';
import { type BankOptions, type BankWorld, openBank } from '../runtime/bank.js';
import { bank } from '../runtime/protocol/generated/index.js';

const SIGHTS: readonly (readonly [string, BankOptions])[] = [
  ['shared memory', { placement: 'bank=wasm,watcher=js' }],
  ['no shared memory', { placement: 'bank=wasm,watcher=js', capabilities: { wasm: true, sharedMemory: false, workers: false } }],
];

async function follow(options: BankOptions) {
  const world = await openBank(options);
  const steps: TraceStep[] = [];
  world.system.follow((more) => void steps.push(...more));
  return {
    world,
    steps,
    ofType: <T extends TraceStep['type']>(type: T) => steps.filter((step) => step.type === type) as Extract<TraceStep, { type: T }>[],
  };
}

async function deposit(world: BankWorld, times: number): Promise<void> {
  for (let i = 0; i < times; i++) world.teller.send(bank.receives.deposit, { account: 1, amount: 1 });
  await world.pass(300);
}

for (const [name, options] of SIGHTS) {
  test(`${name}: each message is emitted, arrives, is handled`, async () => {
    const { world, ofType } = await follow(options);
    await world.until(world.system.trace({ level: 'frames' }));
    await deposit(world, 10);
    const kind = bank.receives.deposit.kind;
    const emitted = ofType('emitted').filter((step) => step.kind === kind);
    const arrived = ofType('arrived').filter((step) => step.kind === kind);
    const handled = ofType('handled').filter((step) => step.kind === kind);
    expect([emitted.length, arrived.length, handled.length]).toEqual([10, 10, 10]);
    expect(handled.map(({ vm, target, epoch, again }) => [vm, target, epoch, again])).toEqual(
      Array(10).fill(['wasm', bank.address, 1, false]),
    );
    for (const [i, { frame, bytes, vm, at }] of emitted.entries()) {
      expect(frame?.length).toBe(bytes);
      expect(vm).toBe('host');
      expect(at).toBeLessThanOrEqual(arrived[i].at);
      expect(arrived[i].at).toBeLessThanOrEqual(handled[i].at);
    }
    expect(ofType('emitted').some(({ cause }) => cause?.sequence === handled[0].sequence)).toBe(true);
  });
}

test('what is asked while what follows a trace is loaded holds in its order', async () => {
  const { world, ofType } = await follow({ placement: 'bank=wasm,watcher=js' });
  await world.until(Promise.all([world.system.trace({ level: 'frames' }), world.system.trace({ level: 'off' })]));
  await deposit(world, 3);
  expect(ofType('emitted')).toEqual([]);
});

test('headers have no frames; off gives nothing; a level is switched for one VM', async () => {
  const { world, steps, ofType } = await follow({ placement: 'bank=wasm,watcher=js' });
  await world.until(world.system.trace({ level: 'headers' }));
  await deposit(world, 3);
  expect(ofType('emitted').length).toBeGreaterThan(3);
  expect(ofType('emitted').every(({ frame, digest }) => frame === null && digest === null)).toBe(true);
  await world.until(world.system.trace({ level: 'off' }));
  steps.length = 0;
  await deposit(world, 3);
  expect(steps).toEqual([]);
  await world.until(world.system.trace({ level: 'headers', vms: ['wasm'] }));
  await deposit(world, 3);
  expect(new Set(steps.map(({ vm }) => vm))).toEqual(new Set(['wasm']));
});

test('a filter is applied in the VM', async () => {
  const { world, ofType } = await follow({ placement: 'bank=wasm,watcher=js' });
  await world.until(world.system.trace({ level: 'headers', filter: { kinds: ['bank.deposit'] } }));
  await deposit(world, 3);
  expect(new Set(ofType('handled').map(({ kind }) => kind))).toEqual(new Set([bank.receives.deposit.kind]));
  await world.until(world.system.trace({ level: 'headers', filter: { parties: ['watcher'] } }));
  const before = ofType('handled').length;
  await deposit(world, 3);
  expect(
    new Set(
      ofType('handled')
        .slice(before)
        .map(({ target }) => target),
    ),
  ).toEqual(new Set([world.system.actors[1].address]));
});

test('what tracing costs is estimated also where little is traced', () => {
  let now = 0;
  const budget = new TraceBudget('frames', true, () => now);
  expect(budget.share).toBe(0);
  // 2.5 us each, and a tenth of a nanosecond for each byte.
  for (let i = 0; i < 100; i++) budget.spend(1_000);
  now = 99_999;
  expect(budget.share).toBe(0);
  now = 1_000_000;
  expect(budget.share).toBeCloseTo((100 * 2.5 + 100_000 * 0.000_1) / 1_000_000, 9);
  // As many as may come in 100 ms: the window is used up, and the next begins.
  for (let i = 100; i < 4_000; i++) budget.spend(0);
  expect(budget.share).toBeCloseTo((4_000 * 2.5 + 100_000 * 0.000_1) / 1_000_000, 9);
});
