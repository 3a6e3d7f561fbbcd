/**
 * Random sequences for the scene: mostly changes that make sense, and some that do not (missing nodes, cycles, values out of
 * range). With few handles the changes affect each other; with many the columns grow.
 */
import type { Random } from '../../bus/random.js';
import { scene } from '../../protocol/generated/scene.js';
import { system } from '../../protocol/generated/system.js';
import { SCENE_PROPERTIES, type SceneProperty } from '../../protocol/messages/scene.js';
import type { Commit } from './scene-screen.js';
import type { TwinFrame, TwinSequence } from './twins.js';

const FOCUS = 2;
const STRINGS = ['', 'Alien', 'Kauas pilvet karkaavat', 'À bout de souffle', '七人の侍', '🎬🍿', 'https://example.org/poster.jpg'];
/** Values of properties for which a number in [-50, 450) would seldom be valid. */
const CHOICES: Partial<Record<SceneProperty, number[]>> = {
  scale: [0, 0.5, 1, 1, 1, 1, 1, 1.1, 1.1, 3],
  opacity: [0, 0.25, 0.7, 1, 1, 1, 1, 1],
  colour: [0, 0xff0000ff, 0x00ff0080, 0xffffffff, 0x12345600],
  clip: [0, 0, 0, 1],
  visible: [0, 1, 1, 1, 1, 1, 1, 1],
  layout: [0, 1, 2],
  absolute: [0, 0, 0, 1],
  grow: [0, 1, 2.5],
  shrink: [0, 1, 0.3],
  justify: [0, 1, 2, 3, 4, 5],
  align: [0, 1, 2, 3],
  lines: [0, 1, 3],
  fontWeight: [400, 700, 1000],
  textAlign: [0, 1, 2],
  focusable: [0, 1],
  focusGroup: [0, 1],
  width: [-1, 0, 100, 100, 333.25, 333.25, 2000],
  gap: [0, 8, 13.5],
  paddingLeft: [0, 0, 20, 50.5],
  paddingTop: [0, 0, 20, 50.5],
  height: [-1, 0, 50, 50, 127.7, 127.7],
};
/** Properties of a new node, chosen so that most nodes are visible. */
const SEEN = ['width', 'height', 'colour'] as const;
const NONSENSE = [Number.NaN, Number.POSITIVE_INFINITY, -2, 0.1, 1e300, -0];

/** @param handles how many nodes there may be @param crowd multiplies the changes of a commit */
export function sceneSequence(random: Random, handles: number, crowd: number): TwinSequence {
  let frame = 0;
  let timeMicros = 1_000_000;
  return () => {
    const draw = random.next();
    if (draw < 0.45) return { message: scene.receives.commit, fields: commitOf(random, handles, crowd) };
    if (draw < 0.97) {
      frame++;
      timeMicros += random.chance(0.05) ? 2_000_000 : random.integer(40_000);
      return { message: scene.receives.tick, fields: { frame, timeMicros } };
    }
    if (draw < 0.985) return { message: scene.receives.redraw, fields: {} };
    return refresh;
  };
}

const refresh: TwinFrame = { message: system.receives.refresh, fields: { topic: scene.publishes.layout.kind, follower: FOCUS } };

function commitOf(random: Random, handles: number, crowd: number): Commit {
  // Seldom the root: if it is hidden or shrunk, so is everything else.
  const node = (): number => (random.chance(0.02) ? random.integer(0x1_0000_0000) : random.chance(0.01) ? 0 : 1 + random.integer(handles));
  const parent = (): number => (random.chance(0.4) ? 0 : node());
  const property = (): SceneProperty => pick(random, SCENE_PROPERTIES);
  const building = random.chance(0.3);
  const creates = times(random, crowd * (building ? 8 : 2), () => ({
    node: node(),
    type: pick(random, ['view', 'view', 'image', 'text'] as const),
  }));
  return {
    creates,
    inserts: [
      ...creates.map(({ node }) => ({ parent: parent(), node, before: 0 })),
      ...times(random, crowd * 2, () => ({ parent: parent(), node: node(), before: random.chance(0.6) ? 0 : node() })),
    ],
    sets: [
      ...creates.flatMap(({ node }) => SEEN.map((property) => setOf(random, node, property))),
      ...times(random, crowd * (building ? 16 : 4), () => setOf(random, node(), property())),
    ],
    strings: times(random, crowd * 3, () => ({ node: node(), value: pick(random, STRINGS) })),
    animations: times(random, crowd * 3, () => animationOf(random, node(), property())),
    cancels: times(random, crowd * 2, () => ({ node: node(), property: property(), leave: pick(random, ['current', 'end'] as const) })),
    removes: random.chance(0.15) ? [node()] : [],
    replaces: random.chance(0.02),
  };
}

function setOf(random: Random, node: number, property: SceneProperty): Commit['sets'][number] {
  return { node, property, value: drawValue(random, property) };
}

function animationOf(random: Random, node: number, any: SceneProperty): Commit['animations'][number] {
  const property = random.chance(0.5) ? pick(random, ['x', 'y', 'opacity', 'scale', 'colour', 'width'] as const) : any;
  const control = (): number => (random.chance(0.03) ? -0.5 : random.next());
  const linear = random.chance(0.2);
  return {
    node,
    property,
    from: random.chance(0.5) ? null : drawValue(random, property),
    to: drawValue(random, property),
    durationMs: pick(random, [0, 10, 150, 300.5, 1e-5, 900]),
    delayMs: pick(random, [0, 0, 0, 40, 500]),
    x1: linear ? 0 : control(),
    y1: linear ? 0 : 3 * random.next() - 1,
    x2: linear ? 1 : control(),
    y2: linear ? 1 : 3 * random.next() - 1,
    repeat: pick(random, [0, 0, 0, 2, -1, -2]),
  };
}

function drawValue(random: Random, property: SceneProperty): number {
  if (random.chance(0.02)) return pick(random, NONSENSE);
  const choices = CHOICES[property];
  return choices ? pick(random, choices) : random.chance(0.3) ? random.integer(60) : 500 * random.next() - 50;
}

const pick = <T>(random: Random, values: readonly T[]): T => values[random.integer(values.length)];

/** Up to `most` items. */
function times<T>(random: Random, most: number, make: () => T): T[] {
  const items: T[] = [];
  for (let left = random.integer(most + 1); left > 0; left--) items.push(make());
  return items;
}
