/** A filter by roots: what a chain of causes leads to, through any VM, and nothing else; known beforehand where it can be. */
import { expect, test } from 'vitest';
import { Kinds } from '../../bus/kinds.js';
import { TraceRing } from '../../bus/trace.js';
import { BODY_OFFSET, writeHeader } from '../../protocol/frame.js';
import { system } from '../../protocol/generated/system.js';
import type { TraceFilter, TraceStep } from '../../trace/index.js';
import { FROM_ROOT, OPEN_CHAIN } from '../../trace/record.js';
import { NO_ROOT, RootChains } from '../../trace/root-chains.js';
import { type BankOptions, type BankWorld, openBank, parties } from '../runtime/bank.js';
import { bank, watcher } from '../runtime/protocol/generated/index.js';

const TOLD = { wasm: true, sharedMemory: false, workers: false };
const NAMES = new Map<number, string>(
  parties.flatMap(({ name, receives, publishes }) =>
    [...Object.entries(receives), ...Object.entries(publishes)].flatMap(([message, { kind, ...more }]) => {
      const reply = 'reply' in more ? (more.reply as { readonly kind: number }) : null;
      return [[kind, `${name}.${message}`] as const, ...(reply ? [[reply.kind, `${name}.${message}.reply`] as const] : [])];
    }),
  ),
);

async function follow(filter: TraceFilter, options: BankOptions) {
  const world = await openBank({ placement: 'bank=wasm,watcher=js', ...options });
  const steps: TraceStep[] = [];
  world.system.follow((more) => void steps.push(...more));
  await world.until(world.system.trace({ level: 'frames', filter }));
  return { world, steps };
}

async function play(world: BankWorld): Promise<void> {
  for (let i = 0; i < 5; i++) {
    world.teller.send(bank.receives.deposit, { account: 1, amount: 1 });
    world.teller.send(watcher.receives.look, { account: 1 });
    await world.pass(20);
  }
  await world.pass(600);
}

/** @returns how often each kind was traced in this way */
function counted(steps: readonly TraceStep[], type: 'emitted' | 'handled'): Record<string, number> {
  const counts: Record<string, number> = {};
  for (const step of steps) {
    if (step.type !== type) continue;
    const name = NAMES.get(step.kind) ?? String(step.kind);
    counts[name] = (counts[name] ?? 0) + 1;
  }
  return counts;
}

for (const [sight, options] of [
  ['shared memory', {}],
  ['no shared memory', { capabilities: TOLD }],
  ['other placement', { placement: 'bank=js,watcher=wasm' }],
  ['one VM', { placement: 'js' }],
] as const) {
  test(`${sight}: a chain through both VMs, and nothing else`, async () => {
    const { world, steps } = await follow({ roots: ['watcher.look'] }, options);
    await play(world);
    const all = { 'watcher.look': 5, 'bank.balance': 5, 'bank.balance.reply': 5 };
    expect(counted(steps, 'emitted')).toEqual(all);
    expect(counted(steps, 'handled')).toEqual(all);
    const emitted = steps.filter((step) => step.type === 'emitted');
    expect(emitted.every(({ frame, bytes }) => frame?.length === bytes)).toBe(true);
    await world.until(world.system.trace({ level: 'off' }));
  });

  test(`${sight}: of a chain, one kind`, async () => {
    const { world, steps } = await follow({ roots: ['watcher.look'], kinds: ['bank.balance.reply'] }, options);
    await play(world);
    expect(counted(steps, 'emitted')).toEqual({ 'bank.balance.reply': 5 });
    expect(counted(steps, 'handled')).toEqual({ 'bank.balance.reply': 5 });
  });
}

test('what a VM knows to have no root is not copied there', async () => {
  const { world, steps } = await follow({ roots: ['watcher.look'] }, {});
  const recordsOf = async () => (await world.until(world.system.health())).traces.map(({ records }) => records);
  const before = await recordsOf();
  for (let i = 0; i < 50; i++) world.teller.send(bank.receives.deposit, { account: 1, amount: 1 });
  await world.pass(600);
  const [host, js, wasm] = (await recordsOf()).map((records, index) => records - before[index]);
  // Only the watcher's VM cannot know by itself what caused the total; snapshots are no messages.
  expect([host, wasm]).toEqual([0, 0]);
  expect(js).toBeLessThanOrEqual(2 * 50);
  expect(steps.filter((step) => step.type === 'emitted' || step.type === 'handled')).toEqual([]);
});

test('a chain that began before the trace is known from what passed last', () => {
  const kinds = new Kinds(parties, system);
  const frameOf = (kind: number, sequence: number, cause: number) => {
    const frame = new Uint8Array(BODY_OFFSET);
    const [causeSource, causeSequence] = cause > 0 ? [1, cause] : [0, 0];
    writeHeader(frame, 0, { kind, source: 1, target: 2, sequence, epoch: 1, causeSource, causeSequence, sentAt: 0 });
    return frame;
  };
  const last = new TraceRing();
  last.record(frameOf(watcher.receives.look.kind, 1, 0), 0);
  last.record(frameOf(bank.receives.deposit.kind, 2, 0), 0);
  last.record(frameOf(bank.receives.balance.kind, 3, 1), 0);
  const chains = new RootChains(['watcher.look'], kinds, last);
  const { kind } = bank.receives.balance.reply;
  const found = [1, 2, 3, 99].map((cause) => chains.of(frameOf(kind, 10 + cause, cause), 0));
  expect(found).toEqual([FROM_ROOT, NO_ROOT, FROM_ROOT, OPEN_CHAIN]);
});

test('steps of one VM come in the order in which they happened', async () => {
  const { world, steps } = await follow({ roots: ['watcher.look', 'bank.deposit'] }, {});
  await play(world);
  for (const vm of ['host', 'js', 'wasm']) {
    const times = steps.filter((step) => step.vm === vm && step.type !== 'handled').map(({ at }) => at);
    expect(times).toEqual([...times].sort((a, b) => a - b));
  }
});
