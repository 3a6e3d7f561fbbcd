/** Output that an actor's schema refuses: in both languages the report names kind and field, and the line is the actor's. */
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, test } from 'vitest';
import { type ActorInstance, ActorTrap } from '../../actors/contract/instance.js';
import { javaScriptActorFactory } from '../../actors/model/javascript-instance.js';
import { OutboxBuilder } from '../../actors/model/outbox-builder.js';
import { compileGuest, wasmActorFactory } from '../../host-shim/wasm/guest.js';
import { encodeDynamic } from '../../protocol/dynamic.js';
import { tandemParties } from '../../protocol/generated/index.js';
import { scene } from '../../protocol/generated/scene.js';
import { Base } from './base.js';
import { concatenate, frame } from './frames.js';
import { readModule, readSourceMap, root } from './guests.js';
import { base, parties as ownParties, peer } from './protocol/generated/index.js';

const MODULE = 'dist/tests/guests/base/base.wasm';
const parties = [...tandemParties, ...ownParties];
const module = await compileGuest(readModule(MODULE));
const factories = [
  { language: 'TypeScript', file: 'guest/base.ts', folder: 'tests', factory: javaScriptActorFactory(base, () => new Base(), parties) },
  {
    language: 'AssemblyScript',
    file: 'tests/guests/base/base.ts',
    folder: '',
    factory: wasmActorFactory(base, module, readSourceMap(MODULE), parties),
  },
];

/** A line longer than the 256 bytes that the state and `heard` can hold. */
const news = frame(peer.publishes.news.kind, [1, true, new Array(8).fill('x'.repeat(32))], { source: peer.address, sequence: 1 });
const say = frame(base.receives.say.kind, ['hello', 1, null], { sequence: 2 });
const forward = frame(base.receives.forward.kind, [peer.address, 'refused'], { sequence: 3 });

function trapOf(instance: ActorInstance, ...frames: Uint8Array[]): ActorTrap {
  const batch = concatenate(frames);
  try {
    instance.handle(batch, 0, batch.length);
  } catch (error) {
    if (error instanceof ActorTrap) return error;
    throw error;
  }
  throw new Error('nothing was refused');
}

describe.each(factories)('in $language', ({ file, folder, factory }) => {
  test('a message: its kind, its field and the line that sends it', () => {
    const trap = trapOf(factory.create({}), say, news, forward);
    expect(trap.handled).toBe(2);
    expect(trap.message).toMatch(/\bnote\.text: .* is longer than 64 bytes \(kind 0x4701\)$/);
    const [, path, line] = /^(.*):(\d+):\d+$/.exec(trap.position) ?? [];
    expect(path).toBe(file);
    const source = readFileSync(join(root, folder, file), 'utf8').split('\n');
    expect(source[Number(line) - 1]).toContain('this.sendTo(');
  });

  test('a state: its field', () => {
    const instance = factory.create({});
    instance.handle(news, 0, news.length);
    expect(() => instance.snapshot()).toThrow(/\bheard: .* is longer than 256 bytes$/);
  });
});

describe('a port or a test that sends', () => {
  const commit = { creates: [], inserts: [], sets: [], strings: [], animations: [], cancels: [], removes: [], replaces: false };
  const append = (part: object) => () =>
    new OutboxBuilder(34).append(scene.receives.commit, scene.address, { ...commit, ...part } as never);

  test.each([
    [
      {
        sets: [
          { node: 1, property: 'x', value: 1 },
          { node: -1, property: 'x', value: 1 },
        ],
      },
      'commit.sets.node: -1 is out of range (kind 0x0101)',
    ],
    [{ sets: [{ node: 1, property: 'x', value: '1' }] }, 'commit.sets.value: "1" is not a number (kind 0x0101)'],
    [{ sets: [{ node: 1, property: 'size', value: 1 }] }, 'commit.sets.property: not one of its options (kind 0x0101)'],
    [{ removes: [1, 2 ** 32] }, 'commit.removes: 4294967296 is out of range (kind 0x0101)'],
    [{ removes: undefined }, 'commit.removes: what it was given is of another shape (kind 0x0101)'],
    [{ inserts: [null] }, 'commit.inserts.parent: what it was given is of another shape (kind 0x0101)'],
    [
      { strings: [{ node: 1, value: 'é'.repeat(4096) }] },
      `commit.strings.value: "${'é'.repeat(40)}…" is longer than 4096 bytes (kind 0x0101)`,
    ],
    [{ replaces: 'no' }, 'commit.replaces: "no" is not a boolean (kind 0x0101)'],
  ])('%j is told with the whole path', (part, message) => {
    expect(append(part)).toThrow(message);
  });

  test('a dynamic value: the stack begins with the code that wrote it', () => {
    const mine = () => encodeDynamic(new Map());
    try {
      mine();
    } catch (error) {
      expect((error as Error).stack?.split('\n')[1]).toContain('mine');
    }
    expect(mine).toThrow('value: an instance of Map cannot be written');
  });
});
