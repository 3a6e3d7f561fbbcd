/** Layout: each rule of docs/SCENE.md, by a picture that follows from it. */
import { expect, test } from 'vitest';
import { SCENE_ALIGNS, SCENE_JUSTIFIES, SCENE_LAYOUTS } from '../../protocol/messages/scene.js';
import { boxes, boxesIn, boxOf, type Properties, RED, type Screen } from './scene-screen.js';

const justify = (name: (typeof SCENE_JUSTIFIES)[number]): number => SCENE_JUSTIFIES.indexOf(name);
const align = (name: (typeof SCENE_ALIGNS)[number]): number => SCENE_ALIGNS.indexOf(name);
const ROW = SCENE_LAYOUTS.indexOf('row');
const COLUMN = SCENE_LAYOUTS.indexOf('column');

export function layoutCases(open: () => Screen): void {
  const withBoxes = boxesIn(open);
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

  test('stretch gives a child without a size across the row all the space across it', () => {
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

  test('children shrink in proportion to their size and their factor', () => {
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

  test('children that would shrink by more than their size end at 0', () => {
    const screen = withBoxes({ width: 10, height: 100 }, [
      [1, 30],
      [100, 30],
    ]);
    screen.set(2, { shrink: 1000 });
    screen.set(3, { shrink: 1 });
    expect(screen.picture().items.map(({ node }) => node)).toEqual([3]);
  });

  /** Widths of boxes 2, 3, ... in a row. */
  const widths = (row: Properties, boxesOfRow: readonly Properties[]): number[] => {
    const screen = withBoxes(
      { height: 10, ...row },
      boxesOfRow.map(() => [0, 10] as const),
    );
    boxesOfRow.forEach((properties, i) => {
      screen.set(i + 2, { focusable: 1, ...properties });
    });
    return screen.tick().layout?.changed.map(({ width }) => width) ?? [];
  };

  // Chromium has the same results: scene-flexbox.browser.test.ts compares them.
  test.each<[string, Properties, Properties[], number[]]>([
    [
      'the others share again',
      { width: 100 },
      [
        { width: 150, shrink: 1 },
        { width: 100, shrink: 10 },
      ],
      [100, 0],
    ],
    [
      'whatever their order',
      { width: 50 },
      [
        { width: 100, shrink: 10 },
        { width: 100, shrink: 1 },
      ],
      [0, 50],
    ],
    [
      'again and again',
      { width: 60 },
      [{ width: 100, shrink: 1 }, { width: 100, shrink: 4 }, { width: 100, shrink: 20 }, { width: 10 }],
      [50, 0, 0, 10],
    ],
    [
      'gaps stay',
      { width: 100, gap: 20 },
      [
        { width: 150, shrink: 1 },
        { width: 100, shrink: 10 },
      ],
      [80, 0],
    ],
    [
      'at its padding',
      { width: 100, paddingRight: 10 },
      [
        { width: 150, shrink: 1 },
        { width: 100, shrink: 10, paddingLeft: 20, paddingRight: 10 },
      ],
      [60, 30],
    ],
    [
      'until nothing is left',
      { width: 0 },
      [
        { width: 20, shrink: 2 },
        { width: 40, shrink: 1 },
      ],
      [0, 0],
    ],
    [
      'no more than a part',
      { width: 100 },
      [
        { width: 100, shrink: 0.25 },
        { width: 100, shrink: 0.25 },
      ],
      [75, 75],
    ],
    [
      'a part of what was missing at first',
      { width: 50 },
      [
        { width: 10, shrink: 5 },
        { width: 100, shrink: 0.1 },
      ],
      [0, 94],
    ],
    [
      'nothing that is nothing',
      { width: 10 },
      [
        { width: 0, shrink: 3 },
        { width: 20, shrink: 1 },
      ],
      [0, 10],
    ],
  ])('a child that shrinks to nothing is frozen: %s', (_how, row, children, expected) => {
    expect(widths(row, children)).toEqual(expected);
  });

  test('children whose growth factors sum to less than 1 leave the rest free', () => {
    expect(
      widths({ width: 200 }, [
        { width: 50, grow: 0.25 },
        { width: 50, grow: 0.5 },
      ]),
    ).toEqual([75, 100]);
  });

  test('children that cannot shrink enough overflow at the end, with justify end at the start', () => {
    const screen = withBoxes({ width: 10, height: 10, gap: 30, justify: justify('end') }, [
      [20, 10],
      [20, 10],
    ]);
    screen.set(2, { shrink: 1, focusable: 1 });
    screen.set(3, { shrink: 1, focusable: 1 });
    expect(screen.tick().layout?.changed.map(({ x, width }) => [x, width])).toEqual([
      [-20, 0],
      [10, 0],
    ]);
  });

  test('a node without a size has the size of its content', () => {
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

  test('a text without a size has one estimated from its glyphs and lines', () => {
    const screen = open();
    screen.add(1, 0, 'text', { fontSize: 20 }, 'abcde');
    expect(screen.box(1)).toEqual([0, 0, 50, 25]);
    screen.set(1, { lines: 2, lineHeight: 30 });
    expect(screen.box(1)).toEqual([0, 0, 50, 60]);
  });

  test('a text that changes moves the nodes after it', () => {
    const screen = open();
    screen.add(1, 0, 'view', { layout: ROW, width: 500, height: 50 });
    screen.add(2, 1, 'text', { fontSize: 20 }, 'abc');
    screen.add(3, 1, 'view', { width: 10, height: 10, colour: RED });
    expect(screen.box(3)[0]).toBe(30);
    screen.commit({ strings: [{ node: 2, value: 'abcdef' }] });
    expect(screen.box(3)[0]).toBe(60);
  });

  test('hidden nodes take no space', () => {
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
}
