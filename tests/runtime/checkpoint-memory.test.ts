/** Checkpoints are kept in memory that outlives the VM, or by the host when they are too large; the newest of both is used. */
import { describe, expect, test } from 'vitest';
import { CheckpointMemory } from '../../actors/contract/checkpoint.js';
import { Journal } from '../../bus/journal.js';
import { bank } from './bank.js';
import { FRAMES_ANY, VmAtRing } from './vm-at-ring.js';

const HEADER_BYTES = 64;
const SLOT_BYTES = 4096;
const PUMP_MICROS = 1_000_000;

const bytesOf = (length: number, value: number): Uint8Array => new Uint8Array(length).fill(value);

describe.each([
  ['shared', true],
  ['private', false],
])('checkpoints in %s memory', (_name, shared) => {
  const allocate = () => CheckpointMemory.allocate(SLOT_BYTES, shared);

  test('there is none at first, and then the newest, also for a later reader', () => {
    const memory = allocate();
    const checkpoints = new CheckpointMemory(memory);
    expect(checkpoints.read()).toBeUndefined();
    for (let value = 1; value < 6; value++) {
      expect(checkpoints.write(bytesOf(SLOT_BYTES - value, value))).toBe(true);
      expect(new CheckpointMemory(memory).read()).toEqual(bytesOf(SLOT_BYTES - value, value));
    }
  });

  test('a checkpoint that was read does not change when another is written', () => {
    const checkpoints = new CheckpointMemory(allocate());
    checkpoints.write(bytesOf(3, 1));
    const read = checkpoints.read();
    for (let value = 2; value < 6; value++) checkpoints.write(bytesOf(9, value));
    expect(read).toEqual(bytesOf(3, 1));
  });

  test('a checkpoint that is too large is refused, and leaves the one before', () => {
    const checkpoints = new CheckpointMemory(allocate());
    checkpoints.write(bytesOf(SLOT_BYTES, 1));
    expect(checkpoints.write(bytesOf(SLOT_BYTES + 1, 2))).toBe(false);
    expect(checkpoints.read()).toEqual(bytesOf(SLOT_BYTES, 1));
  });

  test('a writer that ends before it publishes leaves the checkpoint before, and the next writer overwrites its remains', () => {
    const memory = allocate();
    const before = new CheckpointMemory(memory);
    before.write(bytesOf(100, 1));
    // The first went into the second slot, so the next was on its way into the first.
    new Uint32Array(memory)[1] = 70;
    new Uint8Array(memory, HEADER_BYTES).fill(2, 0, 50);
    const after = new CheckpointMemory(memory);
    expect(after.read()).toEqual(bytesOf(100, 1));
    expect(after.write(bytesOf(30, 3))).toBe(true);
    expect(new CheckpointMemory(memory).read()).toEqual(bytesOf(30, 3));
  });
});

test('where the host sees the memory, the room of a full journal is there at once, and no host is asked', async () => {
  let asked = 0;
  const keep = () => {
    asked++;
    return new Promise<void>(() => {});
  };
  const journal = Journal.allocate(1 << 18, true);
  const checkpoint = CheckpointMemory.allocate(1 << 20, true);
  const at = await VmAtRing.open({ keep, kept: { journal, checkpoint } });
  expect(at.write(FRAMES_ANY)).toBe(FRAMES_ANY);
  expect(at.vm.pump(PUMP_MICROS)).toBe(false);
  expect(await at.handled()).toBe(FRAMES_ANY);
  expect(asked).toBe(0);
});

/** Frames that make a checkpoint too large for a slot while they wait. */
const CROWD = 500;

async function openSmall() {
  const held: Uint8Array[] = [];
  const kept = { journal: Journal.allocate(1 << 20, true), checkpoint: CheckpointMemory.allocate(SLOT_BYTES, true) };
  return { at: await VmAtRing.open({ keep: async (bytes) => void held.push(bytes), kept }), held };
}

/** A checkpoint is made while many frames wait for the bank, which has ended. */
async function crowd(at: VmAtRing): Promise<void> {
  await at.vm.end(bank.name);
  at.write(CROWD);
  at.vm.pump(PUMP_MICROS);
  await at.vm.moves.settle(bank.address, []);
}

async function openCrowded() {
  const opened = await openSmall();
  await crowd(opened.at);
  return opened;
}

test('one that is too large for the memory is held by the host, and newer than what is in memory', async () => {
  const { at, held } = await openCrowded();
  expect(held.length).toBe(1);
  await at.lose(held[0]);
  at.vm.pump(PUMP_MICROS);
  expect(await at.handled()).toBe(CROWD);
});

test('one in memory may be newer than what the host holds', async () => {
  const { at, held } = await openCrowded();
  await at.vm.restart(bank.name, 2);
  at.vm.pump(PUMP_MICROS);
  expect(await at.handled()).toBe(CROWD);
  await at.vm.moves.settle(bank.address, []);
  expect(held.length).toBe(1);
  await at.lose(held[0]);
  at.vm.pump(PUMP_MICROS);
  expect(await at.handled()).toBe(0);
});

test('the next incarnation counts on: what the host holds of it is newer than what the former left in memory', async () => {
  const { at, held } = await openSmall();
  for (let i = 0; i < 10; i++) await at.vm.moves.settle(bank.address, []);
  await crowd(at);
  await at.lose(held[0]);
  expect(held.length).toBe(2);
  await at.lose(held[1]);
  at.vm.pump(PUMP_MICROS);
  expect(await at.handled()).toBe(CROWD);
});
