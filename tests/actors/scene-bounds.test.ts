/** A scene at all of its documented bounds, and commits as long as their schema allows: both twins take them, and emit the same bytes. */
import { expect, test } from 'vitest';
import { OutboxBuilder } from '../../actors/model/outbox-builder.js';
import { Scene } from '../../js-actors/scene.js';
import type { MessageOf } from '../../protocol/fields.js';
import { display } from '../../protocol/generated/display.js';
import { scene } from '../../protocol/generated/scene.js';
import { LIST_LENGTH_DEFAULT_MAX } from '../../protocol/limits.js';
import {
  SCENE_ANIMATIONS_MAX,
  SCENE_NODES_MAX,
  SCENE_PROPERTIES,
  SCENE_STRING_LENGTH_MAX,
  type SceneProperty,
} from '../../protocol/messages/scene.js';
import { implementationsOf } from './implementations.js';

type Commit = MessageOf<typeof scene, 'commit'>;

const NOTHING: Commit = { creates: [], inserts: [], sets: [], strings: [], animations: [], cancels: [], removes: [], replaces: false };
const NODES = Array.from({ length: SCENE_NODES_MAX - 1 }, (_, index) => index + 1);
/** Children of one node, for a tree as wide and as deep as on real screens. */
const BRANCH = 32;
/** The longest string, of characters that take the most bytes. */
const LONG = '€'.repeat(1365);
/** Values that differ from the default, which would take no room. */
const VALUES: Partial<Record<SceneProperty, number>> = {
  ...{ clip: 1, layout: 1, absolute: 1, justify: 1, align: 1, textAlign: 1, colour: 255, fontSize: 7, fontWeight: 500, lines: 2 },
  ...{ focusable: 1, focusGroup: 1, scale: 0.5, opacity: 0.5 },
};

/** In pieces that fit a frame. */
function* pieces<T>(items: readonly T[], size: number): Generator<T[]> {
  for (let at = 0; at < items.length; at += size) yield items.slice(at, at + size);
}

function* bounds(): Generator<Partial<Commit>> {
  yield* [...pieces(NODES, 16_384)].map((nodes) => ({ creates: nodes.map((node) => ({ node, type: 'text' as const })) }));
  yield* [...pieces(NODES, 16_384)].map((nodes) => ({
    inserts: nodes.map((node) => ({ parent: Math.floor((node - 1) / BRANCH), node, before: 0 })),
  }));
  for (const property of SCENE_PROPERTIES) {
    // Invisible nodes are not laid out.
    if (property === 'visible') continue;
    for (const nodes of pieces(NODES, 32_768)) yield { sets: nodes.map((node) => ({ node, property, value: VALUES[property] ?? 2.5 })) };
  }
  for (const nodes of pieces(NODES.slice(0, SCENE_STRING_LENGTH_MAX / LONG.length), 100))
    yield { strings: nodes.map((node) => ({ node, value: LONG })) };
  for (const nodes of pieces(NODES.slice(0, SCENE_ANIMATIONS_MAX), 1024)) yield { animations: nodes.map(animation) };
}

const animation = (node: number): Commit['animations'][number] => ({
  ...{ node, property: 'x' as const, from: 0, to: 100.5, durationMs: 1000, delayMs: 0 },
  ...{ x1: 0.1, y1: 0.2, x2: 0.3, y2: 0.4, repeat: -1 },
});

/** Each list is as long as its schema allows. Most changes make no sense, and are counted. */
function* longest(): Generator<Partial<Commit>> {
  const many = Array.from({ length: LIST_LENGTH_DEFAULT_MAX }, (_, index) => index % 100);
  yield { creates: many.map((node) => ({ node, type: 'view' })) };
  yield { inserts: many.map((node) => ({ parent: 0, node, before: 0 })) };
  yield { sets: many.map((node) => ({ node, property: 'height', value: 2 })) };
  yield { strings: many.map((node) => ({ node, value: 'ab' })) };
  yield { animations: many.slice(0, SCENE_ANIMATIONS_MAX).map(animation) };
  yield { cancels: many.map((node) => ({ node, property: 'x', leave: 'end' })) };
  yield { removes: many.map((node) => node + 40_000) };
}

const [first, second] = (await implementationsOf(scene, () => new Scene())).map(([, factory]) => factory);

test('a scene at all of its bounds, and commits of as many items as a list may have, fit in both languages', () => {
  const twins = [first.create({}), second.create({})];
  let at = 1_700_000_000_000_000;
  const say = (append: (builder: OutboxBuilder) => void) => {
    const outputs = twins.map((twin) => {
      const builder = new OutboxBuilder(display.address);
      builder.causedBy(0, 0, at);
      append(builder);
      twin.handle(builder.bytes, 0, builder.length);
      expect(twin.malformed).toEqual([]);
      return Buffer.from(twin.output.bytes.subarray(twin.output.start, twin.output.end));
    });
    expect(outputs[0].equals(outputs[1])).toBe(true);
    at += 16_000;
  };
  const commit = (part: Partial<Commit>) =>
    say((builder) => builder.append(scene.receives.commit, scene.address, { ...NOTHING, ...part }, 0));
  const tick = (frame: number) =>
    say((builder) => builder.append(scene.receives.tick, scene.address, { frame, timeMicros: frame * 16_000 }, 0));
  const snapshots = () => twins.map((twin) => Buffer.from(twin.snapshot()));

  for (const part of bounds()) commit(part);
  tick(1);
  for (const part of longest()) commit(part);
  tick(2);
  const [ours, theirs] = snapshots();
  expect(ours.length).toBeGreaterThan(9 << 20);
  expect(ours.equals(theirs)).toBe(true);

  twins.splice(0, 2, first.create({}), second.create({}));
  for (const twin of twins) twin.restore(ours);
  for (const part of longest()) commit(part);
  tick(3);
  const [after, afterToo] = snapshots();
  expect(after.equals(afterToo)).toBe(true);
});
