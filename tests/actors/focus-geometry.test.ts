/** The geometry of focus against brute force. The only question is where an arrow leads. */
import { describe, expect, test } from 'vitest';
import { Random } from '../../bus/random.js';
import { Focus } from '../../js-actors/focus.js';
import { focus } from '../../protocol/generated/focus.js';
import { bestAhead, type Direction, nearest, oracleMove, type Rectangle } from './focus-oracle.js';
import { card, groupOf, Screen } from './focus-screen.js';
import { implementationsOf } from './implementations.js';

const implementations = await implementationsOf(focus, () => new Focus());
const pick = <T>(random: Random, choices: readonly T[]): T => choices[random.integer(choices.length)];
const directions: readonly Direction[] = ['left', 'right', 'up', 'down'];
/** Another run: TANDEM_SEED=7 npx vitest run tests/actors/focus-geometry.test.ts */
const seed = Number(process.env.TANDEM_SEED ?? 1);

describe.each(implementations)(`geometry of focus in %s, seed ${seed}`, (_language, factory) => {
  const open = () => new Screen(factory);
  /** Small numbers, so that equal places and touching edges are common. */
  const randomRectangles = (random: Random, count: number): Rectangle[] =>
    Array.from({ length: count }, (_, index) =>
      card(
        index + 1,
        0,
        random.integer(12) * 10,
        random.integer(12) * 10,
        random.integer(5) * 10,
        random.integer(5) * 10,
        random.integer(4),
      ),
    );

  test('a move among nodes of one group leads to the best node by definition, in the arrow’s direction', () => {
    const random = new Random(seed);
    for (let round = 0; round < 150; round++) {
      const rectangles = randomRectangles(random, 2 + random.integer(30));
      const screen = open().layout(...rectangles);
      for (const from of rectangles) {
        const direction = pick(random, directions);
        screen.wish(from.node).press(direction);
        const expected = bestAhead(rectangles, from, direction);
        expect({ round, from: from.node, direction, to: screen.focused.node }).toEqual({
          ...{ round, from: from.node, direction, to: expected?.node ?? from.node },
        });
        if (expected) expectAhead(from, rectangles.find(({ node }) => node === screen.focused.node)!, direction);
      }
    }
  });

  test('a move does not depend on the order in which rectangles arrived', () => {
    const random = new Random(seed);
    for (let round = 0; round < 50; round++) {
      const rectangles = randomRectangles(random, 20);
      const backwards = [...rectangles].reverse();
      const [one, other] = [open().layout(...rectangles), open().layout(...backwards)];
      for (let i = 0; i < 30; i++) {
        const direction = pick(random, directions);
        expect(one.press(direction).focused).toEqual(other.press(direction).focused);
      }
    }
  });

  test('a move through groups is right after any changes of the layout', () => {
    const random = new Random(seed);
    for (let round = 0; round < 40; round++) {
      const screen = open();
      const known = new Map<number, Rectangle>();
      for (let i = 0; i < 60; i++) {
        changeLayout(random, screen, known);
        const rectangles = [...known.values()];
        const focused = known.get(screen.focused.node);
        if (!focused) continue;
        const direction = pick(random, directions);
        const expected = oracleMove(rectangles, focused, direction)?.node ?? focused.node;
        screen.press(direction);
        expect({ round, i, from: focused.node, direction, to: screen.focused.node }).toEqual({
          ...{ round, i, from: focused.node, direction, to: expected },
        });
      }
    }
  });

  test('the successor in a group is the nearest node by definition', () => {
    const random = new Random(seed);
    for (let round = 0; round < 200; round++) {
      const rectangles = randomRectangles(random, 2 + random.integer(12));
      const lost = pick(random, rectangles);
      const screen = open()
        .layout(...rectangles)
        .wish(lost.node)
        .layout(lost.node);
      const left = rectangles.filter((rectangle) => rectangle !== lost);
      expect(screen.focused.node).toBe(nearest(left, lost).node);
    }
  });
});

/** An arrow never leads to a node wholly on the other side, nor to one that does not reach beyond the old focus. */
function expectAhead(from: Rectangle, to: Rectangle, direction: Direction): void {
  if (direction === 'right') expect(to.x + to.width).toBeGreaterThan(from.x + from.width);
  if (direction === 'left') expect(to.x).toBeLessThan(from.x);
  if (direction === 'down') expect(to.y + to.height).toBeGreaterThan(from.y + from.height);
  if (direction === 'up') expect(to.y).toBeLessThan(from.y);
}

const GROUPS = [1, 2, 3, 4, 5];

/** One layout with a few random changes. Groups lie only in groups with lower numbers, so there are no circles. */
function changeLayout(random: Random, screen: Screen, known: Map<number, Rectangle>): void {
  const changed = new Map<number, Rectangle | number>();
  for (let i = random.integer(8); i >= 0; i--) {
    const isGroup = random.integer(4) === 0;
    const node = isGroup ? pick(random, GROUPS) : 10 + random.integer(20);
    const group = isGroup ? random.integer(node) : random.integer(6);
    const [x, y, width, height] = [random.integer(40) * 10, random.integer(40) * 10, random.integer(12) * 10, random.integer(12) * 10];
    const gone = random.integer(4) === 0;
    const make = isGroup ? groupOf : card;
    changed.set(node, gone ? node : make(node, group, x, y, width, height, random.integer(5)));
  }
  for (const [node, change] of changed) {
    if (typeof change === 'number') known.delete(node);
    else known.set(node, change);
  }
  screen.layout(...changed.values());
}
