/** Garbage is collected between batches: linear memory does not grow over a hundred thousand messages. */
import { beforeAll, expect, it } from 'vitest';
import type { ActorInstance } from '../../actors/contract/instance.js';
import { decodeSnapshot } from '../../actors/contract/snapshot.js';
import { compileGuest, wasmActorFactory } from '../../host-shim/wasm/guest.js';
import { concatenate, frame } from './frames.js';
import { readModule } from './guests.js';
import { base } from './protocol/generated/base.js';
import { trap as trapActor } from './protocol/generated/trap.js';
import { trapInstance } from './trap.js';

const MESSAGES = 100_000;
const BATCH_FRAMES = 20;
const { say, carry, question, ask } = base.receives;

let baseModule: WebAssembly.Module;
let trapModule: WebAssembly.Module;
beforeAll(async () => {
  baseModule = await compileGuest(readModule('dist/tests/guests/base/base.wasm'));
  trapModule = await compileGuest(readModule('dist/tests/guests/trap/trap.wasm'));
});

/** @returns bytes of linear memory after a hundredth and after all of the batches */
function memoryOver(instance: ActorInstance, batch: Uint8Array, batches: number): [early: number, late: number] {
  let early = 0;
  for (let i = 0; i < batches; i++) {
    instance.handle(batch, 0, batch.length);
    if (i === Math.floor(batches / 100)) early = instance.memoryBytes;
  }
  return [early, instance.memoryBytes];
}

it('does not grow with strings, maps and objects that come and go', () => {
  const instance = wasmActorFactory(base, baseModule).create({});
  const frames = [
    frame(say.kind, ['a line of text that becomes a string', 0.5, 'note']),
    frame(carry.kind, [{ first: 1, second: 2, third: 3 }, [1, 'x']]),
    frame(question.kind, [1, 0]),
    frame(ask.kind, ['about something']),
  ];
  const batch = concatenate(Array.from({ length: BATCH_FRAMES }, (_, index) => frames[index % frames.length]));
  const [early, late] = memoryOver(instance, batch, MESSAGES / BATCH_FRAMES);
  expect(late).toBe(early);
  expect(late).toBeLessThan(512 * 1024);
  expect(decodeSnapshot(base, instance.snapshot()).nextRequest).toBe(MESSAGES / 4 + 1);
});

it('does not grow with a megabyte of garbage for each batch', () => {
  const instance = trapInstance(trapModule);
  const litter = frame(trapActor.receives.litter.kind, [10_000]);
  const [early, late] = memoryOver(instance, litter, 500);
  expect(late).toBe(early);
});

it('does not grow with snapshots', () => {
  const instance = wasmActorFactory(base, baseModule).create({});
  const batch = frame(say.kind, ['a line', 1, null]);
  for (let i = 0; i < 50; i++) instance.handle(batch, 0, batch.length);
  const before = instance.memoryBytes;
  for (let i = 0; i < 5_000; i++) instance.snapshot();
  expect(instance.memoryBytes).toBe(before);
});

it('starts small', () => {
  expect(wasmActorFactory(base, baseModule).create({}).memoryBytes).toBe(64 * 1024);
});
