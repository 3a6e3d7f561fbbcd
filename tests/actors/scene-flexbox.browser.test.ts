/** Compares rows and columns in random nested trees with Chromium's own flexbox. scene.test.ts compares the twin. */
import { expect, test } from 'vitest';
import { javaScriptActorFactory } from '../../actors/model/javascript-instance.js';
import { Random } from '../../bus/random.js';
import { Scene } from '../../js-actors/scene.js';
import { tandemParties } from '../../protocol/generated/index.js';
import { scene } from '../../protocol/generated/scene.js';
import { type Properties, Screen } from './scene-screen.js';

const SEED = 9;
const TREES = 150;
const DEPTH_MAX = 3;
const CHILDREN_MAX = 5;
/** Chromium counts in 64ths of a pixel, and rounds at each level. */
const TOLERANCE = 0.25;

const JUSTIFIES = ['flex-start', 'center', 'flex-end', 'space-between', 'space-around', 'space-evenly'];
const ALIGNS = ['stretch', 'flex-start', 'center', 'flex-end'];
const PADDINGS = ['paddingLeft', 'paddingTop', 'paddingRight', 'paddingBottom'] as const;

interface Box {
  readonly properties: Properties;
  readonly children: readonly Box[];
}

const factory = javaScriptActorFactory(scene, () => new Scene(), tandemParties);

test(`${TREES} random trees have Chromium’s layout, seed ${SEED}`, () => {
  const root = new Random(SEED);
  for (let index = 0; index < TREES; index++) {
    const tree = boxOf(root.fork(`tree ${index}`), 0);
    const ours = layOut(tree);
    const theirs = layOutInChromium(tree);
    const far = ours.findIndex((box, i) => box.some((value, edge) => Math.abs(value - theirs[i][edge]) > TOLERANCE));
    if (far >= 0) expect.fail(`tree ${index}, box ${far}: ${ours[far]} and not ${theirs[far]}\n${JSON.stringify(tree)}`);
  }
});

const pick = (random: Random, ...values: number[]): number => values[random.integer(values.length)];

function boxOf(random: Random, depth: number): Box {
  const count = depth === DEPTH_MAX || (depth > 0 && random.chance(0.3)) ? 0 : 1 + random.integer(CHILDREN_MAX);
  const children = Array.from({ length: count }, () => boxOf(random, depth + 1));
  const properties: Properties = {
    layout: 1 + random.integer(2),
    gap: pick(random, 0, 0, 10, 7.5),
    justify: random.integer(JUSTIFIES.length),
    align: random.integer(ALIGNS.length),
    grow: pick(random, 0, 0, 1, 2, 0.25),
    shrink: pick(random, 0, 1, 1, 10, 0.3, 0.125),
    // No smaller than its paddings: a scene takes a given size as it is, Chromium enlarges it.
    width: depth > 0 && random.chance(0.3) ? -1 : 40 + random.integer(200),
    height: depth > 0 && random.chance(0.3) ? -1 : 40 + random.integer(200),
  };
  for (const padding of PADDINGS) properties[padding] = pick(random, 0, 0, 0, 12, 4.5);
  return { properties, children };
}

/** @returns x, y, width and height of every box, in document order */
function layOut(tree: Box): number[][] {
  const screen = new Screen(factory.create({}));
  let next = 1;
  const add = ({ properties, children }: Box, parent: number) => {
    const node = next++;
    screen.add(node, parent, 'view', { ...properties, focusable: 1 });
    for (const child of children) add(child, node);
  };
  add(tree, 0);
  return screen.tick().layout!.changed.map(({ x, y, width, height }) => [x, y, width, height]);
}

function layOutInChromium(tree: Box): number[][] {
  const elements: HTMLElement[] = [];
  const add = ({ properties, children }: Box, parent: HTMLElement) => {
    const element = parent.appendChild(document.createElement('div'));
    elements.push(element);
    element.style.cssText = styleOf(properties);
    for (const child of children) add(child, element);
  };
  add(tree, document.body);
  const [first] = elements;
  first.style.position = 'absolute';
  const origin = first.getBoundingClientRect();
  const boxes = elements.map((element) => {
    const { x, y, width, height } = element.getBoundingClientRect();
    return [x - origin.x, y - origin.y, width, height];
  });
  first.remove();
  return boxes;
}

function styleOf(properties: Properties): string {
  const length = (value: number | undefined) => (value === -1 ? 'auto' : `${value}px`);
  return [
    'display: flex; box-sizing: border-box; min-width: 0; min-height: 0',
    `flex: ${properties.grow} ${properties.shrink} auto; flex-direction: ${properties.layout === 1 ? 'row' : 'column'}`,
    `width: ${length(properties.width)}; height: ${length(properties.height)}; gap: ${length(properties.gap)}`,
    `padding: ${[properties.paddingTop, properties.paddingRight, properties.paddingBottom, properties.paddingLeft].map(length).join(' ')}`,
    `justify-content: ${JUSTIFIES[properties.justify ?? 0]}; align-items: ${ALIGNS[properties.align ?? 0]}`,
  ].join(';');
}
