/** A spare instance: what it saves, how often it is brought up to date, and that a restart also works without it. */
import { expect, test } from 'vitest';
import type { ActorInstance } from '../../actors/contract/instance.js';
import { OutboxBuilder } from '../../actors/model/outbox-builder.js';
import { SpareInstance } from '../../actors/vm/cell/incarnations.js';
import { SPARE_SHARE_MAX } from '../../protocol/limits.js';
import { readModule } from '../guest/guests.js';
import { trap } from '../guest/protocol/generated/index.js';
import { trapInstance } from '../guest/trap.js';
import { openTrapStage } from '../guest/trap-stage.js';

const module = new WebAssembly.Module(readModule('dist/tests/guests/trap/trap.wasm'));
const PREPARE_MICROS = 700;

/** The state after one addition, as a snapshot. */
function snapshotOf(number: number) {
  const outbox = new OutboxBuilder();
  outbox.append(trap.receives.add, trap.address, { number });
  const instance = trapInstance(module);
  instance.handle(outbox.bytes, 0, outbox.length);
  const bytes = instance.snapshot().slice();
  instance.dispose();
  return { bytes, sequence: 0, digest: 0, position: 0 };
}

function stage() {
  const made: ActorInstance[] = [];
  let now = 0;
  let fails = false;
  const create = () => {
    now += PREPARE_MICROS;
    if (fails) throw new RangeError('out of memory');
    made.push(trapInstance(module));
    return made[made.length - 1];
  };
  const failing = (value: boolean) => {
    fails = value;
  };
  return { spare: new SpareInstance(create, () => now), made, failing };
}

const stateOf = (instance: ActorInstance): Uint8Array => instance.snapshot().slice();

test('a restart from the snapshot that it holds, or from a later one, makes nothing', () => {
  for (const later of [false, true]) {
    const { spare, made } = stage();
    const first = snapshotOf(1);
    const last = later ? snapshotOf(2) : first;
    spare.prepare(first);
    expect(spare.memoryBytes).toBe(made[0].memoryBytes);
    const taken = spare.take(last);
    expect(taken).toBe(made[0]);
    expect(stateOf(taken)).toEqual(last.bytes);
    expect(spare.memoryBytes).toBe(0);
    expect(stateOf(spare.take(last))).toEqual(last.bytes);
    expect(made).toHaveLength(2);
  }
});

test('it is brought up to date in a bounded share of the time', () => {
  const { spare } = stage();
  const [first, second] = [snapshotOf(1), snapshotOf(2)];
  expect(spare.isDue(first)).toBe(true);
  spare.prepare(first);
  expect(spare.isDue(first)).toBe(false);
  spare.spent(PREPARE_MICROS * SPARE_SHARE_MAX - 1);
  expect(spare.isDue(second)).toBe(false);
  spare.spent(1);
  expect([spare.isDue(first), spare.isDue(second)]).toEqual([false, true]);
  spare.prepare(second);
  expect(spare.isDue(second)).toBe(false);
  expect(stateOf(spare.take(second))).toEqual(second.bytes);
});

test('a spare that cannot be made is not tried again until a restart has been tried', () => {
  const { spare, failing } = stage();
  const snapshot = snapshotOf(1);
  failing(true);
  spare.prepare(snapshot);
  expect([spare.isDue(snapshot), spare.memoryBytes]).toEqual([false, 0]);
  expect(() => spare.take(snapshot)).toThrow('out of memory');
  failing(false);
  expect(stateOf(spare.take(snapshot))).toEqual(snapshot.bytes);
  expect(spare.isDue(snapshot)).toBe(true);
});

test.each([
  [true, 2],
  [false, 1],
])('in a VM, with spare instances %s: an actor that has nothing to do takes the memory of %i', async (spareInstances, instances) => {
  const { host, system, port, sums } = await openTrapStage(5, spareInstances);
  const { memoryBytes } = trapInstance(module);
  const used = async () => (await system.health()).actors[0].load?.memoryBytes;
  await host.pass(10);
  expect(await used()).toBe(instances * memoryBytes);
  port.send(trap.receives.add, { number: 10 });
  await system.crash(trap.name);
  port.send(trap.receives.add, { number: 30 });
  await host.pass(50);
  expect(sums).toEqual([10, 40]);
  expect(await used()).toBe(instances * memoryBytes);
  expect(await system.counters()).toMatchObject({ traps: 1, divergent: 0 });
  await host.until(system.stop());
});
