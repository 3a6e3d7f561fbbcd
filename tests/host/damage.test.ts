/** What of a picture is painted: areas that differ from the picture before, whatever was inserted, moved, or only renumbered. */
import { expect, it } from 'vitest';
import { Random } from '../../bus/random.js';
import { Damage } from '../../host-shim/common/ports/damage.js';
import { type Area, Picture } from '../../host-shim/common/ports/picture.js';
import { DISPLAY_ITEM_WORDS, VIEW_ITEM } from '../../protocol/ports/display.js';

interface Box {
  readonly node: number;
  readonly at: readonly [x: number, y: number, width: number, height: number];
  readonly colour?: number;
  readonly clip?: number;
}

const [WIDTH, HEIGHT] = [400, 200];
const SCREEN = [0, 0, WIDTH, HEIGHT, 0];

function show(picture: Picture, boxes: readonly Box[], clips: readonly number[] = SCREEN): void {
  const words = new Uint32Array(boxes.length * DISPLAY_ITEM_WORDS);
  const numbers = new Float32Array(words.buffer);
  for (const [index, { node, at, colour = 0xffffffff, clip = 0 }] of boxes.entries()) {
    words.set([node, VIEW_ITEM, clip, colour], index * DISPLAY_ITEM_WORDS);
    numbers.set([...at, 1], index * DISPLAY_ITEM_WORDS + 4);
  }
  const items = new Uint8Array(words.buffer);
  picture.take({
    frame: 1,
    width: WIDTH,
    height: HEIGHT,
    animating: false,
    omitted: 0,
    items,
    clips: new Uint8Array(new Float32Array(clips).buffer),
  });
}

/** Areas after each of these pictures but the first, as left, top, right, bottom. */
function areasOf(pictures: readonly (readonly Box[])[], clips?: readonly (readonly number[])[]): (readonly number[][] | null)[] {
  const [picture, damage] = [new Picture(), new Damage()];
  return pictures
    .map((boxes, index) => {
      show(picture, boxes, clips?.[index]);
      return damage.take(picture, WIDTH, HEIGHT)?.map(({ left, top, right, bottom }) => [left, top, right, bottom]) ?? null;
    })
    .slice(1);
}

const A: Box = { node: 1, at: [10, 10, 20, 20] };
const B: Box = { node: 2, at: [100, 10, 20, 20] };
const C: Box = { node: 3, at: [300, 100, 20, 20] };

it('the first picture, a canvas of another size and a picture that was not painted are painted whole', () => {
  const [picture, damage] = [new Picture(), new Damage()];
  show(picture, [A, B, C]);
  expect(damage.take(picture, WIDTH, HEIGHT)).toBeNull();
  expect(damage.take(picture, WIDTH, HEIGHT)).toEqual([]);
  expect(damage.take(picture, 2 * WIDTH, HEIGHT)).toBeNull();
  damage.markAll();
  expect(damage.take(picture, 2 * WIDTH, HEIGHT)).toBeNull();
});

it.each<[string, readonly Box[], number[][]]>([
  ['nothing', [A, B, C], []],
  ['a colour', [A, { ...B, colour: 0xff }, C], [[99, 9, 121, 31]]],
  ['a move: where it was and is', [{ ...A, at: [12, 10, 20, 20] }, B, C], [[9, 9, 33, 31]]],
  [
    'two that are far apart',
    [{ ...A, colour: 1 }, B, { ...C, colour: 1 }],
    [
      [9, 9, 31, 31],
      [299, 99, 321, 121],
    ],
  ],
  ['one that has come between the others', [A, { node: 9, at: [200, 50, 10, 10] }, B, C], [[199, 49, 211, 61]]],
  ['one that has gone', [A, C], [[99, 9, 121, 31]]],
  ['an order: one of the two, whole', [B, A, C], [[9, 9, 31, 31]]],
])('%s', (_name, boxes, expected) => {
  expect(areasOf([[A, B, C], boxes])).toEqual([expected]);
});

it('a text or source that has changed, and nothing for clips that only have other numbers', () => {
  const [picture, damage] = [new Picture(), new Damage()];
  const clip = [90, 0, 20, 100, 0];
  show(picture, [A, { ...B, clip: 1 }], [...SCREEN, ...clip]);
  damage.take(picture, WIDTH, HEIGHT);
  damage.mark(2);
  expect(damage.take(picture, WIDTH, HEIGHT)).toEqual([{ left: 99, top: 9, right: 111, bottom: 31 }]);
  show(picture, [A, { ...B, clip: 2 }], [...SCREEN, 0, 0, 1, 1, 0, ...clip]);
  expect(damage.take(picture, WIDTH, HEIGHT)).toEqual([]);
  show(picture, [A, { ...B, clip: 1 }], [...SCREEN, 90, 0, 25, 100, 0]);
  expect(damage.take(picture, WIDTH, HEIGHT)).toEqual([{ left: 99, top: 9, right: 116, bottom: 31 }]);
});

/** Every seventh pixel of a row, another one in each. */
const STEP = 7;

/** Numbers of the boxes that can be seen at each pixel, from the back to the front. */
function paint(boxes: readonly Box[], areas: readonly Area[] | null, canvas: string[]): void {
  for (const { left, top, right, bottom } of areas ?? [{ left: 0, top: 0, right: WIDTH, bottom: HEIGHT }])
    for (let y = top; y < bottom; y++)
      for (let x = Math.ceil((left - y) / STEP) * STEP + y; x < right; x += STEP)
        canvas[y * WIDTH + x] = boxes
          .filter(({ at }) => x >= at[0] && x < at[0] + at[2] && y >= at[1] && y < at[1] + at[3])
          .map(({ node, colour }) => `${node}:${colour}`)
          .join(' ');
}

it('whatever changes, what is painted part by part is what is painted whole', () => {
  const random = new Random(20);
  const upTo = (end: number) => Math.floor(random.next() * end);
  const box = (node: number): Box => ({ node, at: [upTo(380), upTo(180), 1 + upTo(60), 1 + upTo(40)], colour: upTo(3) });
  const [picture, damage, canvas] = [new Picture(), new Damage(), new Array<string>(WIDTH * HEIGHT).fill('')];
  let boxes = Array.from({ length: 12 }, (_, node) => box(node));
  let parts = 0;
  for (let round = 0; round < 25; round++) {
    show(picture, boxes);
    const areas = damage.take(picture, WIDTH, HEIGHT);
    if (areas) parts++;
    paint(boxes, areas, canvas);
    const whole = new Array<string>(WIDTH * HEIGHT).fill('');
    paint(boxes, null, whole);
    expect(
      canvas.findIndex((pixel, at) => pixel !== whole[at]),
      `round ${round}`,
    ).toBe(-1);
    const chosen = upTo(boxes.length);
    const change = upTo(4);
    if (change === 0) boxes = boxes.filter((_, index) => index !== chosen);
    if (change === 1) boxes = [...boxes.slice(0, chosen), box(100 + round), ...boxes.slice(chosen)];
    if (change === 2) boxes = boxes.map((old, index) => (index === chosen ? box(old.node) : old));
    if (change === 3) boxes = [boxes[chosen], ...boxes.filter((_, index) => index !== chosen)];
  }
  expect(parts).toBeGreaterThan(15);
});
