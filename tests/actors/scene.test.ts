/** The scene's contract, for both implementations, and that the two are equal. */
import { describe, expect, test } from 'vitest';
import * as numbers from '../../js-actors/scene/properties.js';
import { Scene } from '../../js-actors/scene.js';
import { scene } from '../../protocol/generated/scene.js';
import { SCENE_ALIGNS, SCENE_JUSTIFIES, SCENE_LAYOUTS, SCENE_NODES_MAX, SCENE_PROPERTIES } from '../../protocol/messages/scene.js';
import { DISPLAY_ITEMS_MAX } from '../../protocol/ports/display.js';
import { implementationsOf } from './implementations.js';
import { animation, boxOf, itemOf, type LayoutChange, Screen, setsOf } from './scene-screen.js';
import { sceneSequence } from './scene-sequence.js';
import { compareTwins } from './twins.js';

const RED = 0xff0000ff;
const ROW = SCENE_LAYOUTS.indexOf('row');
const COLUMN = SCENE_LAYOUTS.indexOf('column');
const justify = (name: (typeof SCENE_JUSTIFIES)[number]): number => SCENE_JUSTIFIES.indexOf(name);
const align = (name: (typeof SCENE_ALIGNS)[number]): number => SCENE_ALIGNS.indexOf(name);

const implementations = await implementationsOf(scene, () => new Scene());

describe.each(implementations)('scene in %s', (_language, factory) => {
  const open = (): Screen => new Screen(factory.create({}));

  /** Red boxes 2, 3, ... of the given widths and heights in a container 1. */
  const withBoxes = (container: Parameters<typeof setsOf>[1], sizes: readonly (readonly [number, number])[]): Screen => {
    const screen = open();
    screen.add(1, 0, 'view', { layout: ROW, ...container });
    sizes.forEach(([width, height], i) => {
      screen.add(i + 2, 1, 'view', { width, height, colour: RED });
    });
    return screen;
  };
  const boxes = (screen: Screen, nodes: readonly number[] = [2, 3, 4]): number[][] => {
    const picture = screen.picture();
    return nodes.map((node) => boxOf(picture, node));
  };

  describe('layout', () => {
    test('a row places its children one after another, with gap and padding', () => {
      const screen = withBoxes({ width: 500, height: 100, gap: 10, paddingLeft: 5, paddingTop: 7 }, [
        [20, 30],
        [40, 50],
        [60, 70],
      ]);
      expect(boxes(screen)).toEqual([
        [5, 7, 20, 30],
        [35, 7, 40, 50],
        [85, 7, 60, 70],
      ]);
    });

    test('a column does so downwards', () => {
      const screen = withBoxes({ layout: COLUMN, width: 100, height: 500, gap: 10, paddingLeft: 5, paddingTop: 7 }, [
        [20, 30],
        [40, 50],
        [60, 70],
      ]);
      expect(boxes(screen)).toEqual([
        [5, 7, 20, 30],
        [5, 47, 40, 50],
        [5, 107, 60, 70],
      ]);
    });

    test('an absolute layout places every child at the corner inside its padding, and x and y move it', () => {
      const screen = withBoxes({ layout: 0, width: 500, height: 500, paddingLeft: 5, paddingTop: 7 }, [
        [20, 30],
        [40, 50],
        [60, 70],
      ]);
      screen.set(3, { x: 100, y: -2 });
      expect(boxes(screen)).toEqual([
        [5, 7, 20, 30],
        [105, 5, 40, 50],
        [5, 7, 60, 70],
      ]);
    });

    test('x and y move a node in a row without moving its siblings', () => {
      const screen = withBoxes({ width: 500, height: 100 }, [
        [20, 30],
        [40, 50],
        [60, 70],
      ]);
      screen.set(2, { x: 3, y: 4 });
      expect(boxes(screen)).toEqual([
        [3, 4, 20, 30],
        [20, 0, 40, 50],
        [60, 0, 60, 70],
      ]);
    });

    test('a child that is absolute takes no part in the row', () => {
      const screen = withBoxes({ width: 500, height: 100, gap: 10, paddingLeft: 5 }, [
        [20, 30],
        [40, 50],
        [60, 70],
      ]);
      screen.set(3, { absolute: 1 });
      expect(boxes(screen)).toEqual([
        [5, 0, 20, 30],
        [5, 0, 40, 50],
        [35, 0, 60, 70],
      ]);
    });

    test.each([
      ['start', [0, 20, 60]],
      ['centre', [90, 110, 150]],
      ['end', [180, 200, 240]],
      ['space between', [0, 110, 240]],
      ['space around', [30, 110, 210]],
      ['space evenly', [45, 110, 195]],
    ] as const)('justify %s shares out the free space along the row', (name, lefts) => {
      const screen = withBoxes({ width: 300, height: 100, justify: justify(name) }, [
        [20, 30],
        [40, 30],
        [60, 30],
      ]);
      expect(boxes(screen).map(([x]) => x)).toEqual(lefts);
    });

    test.each([
      ['start', -150],
      ['centre', -75],
      ['space between', -150],
      ['end', -0],
    ] as const)('children that do not fit overflow with justify %s', (name, firstBelowEnd) => {
      const screen = withBoxes({ width: 150, height: 100, x: 300, justify: justify(name) }, [
        [100, 30],
        [100, 30],
        [100, 30],
      ]);
      const [[x], , [last, , width]] = boxes(screen);
      expect(last + width - x).toBe(300);
      expect(450 - (last + width)).toBeCloseTo(firstBelowEnd);
    });

    test.each([
      ['start', 10],
      ['centre', 35],
      ['end', 60],
      ['stretch', 10],
    ] as const)('align %s places children across the row', (name, top) => {
      const screen = withBoxes({ width: 300, height: 100, paddingTop: 10, paddingBottom: 10, align: align(name) }, [[20, 30]]);
      expect(boxes(screen, [2])).toEqual([[0, top, 20, 30]]);
    });

    test('stretch gives a child without a size across the row all of the space there', () => {
      const screen = withBoxes({ width: 300, height: 100, paddingTop: 10, paddingBottom: 15 }, [[20, -1]]);
      expect(boxes(screen, [2])).toEqual([[0, 10, 20, 75]]);
    });

    test('children grow into the free space in proportion', () => {
      const screen = withBoxes({ width: 300, height: 100, gap: 20 }, [
        [20, 30],
        [40, 30],
        [60, 30],
      ]);
      screen.set(2, { grow: 1 });
      screen.set(4, { grow: 3 });
      expect(boxes(screen)).toEqual([
        [0, 0, 55, 30],
        [75, 0, 40, 30],
        [135, 0, 165, 30],
      ]);
    });

    test('children shrink in proportion to what they have and how much they may', () => {
      const screen = withBoxes({ width: 200, height: 100 }, [
        [100, 30],
        [100, 30],
        [200, 30],
      ]);
      screen.set(2, { shrink: 0 });
      screen.set(3, { shrink: 1 });
      screen.set(4, { shrink: 1 });
      expect(boxes(screen).map(([x, , width]) => [x, Math.round(width * 1e4) / 1e4])).toEqual(
        [
          [0, 100],
          [100, 33.3333],
          [133.3333, 66.6667],
        ].map(([x, width]) => [expect.closeTo(x, 3), width]),
      );
    });

    test('children that may shrink more than they have end at nothing', () => {
      const screen = withBoxes({ width: 10, height: 100 }, [
        [1, 30],
        [100, 30],
      ]);
      screen.set(2, { shrink: 1000 });
      screen.set(3, { shrink: 1 });
      expect(screen.picture().items.map(({ node }) => node)).toEqual([3]);
    });

    test('a node without a size takes that of its content', () => {
      const screen = withBoxes({ gap: 10, paddingLeft: 1, paddingTop: 2, paddingRight: 3, paddingBottom: 4, colour: RED }, [
        [40, 30],
        [20, 50],
      ]);
      expect(boxes(screen, [1])).toEqual([[0, 0, 74, 56]]);
      screen.set(1, { layout: COLUMN });
      expect(boxes(screen, [1])).toEqual([[0, 0, 44, 96]]);
      screen.set(1, { layout: 0 });
      expect(boxes(screen, [1])).toEqual([[0, 0, 44, 56]]);
      screen.set(1, { layout: ROW });
      screen.set(2, { absolute: 1 });
      expect(boxes(screen, [1])).toEqual([[0, 0, 24, 56]]);
    });

    test('a text without a size takes an estimate from its glyphs and lines', () => {
      const screen = open();
      screen.add(1, 0, 'text', { fontSize: 20 }, 'abcde');
      expect(screen.box(1)).toEqual([0, 0, 50, 25]);
      screen.set(1, { lines: 2, lineHeight: 30 });
      expect(screen.box(1)).toEqual([0, 0, 50, 60]);
    });

    test('a text that changes moves what stands behind it', () => {
      const screen = open();
      screen.add(1, 0, 'view', { layout: ROW, width: 500, height: 50 });
      screen.add(2, 1, 'text', { fontSize: 20 }, 'abc');
      screen.add(3, 1, 'view', { width: 10, height: 10, colour: RED });
      expect(screen.box(3)[0]).toBe(30);
      screen.commit({ strings: [{ node: 2, value: 'abcdef' }] });
      expect(screen.box(3)[0]).toBe(60);
    });

    test('what is not visible takes no space', () => {
      const screen = withBoxes({ width: 300, height: 100, gap: 10 }, [
        [20, 30],
        [40, 30],
        [60, 30],
      ]);
      screen.set(3, { visible: 0 });
      expect(boxes(screen, [2, 4])).toEqual([
        [0, 0, 20, 30],
        [30, 0, 60, 30],
      ]);
      screen.set(3, { visible: 1 });
      expect(boxes(screen)[2]).toEqual([80, 0, 60, 30]);
    });

    test('the root has the size of the screen, 1920 by 1080 unless set', () => {
      const screen = open();
      expect(screen.picture()).toMatchObject({ width: 1920, height: 1080, clips: [[0, 0, 1920, 1080, 0]] });
      screen.set(0, { width: 1280, height: 720, layout: ROW, justify: justify('end') });
      screen.add(1, 0, 'view', { width: 80, height: 20, colour: RED });
      const picture = screen.picture();
      expect(picture).toMatchObject({ width: 1280, height: 720 });
      expect(boxOf(picture, 1)).toEqual([1200, 0, 80, 20]);
    });
  });

  describe('tree', () => {
    const order = (screen: Screen): number[] => screen.picture().items.map(({ node }) => node);
    const three = (): Screen =>
      withBoxes({ width: 300, height: 100 }, [
        [10, 10],
        [10, 10],
        [10, 10],
      ]);

    test('paint order is document order: a parent before its children, a child before its next sibling', () => {
      const screen = three();
      screen.set(1, { colour: RED });
      screen.add(9, 2, 'view', { width: 5, height: 5, colour: RED });
      expect(order(screen)).toEqual([1, 2, 9, 3, 4]);
    });

    test('a node is inserted before another', () => {
      const screen = three();
      screen.commit({
        creates: [{ node: 9, type: 'view' }],
        inserts: [{ parent: 1, node: 9, before: 3 }],
        sets: setsOf(9, { width: 1, height: 1, colour: RED }),
      });
      expect(order(screen)).toEqual([2, 9, 3, 4]);
    });

    test('a node that is in the tree moves with its subtree', () => {
      const screen = three();
      screen.add(9, 2, 'view', { width: 5, height: 5, colour: RED });
      screen.tick();
      screen.commit({ inserts: [{ parent: 1, node: 2, before: 0 }] });
      expect(order(screen)).toEqual([3, 4, 2, 9]);
      screen.commit({ inserts: [{ parent: 4, node: 2, before: 0 }] });
      expect(order(screen)).toEqual([3, 4, 2, 9]);
      expect(screen.state.rejected).toBe(0);
    });

    test('a node is created outside of the tree, and is not seen', () => {
      const screen = three();
      screen.commit({ creates: [{ node: 9, type: 'view' }], sets: setsOf(9, { width: 5, height: 5, colour: RED }) });
      expect(order(screen)).toEqual([2, 3, 4]);
    });

    test('after the last child left, the next one stands behind the one before it', () => {
      const screen = three();
      screen.commit({ removes: [4] });
      screen.add(9, 1, 'view', { width: 5, height: 5, colour: RED });
      expect(order(screen)).toEqual([2, 3, 9]);
    });

    test('removing a node frees its whole subtree', () => {
      const screen = three();
      screen.add(9, 2, 'view', { width: 5, height: 5, colour: RED });
      screen.add(10, 9, 'view', { width: 5, height: 5, colour: RED });
      screen.commit({ removes: [2] });
      expect(order(screen)).toEqual([3, 4]);
      screen.commit({ creates: [2, 9, 10].map((node) => ({ node, type: 'view' })) });
      expect(screen.state.rejected).toBe(0);
    });

    test('a handle that is used again starts from the defaults', () => {
      const screen = three();
      screen.set(2, { opacity: 0.5, x: 9 });
      screen.commit({ removes: [2] });
      screen.add(2, 1, 'view', { width: 7, height: 7, colour: RED });
      const item = itemOf(screen.picture(), 2);
      expect([item.x, item.opacity]).toEqual([20, 1]);
    });

    test('handles up to the limit work', () => {
      const screen = three();
      screen.add(SCENE_NODES_MAX - 1, 1, 'view', { width: 5, height: 5, colour: RED });
      expect(order(screen)).toEqual([2, 3, 4, SCENE_NODES_MAX - 1]);
    });

    test('each change that makes no sense is counted and left out, and the rest applies', () => {
      const screen = three();
      screen.add(5, 1, 'text', {}, 'a');
      const node = 2;
      const nonsense: Parameters<Screen['commit']>[0][] = [
        { creates: [{ node: 2, type: 'view' }] },
        { creates: [{ node: 0, type: 'view' }] },
        { creates: [{ node: SCENE_NODES_MAX, type: 'view' }] },
        { creates: [{ node: 0xffff_ffff, type: 'view' }] },
        { inserts: [{ parent: 1, node: 77, before: 0 }] },
        { inserts: [{ parent: 77, node, before: 0 }] },
        { inserts: [{ parent: 1, node: 0, before: 0 }] },
        { inserts: [{ parent: 2, node: 1, before: 0 }] },
        { inserts: [{ parent: 2, node: 2, before: 0 }] },
        { inserts: [{ parent: 1, node: 2, before: 2 }] },
        { inserts: [{ parent: 0, node: 2, before: 3 }] },
        { inserts: [{ parent: 5, node: 2, before: 0 }] },
        { sets: [{ node: 77, property: 'x', value: 1 }] },
        { sets: [{ node, property: 'x', value: Number.NaN }] },
        { sets: [{ node, property: 'width', value: Number.POSITIVE_INFINITY }] },
        { sets: [{ node, property: 'width', value: -2 }] },
        { sets: [{ node, property: 'opacity', value: 1.01 }] },
        { sets: [{ node, property: 'layout', value: 3 }] },
        { sets: [{ node, property: 'layout', value: 0.5 }] },
        { sets: [{ node, property: 'colour', value: 0.5 }] },
        { strings: [{ node: 77, value: 'a' }] },
        { strings: [{ node, value: 'a view has none' }] },
        { animations: [animation(77, 'x', 1)] },
        { animations: [animation(node, 'x', Number.NaN)] },
        { animations: [animation(node, 'layout', 1)] },
        { animations: [animation(node, 'x', 1, { durationMs: -1 })] },
        { animations: [animation(node, 'x', 1, { delayMs: Number.NaN })] },
        { animations: [animation(node, 'x', 1, { x1: 1.5 })] },
        { animations: [animation(node, 'x', 1, { repeat: -2 })] },
        { cancels: [{ node, property: 'x', leave: 'end' }] },
        { removes: [77] },
        { removes: [0] },
      ];
      const before = screen.picture();
      nonsense.forEach((commit, index) => {
        screen.commit(commit);
        expect(screen.state.rejected, JSON.stringify(commit)).toBe(index + 1);
      });
      expect(screen.tick().picture).toBeNull();
      screen.commit({ creates: [{ node: 2, type: 'view' }], sets: [...setsOf(77, { x: 1 }), ...setsOf(3, { opacity: 0.5 })] });
      expect(screen.state.rejected).toBe(nonsense.length + 2);
      expect(screen.picture().items).toEqual(before.items.map((item) => (item.node === 3 ? { ...item, opacity: 0.5 } : item)));
    });
  });

  describe('display list', () => {
    test('a tick after which nothing changed sends nothing', () => {
      const screen = withBoxes({ width: 300, height: 100 }, [[10, 10]]);
      expect(screen.tick().picture).not.toBeNull();
      expect(screen.tick()).toEqual({ picture: null, strings: new Map(), layout: null });
      screen.set(2, { x: 0 });
      expect(screen.tick().picture).toBeNull();
      screen.set(2, { x: 1 });
      expect(screen.tick().picture).not.toBeNull();
    });

    test('an item has what is needed to paint it', () => {
      const screen = open();
      screen.add(1, 0, 'view', { x: 1, y: 2, width: 30, height: 40, colour: 0x11223344, radius: 6, opacity: 0.5 });
      screen.add(2, 0, 'text', { width: 99, height: 20, fontSize: 16, lineHeight: 18, lines: 3, fontWeight: 700, textAlign: 2 }, 'Alien');
      const picture = screen.picture();
      const plain = { clip: 0, lines: 0, textAlign: 0, fontWeight: 0, fontSize: 0, lineHeight: 0 };
      expect(itemOf(picture, 1)).toEqual({
        ...plain,
        node: 1,
        type: 1,
        colour: 0x11223344,
        x: 1,
        y: 2,
        width: 30,
        height: 40,
        opacity: 0.5,
        radius: 6,
      });
      expect(itemOf(picture, 2)).toMatchObject({
        node: 2,
        type: 3,
        colour: 0xffffffff,
        width: 99,
        height: 20,
        fontSize: 16,
        lineHeight: 18,
        lines: 3,
        fontWeight: 700,
        textAlign: 2,
      });
    });

    test('only what shows is listed: a colour, a text, a source, on the screen and with a size', () => {
      const screen = open();
      const size = { width: 10, height: 10 };
      screen.add(1, 0, 'view', { ...size });
      screen.add(2, 0, 'view', { ...size, colour: 0xff000000 });
      screen.add(3, 0, 'view', { ...size, colour: 0x00000001 });
      screen.add(4, 0, 'image', { ...size });
      screen.add(5, 0, 'image', { ...size }, 'poster.jpg');
      screen.add(6, 0, 'image', { ...size, colour: RED });
      screen.add(7, 0, 'text', { ...size });
      screen.add(8, 0, 'text', { ...size }, 'a');
      screen.add(9, 0, 'text', { ...size, colour: 0 }, 'a');
      screen.add(10, 0, 'view', { ...size, colour: RED, x: 1920 });
      screen.add(11, 0, 'view', { ...size, colour: RED, x: 1919 });
      screen.add(12, 0, 'view', { ...size, colour: RED, y: -10 });
      screen.add(13, 0, 'view', { ...size, colour: RED, width: 0 });
      screen.add(18, 0, 'view', { ...size, colour: RED, x: -10 });
      screen.add(14, 0, 'view', { ...size, colour: RED, opacity: 0 });
      screen.add(15, 14, 'view', { ...size, colour: RED });
      screen.add(16, 0, 'view', { ...size, scale: 0 });
      screen.add(17, 16, 'view', { ...size, colour: RED });
      expect(screen.picture().items.map(({ node }) => node)).toEqual([3, 5, 6, 8, 11]);
    });

    test('a child may stand outside of its parent', () => {
      const screen = open();
      screen.add(1, 0, 'view', { x: -100, width: 10, height: 10, colour: RED });
      screen.add(2, 1, 'view', { x: 150, width: 10, height: 10, colour: RED });
      expect(screen.picture().items.map(({ node }) => node)).toEqual([2]);
    });

    test('scale is about the centre and applies to the subtree', () => {
      const screen = open();
      screen.add(1, 0, 'view', { x: 100, y: 100, width: 100, height: 50, scale: 2, colour: RED, radius: 5 });
      screen.add(2, 1, 'text', { x: 10, width: 20, height: 10, fontSize: 8 }, 'a');
      const picture = screen.picture();
      expect(boxOf(picture, 1)).toEqual([50, 75, 200, 100]);
      expect(itemOf(picture, 1).radius).toBe(10);
      expect(boxOf(picture, 2)).toEqual([70, 75, 40, 20]);
      expect(itemOf(picture, 2)).toMatchObject({ fontSize: 16, lineHeight: 20 });
    });

    test('opacity applies to the subtree', () => {
      const screen = open();
      screen.add(1, 0, 'view', { width: 10, height: 10, opacity: 0.5, colour: RED });
      screen.add(2, 1, 'view', { width: 10, height: 10, opacity: 0.5, colour: RED });
      expect(screen.picture().items.map(({ opacity }) => opacity)).toEqual([0.5, 0.25]);
    });

    test('a node that clips shows of its children what is inside it', () => {
      const screen = open();
      screen.add(1, 0, 'view', { x: 100, width: 50, height: 50, clip: 1, radius: 4, colour: RED });
      screen.add(2, 1, 'view', { x: 40, width: 50, height: 50, colour: RED });
      screen.add(3, 1, 'view', { x: 50, width: 50, height: 50, colour: RED });
      screen.add(4, 2, 'view', { width: 50, height: 50, clip: 1 });
      screen.add(5, 4, 'view', { width: 5, height: 5, colour: RED });
      screen.add(6, 1, 'view', { x: -20, y: -10, width: 30, height: 30, clip: 1, colour: RED });
      screen.add(7, 6, 'view', { x: 15, y: 5, width: 10, height: 10, colour: RED });
      const picture = screen.picture();
      expect(picture.items.map(({ node, clip }) => [node, clip])).toEqual([
        [1, 0],
        [2, 1],
        [5, 2],
        [6, 1],
        [7, 3],
      ]);
      expect(picture.clips).toEqual([
        [0, 0, 1920, 1080, 0],
        [100, 0, 50, 50, 4],
        [140, 0, 10, 50, 0],
        [100, 0, 10, 20, 0],
      ]);
    });

    test('a node that clips and is not on the screen hides its whole subtree', () => {
      const screen = open();
      screen.add(1, 0, 'view', { x: -60, width: 50, height: 50, clip: 1 });
      screen.add(2, 1, 'view', { x: 100, width: 50, height: 50, colour: RED });
      expect(screen.picture()).toMatchObject({ items: [], clips: [[0, 0, 1920, 1080, 0]] });
    });

    test('strings are sent once each, before the picture that needs them, and again when they change', () => {
      const screen = open();
      screen.add(1, 0, 'text', {}, 'Alien');
      screen.add(2, 0, 'image', { width: 9, height: 9 }, 'alien.jpg');
      const sent = screen.stage.send(scene.receives.tick, { frame: 1, timeMicros: 1 });
      expect(sent.map(({ name }) => name)).toEqual(['display.strings', 'display.displayList']);
      expect(sent[0].fields).toEqual({
        strings: [
          { node: 1, value: 'Alien' },
          { node: 2, value: 'alien.jpg' },
        ],
      });
      screen.set(1, { x: 5 });
      expect(screen.tick().strings.size).toBe(0);
      screen.commit({
        strings: [
          { node: 1, value: 'Aliens' },
          { node: 2, value: 'alien.jpg' },
        ],
      });
      expect(screen.tick().strings).toEqual(new Map([[1, 'Aliens']]));
    });

    test('the string of a node that left is forgotten', () => {
      const screen = open();
      screen.add(1, 0, 'text', {}, 'Alien');
      screen.tick();
      screen.commit({ removes: [1] });
      expect(screen.tick().strings).toEqual(new Map([[1, '']]));
    });

    test('many strings go in several messages, so that each fits a frame', () => {
      const screen = open();
      const long = 'x'.repeat(4096);
      for (let node = 1; node <= 250; node++) screen.add(node, 0, 'text', {}, `${node} ${long}`.slice(0, 4096));
      expect(screen.state.rejected).toBe(0);
      expect(screen.tick().strings.size).toBe(250);
    });

    test('redraw brings all strings and the picture again', () => {
      const screen = open();
      screen.add(1, 0, 'text', {}, 'Alien');
      const first = screen.tick();
      screen.stage.send(scene.receives.redraw, {});
      const again = screen.tick();
      expect(again.strings).toEqual(first.strings);
      expect(again.picture).toEqual({ ...first.picture, frame: 2 });
      expect(again.layout).toBeNull();
    });

    test('a picture lists no more items than it may, and counts the others', () => {
      const screen = open();
      const nodes = Array.from({ length: DISPLAY_ITEMS_MAX + 3 }, (_, i) => i + 1);
      for (let at = 0; at < nodes.length; at += 4000) {
        const some = nodes.slice(at, at + 4000);
        screen.commit({
          creates: some.map((node) => ({ node, type: 'view' })),
          inserts: some.map((node) => ({ parent: 0, node, before: 0 })),
          sets: some.flatMap((node) => setsOf(node, { width: 1, height: 1, colour: RED })),
        });
      }
      const picture = screen.picture();
      expect(picture.items.length).toBe(DISPLAY_ITEMS_MAX);
      expect(picture.items.at(-1)?.node).toBe(DISPLAY_ITEMS_MAX);
      expect(picture.omitted).toBe(3);
    });
  });

  describe('animation', () => {
    const withBox = (): Screen => withBoxes({ width: 300, height: 100 }, [[10, 10]]);
    const x = (screen: Screen, afterMs: number): number => itemOf(screen.picture(afterMs), 2).x;
    const animating = (screen: Screen, afterMs: number): boolean | undefined => screen.tick(afterMs).picture?.animating;

    test('it runs from the first tick to its end, and then stands still', () => {
      const screen = withBox();
      screen.commit({ animations: [animation(2, 'x', 100)] });
      expect(screen.picture(16)).toMatchObject({ animating: true });
      expect(x(screen, 25)).toBe(25);
      expect(x(screen, 50)).toBe(75);
      const last = screen.picture(50);
      expect(itemOf(last, 2).x).toBe(100);
      expect(last.animating).toBe(false);
      expect(screen.tick().picture).toBeNull();
    });

    test('it starts from the current value, or from the one that is given', () => {
      const screen = withBox();
      screen.set(2, { x: 50 });
      screen.commit({ animations: [animation(2, 'x', 100)] });
      screen.tick();
      expect(x(screen, 50)).toBe(75);
      screen.commit({ animations: [animation(2, 'x', 100, { from: 0 })] });
      expect(x(screen, 16)).toBe(0);
      expect(x(screen, 50)).toBe(50);
    });

    test('a delay comes first: the property keeps its value, and the start is read when the delay is over', () => {
      const screen = withBox();
      screen.commit({ animations: [animation(2, 'x', 100, { delayMs: 200 }), animation(2, 'y', 9, { from: 1, delayMs: 200 })] });
      expect(itemOf(screen.picture(), 2)).toMatchObject({ x: 0, y: 0 });
      expect(screen.tick(199).picture).toBeNull();
      expect(itemOf(screen.picture(51), 2)).toMatchObject({ x: 50, y: 5 });
    });

    test('the picture says that an animation waits, although nothing moves yet', () => {
      const screen = withBox();
      screen.tick();
      screen.commit({ animations: [animation(2, 'x', 100, { delayMs: 200 })] });
      expect(animating(screen, 16)).toBe(true);
      screen.commit({ cancels: [{ node: 2, property: 'x', leave: 'current' }] });
      expect(animating(screen, 16)).toBe(false);
    });

    test('it repeats as often as asked', () => {
      const screen = withBox();
      screen.commit({ animations: [animation(2, 'x', 100, { repeat: 1 })] });
      screen.tick();
      expect(x(screen, 75)).toBe(75);
      expect(x(screen, 50)).toBe(25);
      expect(x(screen, 75)).toBe(100);
      expect(screen.tick(1000).picture).toBeNull();
    });

    test('it repeats without end', () => {
      const screen = withBox();
      screen.commit({ animations: [animation(2, 'x', 100, { repeat: -1 })] });
      screen.tick();
      expect(x(screen, 1_000_025)).toBe(25);
      expect(animating(screen, 1)).toBe(true);
    });

    test('one without duration ends at its first tick, even when it repeats without end', () => {
      const screen = withBox();
      screen.commit({ animations: [animation(2, 'x', 100, { durationMs: 0, repeat: -1 })] });
      expect(screen.picture()).toMatchObject({ animating: false });
    });

    test.each([
      ['ease', [0.25, 0.1, 0.25, 1], 0.8024],
      ['ease-in', [0.42, 0, 1, 1], 0.31536],
      ['ease-out', [0, 0, 0.58, 1], 0.68464],
      ['ease-in-out', [0.42, 0, 0.58, 1], 0.5],
      ['overshoot', [0.34, 1.56, 0.64, 1], 1.08778],
      ['steep', [0, 1, 0, 1], 0.99122],
      ['flat in the middle', [1, 0, 0, 1], 0.5],
      ['linear', [0, 0, 1, 1], 0.5],
    ] as const)('%s half way is where CSS has it', (_name, [x1, y1, x2, y2], value) => {
      const screen = withBox();
      screen.commit({ animations: [animation(2, 'x', 1000, { x1, y1, x2, y2 })] });
      screen.tick();
      expect(x(screen, 50) / 1000).toBeCloseTo(value, 3);
    });

    test('an overshoot stays within what the property may be', () => {
      const screen = withBox();
      screen.commit({ animations: [animation(2, 'opacity', 0.2, { x1: 0.34, y1: 1.56, x2: 0.64, y2: 1 })] });
      screen.set(2, { x: 1 });
      screen.commit({ animations: [animation(2, 'opacity', 1, { from: 0, x1: 0.34, y1: 1.56, x2: 0.64, y2: 1 })] });
      screen.tick();
      expect(itemOf(screen.picture(50), 2).opacity).toBe(1);
    });

    test('colours go channel by channel', () => {
      const screen = withBox();
      screen.commit({ animations: [animation(2, 'colour', 0x00ff0001, { from: 0xff0000ff })] });
      screen.tick();
      expect(itemOf(screen.picture(50), 2).colour).toBe(0x80800080);
    });

    test('a property of the layout moves what stands behind', () => {
      const screen = withBoxes({ width: 300, height: 100 }, [
        [10, 10],
        [10, 10],
      ]);
      screen.commit({ animations: [animation(2, 'width', 110)] });
      screen.tick();
      expect(boxOf(screen.picture(50), 3)).toEqual([60, 0, 10, 10]);
    });

    test('a later animation of the property replaces the earlier, from where it is', () => {
      const screen = withBox();
      screen.commit({ animations: [animation(2, 'x', 100), animation(2, 'y', 50)] });
      screen.tick();
      screen.tick(50);
      screen.commit({ animations: [animation(2, 'x', 0)] });
      const picture = screen.picture(16);
      expect(itemOf(picture, 2)).toMatchObject({ x: 50, y: 33 });
      expect(itemOf(screen.picture(50), 2)).toMatchObject({ x: 25, y: 50 });
    });

    test('setting the property ends its animation', () => {
      const screen = withBox();
      screen.commit({ animations: [animation(2, 'x', 100)] });
      screen.tick();
      screen.tick(50);
      screen.set(2, { x: 7 });
      expect(x(screen, 16)).toBe(7);
      expect(screen.tick().picture).toBeNull();
    });

    test.each([
      ['current', 50],
      ['end', 100],
    ] as const)('cancelled, it is left at its %s', (leave, value) => {
      const screen = withBox();
      screen.commit({ animations: [animation(2, 'x', 100)] });
      screen.tick();
      screen.tick(50);
      screen.commit({ cancels: [{ node: 2, property: 'x', leave }] });
      const picture = screen.picture(16);
      expect(itemOf(picture, 2).x).toBe(value);
      expect(picture.animating).toBe(false);
    });

    test('removing a node ends its animations, and leaves those of others', () => {
      const screen = withBoxes({ width: 300, height: 100 }, [
        [10, 10],
        [10, 10],
      ]);
      screen.commit({ animations: [animation(2, 'x', 100), animation(3, 'y', 100), animation(2, 'y', 100)] });
      screen.tick();
      screen.commit({ removes: [2] });
      const picture = screen.picture(50);
      expect(boxOf(picture, 3)).toEqual([0, 50, 10, 10]);
      expect(picture.animating).toBe(true);
      expect(screen.picture(50).animating).toBe(false);
    });

    test('time that goes back leaves everything where it is', () => {
      const screen = withBox();
      screen.commit({ animations: [animation(2, 'x', 100)] });
      screen.tick();
      expect(x(screen, 50)).toBe(50);
      expect(screen.tick(-1000).picture).toBeNull();
      expect(x(screen, 1010)).toBe(60);
    });
  });

  describe('focusable rectangles', () => {
    /** A focus group 1, a row, with focusable 2, 3, 4 of 50 by 40. */
    const withRow = (): Screen => {
      const screen = withBoxes({ width: 300, height: 100, x: 10, y: 20, gap: 5, focusGroup: 1 }, [
        [50, 40],
        [50, 40],
        [50, 40],
      ]);
      for (const node of [2, 3, 4]) screen.set(node, { focusable: 1 });
      return screen;
    };
    const rect = (
      node: number,
      group: number,
      order: number,
      [x, y, width, height]: number[],
      isGroup = false,
    ): LayoutChange['changed'][number] => ({
      node,
      group,
      focusable: !isGroup,
      x,
      y,
      width,
      height,
      order,
      isGroup,
    });
    const all = [
      rect(1, 0, 0, [10, 20, 300, 100], true),
      rect(2, 1, 0, [10, 20, 50, 40]),
      rect(3, 1, 1, [65, 20, 50, 40]),
      rect(4, 1, 2, [120, 20, 50, 40]),
    ];

    test('they are published with their group and their place in it', () => {
      expect(withRow().tick().layout).toEqual({ frame: 1, changed: all, removed: [] });
    });

    test('nodes that cannot be focused are left out, and groups nest', () => {
      const screen = withRow();
      screen.add(5, 0, 'view', { width: 9, height: 9, colour: RED, focusable: 1 });
      screen.add(6, 1, 'view', { width: 30, height: 30, focusGroup: 1, focusable: 1 });
      screen.add(7, 6, 'view', { width: 20, height: 20 });
      screen.add(8, 7, 'view', { x: 2, width: 10, height: 10, focusable: 1 });
      const { layout } = screen.tick();
      expect(layout?.changed.slice(4)).toEqual([
        { ...rect(6, 1, 3, [175, 20, 30, 30], true), focusable: true },
        rect(8, 6, 0, [177, 20, 10, 10]),
        rect(5, 0, 1, [0, 0, 9, 9]),
      ]);
    });

    test('only what changed is published again', () => {
      const screen = withRow();
      screen.tick();
      screen.set(3, { width: 60 });
      expect(screen.tick().layout?.changed.map(({ node, x, width }) => [node, x, width])).toEqual([
        [3, 65, 60],
        [4, 130, 50],
      ]);
      screen.set(3, { colour: 0x0000ffff, opacity: 0.3, scale: 1.2, radius: 3 });
      expect(screen.tick().layout).toBeNull();
      screen.commit({ removes: [2] });
      expect(screen.tick().layout).toMatchObject({
        changed: [
          { node: 3, x: 10, order: 0 },
          { node: 4, x: 75, order: 1 },
        ],
        removed: [2],
      });
    });

    test.each([
      ['is hidden', { visible: 0 }],
      ['is no longer focusable', { focusable: 0 }],
    ] as const)('a node that %s leaves, and comes back', (_how, properties) => {
      const screen = withRow();
      screen.tick();
      screen.set(4, properties);
      expect(screen.tick().layout).toMatchObject({ changed: [], removed: [4] });
      screen.set(4, { visible: 1, focusable: 1 });
      expect(screen.tick().layout).toMatchObject({ changed: [all[3]], removed: [] });
    });

    test('hiding a group takes its members along', () => {
      const screen = withRow();
      screen.tick();
      screen.set(1, { visible: 0 });
      expect(screen.tick().layout).toMatchObject({ changed: [], removed: [1, 2, 3, 4] });
    });

    test('a rail that scrolls is published once, where it is going to be', () => {
      const screen = withRow();
      screen.tick();
      screen.commit({ animations: [animation(1, 'x', -100, { delayMs: 50 })] });
      expect(screen.tick(16).layout?.changed.map(({ node, x }) => [node, x])).toEqual([
        [1, -100],
        [2, -100],
        [3, -45],
        [4, 10],
      ]);
      for (let i = 0; i < 12; i++) expect(screen.tick(16).layout).toBeNull();
      screen.stage.send(scene.receives.redraw, {});
      expect(screen.box(4)[0]).toBe(10);
    });

    test('a movement that is cancelled or replaced by a set gives the place that remains', () => {
      const screen = withRow();
      screen.tick();
      screen.commit({ animations: [animation(1, 'x', -100)] });
      screen.tick();
      screen.tick(50);
      screen.commit({ cancels: [{ node: 1, property: 'x', leave: 'current' }] });
      expect(screen.tick().layout?.changed[0]).toMatchObject({ node: 1, x: -45 });
      screen.commit({ animations: [animation(1, 'x', 200)] });
      expect(screen.tick().layout?.changed[0]).toMatchObject({ node: 1, x: 200 });
      screen.set(1, { x: -45 });
      expect(screen.tick().layout?.changed[0]).toMatchObject({ node: 1, x: -45 });
    });

    test('a follower that lost track gets all of them', () => {
      const screen = withRow();
      screen.tick();
      screen.set(3, { width: 60 });
      screen.tick();
      const [fresh] = screen.stage.askFresh(scene.publishes.layout, 2);
      expect(fresh).toMatchObject({ name: 'scene.layout', fields: { frame: 2, removed: [] } });
      expect((fresh.fields as LayoutChange).changed.map(({ node, x }) => [node, x])).toEqual([
        [1, 10],
        [2, 10],
        [3, 65],
        [4, 130],
      ]);
    });
  });

  test('a snapshot restores the tree, the strings, the animations and what was published', () => {
    const screen = withBoxes({ width: 300, height: 100, focusGroup: 1 }, [[50, 40]]);
    screen.set(2, { focusable: 1 });
    screen.add(3, 1, 'text', {}, 'Alien');
    screen.commit({ animations: [animation(2, 'x', 100)] });
    screen.tick();
    screen.tick(50);
    screen.commit({ strings: [{ node: 3, value: 'Aliens' }], sets: setsOf(2, { y: 4 }) });
    const snapshot = screen.stage.instance.snapshot().slice();
    const instance = factory.create({});
    instance.restore(snapshot);
    expect(instance.snapshot()).toEqual(snapshot);
    const restored = new Screen(instance);
    const [before, after] = [screen, restored].map((one) => one.stage.send(scene.receives.tick, { frame: 9, timeMicros: 5_091_000 }));
    expect(after).toEqual(before);
    expect(before.map(({ name }) => name)).toEqual(['scene.layout', 'display.strings', 'display.displayList']);
  });
});

test('the numbers of properties and choices are those of the schema', () => {
  const names = SCENE_PROPERTIES.map((name) => name.replace(/[A-Z]/g, (letter) => `_${letter}`).toUpperCase());
  expect(names.map((name) => (numbers as unknown as Record<string, unknown>)[name])).toEqual(names.map((_, index) => index));
  expect(numbers.PROPERTY_COUNT).toBe(names.length);
  expect([numbers.LAYOUT_ROW, numbers.LAYOUT_COLUMN]).toEqual([ROW, COLUMN]);
  expect([numbers.JUSTIFY_CENTRE, numbers.JUSTIFY_SPACE_EVENLY]).toEqual([justify('centre'), justify('space evenly')]);
  expect([numbers.ALIGN_CENTRE, numbers.ALIGN_END]).toEqual([align('centre'), align('end')]);
});

test('both implementations give the same output and the same snapshots', () => {
  const [[, typeScript], [, assemblyScript]] = implementations;
  compareTwins({
    name: 'scene',
    address: scene.address,
    js: () => typeScript.create({}),
    wasm: () => assemblyScript.create({}),
    sequence: sceneSequence,
  });
});
