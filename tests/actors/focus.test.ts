import { describe, expect, test } from 'vitest';
import { Random } from '../../bus/random.js';
import { Focus } from '../../js-actors/focus.js';
import { focus } from '../../protocol/generated/focus.js';
import { history } from '../../protocol/generated/history.js';
import { page } from '../../protocol/generated/page.js';
import { scene } from '../../protocol/generated/scene.js';
import { system } from '../../protocol/generated/system.js';
import { FOCUS_LAYERS_MAX } from '../../protocol/limits.js';
import { bestAhead, type Direction, nearest, oracleMove, type Rectangle } from './focus-oracle.js';
import { card, groupOf, rail, Screen } from './focus-screen.js';
import { implementationsOf } from './implementations.js';
import { compareTwins, type TwinFrame } from './twins.js';

const implementations = await implementationsOf(focus, () => new Focus());
const pick = <T>(random: Random, choices: readonly T[]): T => choices[random.integer(choices.length)];
const directions: readonly Direction[] = ['left', 'right', 'up', 'down'];

describe.each(implementations)('focus in %s', (_language, factory) => {
  const open = (options = {}) => new Screen(factory, options);
  /** Three rails below each other, of five, two and five cards. */
  const rails = () => open().layout(...rail(1, 5, 0, 0), ...rail(2, 2, 0, 100), ...rail(3, 5, 0, 200));

  describe('arrows', () => {
    test('the first node in the document gets focus as soon as there is one', () => {
      const screen = open().layout(card(7, 0, 300, 0, 100, 60, 1), card(8, 0, 0, 0, 100, 60, 0));
      expect(screen.said).toMatchObject([
        { name: 'focus.focused', target: 0xffff, fields: { node: 8, previous: 0, group: 0, cause: 'entered' } },
      ]);
    });

    test('lead to the neighbour, and back', () => {
      const screen = rails();
      expect(screen.focused.node).toBe(10);
      expect(screen.press('right').focused).toEqual({ node: 11, previous: 10, group: 1, cause: 'move' });
      expect(screen.press('left').focused).toEqual({ node: 10, previous: 11, group: 1, cause: 'move' });
    });

    test('that lead nowhere are told to the page', () => {
      const screen = rails().press('left');
      expect(screen.said).toEqual([
        { name: 'page.edge', target: page.address, fields: { direction: 'left', node: 10, group: 1 }, request: 0 },
      ]);
      expect(screen.focused.node).toBe(10);
    });

    test('that lead nowhere are told once while held, and again after focus has moved', () => {
      const screen = open().layout(card(1, 0, 0, 0));
      const hold = (steps: number) => {
        const said: string[] = [];
        for (let i = 0; i < steps; i++)
          said.push(
            ...screen
              .wait(200)
              .key('right', 'repeat')
              .said.map(({ name }) => name),
          );
        return said;
      };
      expect(screen.key('right', 'down').said).toMatchObject([{ name: 'page.edge' }]);
      expect(hold(10)).toEqual([]);
      screen.layout(card(2, 0, 120, 0));
      expect(hold(10)).toEqual(['focus.focused', 'page.edge']);
      expect(screen.press('right').said).toMatchObject([{ name: 'page.edge' }]);
    });

    test('up and down go to the next row, also when only the one behind it overlaps', () => {
      const screen = rails().wish(14).press('down');
      expect(screen.focused.node).toBe(21);
      expect(screen.press('down').focused.node).toBe(31);
      const flat = open()
        .layout(card(1, 0, 900, 0), card(2, 0, 0, 100), card(3, 0, 900, 200))
        .wish(1);
      expect(flat.press('down').focused.node).toBe(2);
    });

    test('prefer what overlaps over what is nearer', () => {
      const screen = open()
        .layout(card(1, 0, 0, 0), card(2, 0, 110, 70), card(3, 0, 600, 30))
        .wish(1);
      expect(screen.press('right').focused.node).toBe(3);
    });

    test('take the order of the document between equals', () => {
      const screen = open().layout(card(1, 0, 120, 0, 100, 60, 0), card(2, 0, 0, 100, 100, 60, 2), card(3, 0, 240, 100, 100, 60, 1));
      expect(screen.wish(1).press('down').focused.node).toBe(3);
    });

    test('pass over what has no extent or cannot have focus', () => {
      const screen = open().layout(
        card(1, 0, 0, 0),
        card(2, 0, 120, 0, 0, 60),
        { ...card(3, 0, 240, 0), focusable: false },
        card(4, 0, 360, 0),
      );
      expect(screen.press('right').focused.node).toBe(4);
    });

    test('do nothing while there is nothing', () => {
      expect(open().press('down').said).toEqual([]);
      expect(open().press('enter').said).toEqual([]);
    });
  });

  describe('groups', () => {
    test('are left only when nothing in them lies ahead', () => {
      const screen = open()
        .layout(groupOf(1, 0, 0, 0, 500, 60), card(10, 1, 0, 0), card(11, 1, 400, 0), card(20, 0, 110, 0))
        .wish(10);
      expect(screen.press('right').focused.node).toBe(11);
    });

    test('are entered at the member ahead of where focus was', () => {
      expect(rails().wish(11).press('down').focused.node).toBe(21);
    });

    test('without a rectangle of their own stand where their members are', () => {
      const members = [card(10, 1, 0, 0), card(20, 2, 0, 100), card(21, 2, 120, 100)];
      expect(
        open()
          .layout(...members)
          .wish(10)
          .press('down').focused.node,
      ).toBe(20);
    });

    test('remember who had focus last, when told to', () => {
      const screen = rails().rules(1, { remember: true }).wish(13).press('down').pressAll('left', 'left');
      expect(screen.press('up').focused.node).toBe(13);
      screen.press('down').rules(1, { remember: false });
      expect(screen.wish(20).press('up').focused.node).toBe(10);
    });

    test('go by place again once what they remember is gone, or they are forgotten', () => {
      const screen = rails().rules(1, { remember: true }).wish(13).wish(20).layout(13);
      expect(screen.press('up').focused.node).toBe(10);
      screen
        .wish(12)
        .wish(20)
        .hear(screen.stage.send(focus.receives.forgetGroup, { group: 1 }));
      expect(screen.rules(1, { remember: true }).press('up').focused.node).toBe(10);
    });

    test('are entered at the preferred member when nothing is remembered', () => {
      const screen = rails().rules(2, { preferred: 21, remember: true });
      expect(screen.press('down').focused.node).toBe(21);
      expect(screen.press('left').press('up').press('down').focused.node).toBe(20);
    });

    test('may prefer a group, whose rules then count', () => {
      const inner = [groupOf(4, 9, 0, 100, 1920, 60), card(40, 4, 0, 100), card(41, 4, 120, 100)];
      const screen = open()
        .layout(card(1, 0, 0, 0), groupOf(9, 0, 0, 100, 1920, 200), ...inner, ...rail(5, 3, 0, 200, 9))
        .wish(1);
      expect(screen.rules(9, { preferred: 5 }).rules(5, { preferred: 52 }).press('down').focused.node).toBe(52);
    });

    test('trap the arrows that they are told to', () => {
      const column = [card(90, 0, 800, 0, 100, 300)];
      for (const [trap, free] of [
        ['none', ['right', 'down']],
        ['horizontal', ['down']],
        ['vertical', ['right']],
        ['both', []],
      ] as const) {
        const screen = rails()
          .layout(groupOf(1, 0, 0, 0, 700, 60), ...column)
          .rules(1, { trap });
        const left = (['right', 'down'] as const).filter((key) => screen.wish(14).press(key).focused.group !== 1);
        expect({ trap, left }).toEqual({ trap, left: free });
      }
    });

    test('in a circle, or very deep, count as the root’s', () => {
      const circle = [groupOf(1, 2, 0, 0, 100, 60), groupOf(2, 1, 0, 100, 100, 60), card(10, 1, 0, 0), card(20, 2, 0, 100)];
      expect(
        open()
          .layout(...circle)
          .wish(10)
          .press('down').focused.node,
      ).toBe(20);
      const deep = Array.from({ length: 100 }, (_, index) => groupOf(index + 1, index, 0, 0, 500, 60));
      const screen = open().layout(...deep, card(200, 100, 0, 0), card(201, 50, 120, 0), card(202, 0, 240, 0));
      expect(screen.wish(200).press('right').press('right').focused.node).toBe(202);
    });
  });

  describe('layers', () => {
    const dialog = [groupOf(9, 0, 200, 200, 400, 200), card(91, 9, 220, 220), card(92, 9, 340, 220)];
    const withDialog = () =>
      rails()
        .wish(12)
        .layout(...dialog)
        .pushLayer(9);

    test('take focus, keep it, and give it back', () => {
      const screen = withDialog();
      expect(screen.focused).toEqual({ node: 91, previous: 12, group: 9, cause: 'layer' });
      for (const direction of directions) {
        screen.pressAll(direction, direction, direction);
        expect(screen.focused.group).toBe(9);
      }
      expect(screen.popLayer(9).focused).toMatchObject({ node: 12, cause: 'layer' });
    });

    test('may come before their nodes', () => {
      const screen = rails().pushLayer(9, 92);
      expect(screen.focused).toMatchObject({ node: 0, previous: 10, cause: 'layer' });
      expect(screen.layout(...dialog).focused).toMatchObject({ node: 92, cause: 'entered' });
    });

    test('turn Back into a wish to close them', () => {
      const screen = withDialog().press('back');
      expect(screen.said).toEqual([{ name: 'page.dismissRequested', target: page.address, fields: { layer: 9 }, request: 0 }]);
      expect(screen.popLayer(9).press('back').said).toEqual([{ name: 'history.back', target: history.address, fields: {}, request: 0 }]);
    });

    test('lie on each other, and may leave from the middle', () => {
      const screen = withDialog()
        .layout(groupOf(8, 0, 0, 400, 100, 60), card(81, 8, 0, 400))
        .pushLayer(8);
      expect(screen.focused.node).toBe(81);
      expect(screen.popLayer(9).focused.node).toBe(81);
      expect(screen.popLayer(8).focused.node).toBe(12);
    });

    test('are entered anew when where focus was is gone', () => {
      expect(withDialog().layout(12).popLayer(9).focused).toMatchObject({ node: 10, cause: 'layer' });
    });

    test('keep a wish for what lies below until they are gone', () => {
      const screen = withDialog().wish(31);
      expect(screen.focused.node).toBe(91);
      expect(screen.popLayer(9).focused.node).toBe(31);
    });

    test('are bounded, and one more is passed over', () => {
      const screen = rails();
      for (let i = 0; i <= FOCUS_LAYERS_MAX; i++) screen.pushLayer(100 + i);
      expect(screen.stage.state(focus).layers.length).toBe(FOCUS_LAYERS_MAX);
    });
  });

  describe('when the focused node goes away', () => {
    test('the nearest in its group gets focus', () => {
      const screen = rails().wish(12);
      expect(screen.layout(12).focused).toEqual({ node: 11, previous: 12, group: 1, cause: 'lost' });
      expect(screen.layout(11, card(13, 1, 120, 0, 100, 60, 1)).focused.node).toBe(13);
    });

    test('or can have it no longer, the same', () => {
      const screen = rails().wish(12);
      expect(screen.layout({ ...card(12, 1, 240, 0), focusable: false }).focused).toMatchObject({ node: 11, cause: 'lost' });
    });

    test('with its whole group, the nearest in the group around it gets focus', () => {
      const inner = [groupOf(9, 0, 0, 300, 1920, 300), ...rail(4, 3, 0, 300, 9), ...rail(5, 3, 0, 400, 9)];
      const screen = rails()
        .layout(...inner)
        .wish(41);
      expect(screen.layout(4, 40, 41, 42).focused).toMatchObject({ node: 51, cause: 'lost' });
    });

    test('with all around it, the layer’s preferred node gets focus', () => {
      const dialog = [groupOf(9, 0, 0, 300, 900, 300), ...rail(4, 2, 0, 300, 9), ...rail(5, 3, 0, 400, 9)];
      const screen = rails()
        .layout(...dialog)
        .pushLayer(9, 52)
        .wish(40);
      expect(screen.layout(4, 40, 41).focused).toMatchObject({ node: 52, cause: 'lost' });
    });

    test('and nothing is left, nothing has focus until something comes', () => {
      const screen = open()
        .layout(card(1, 0, 0, 0))
        .layout(1);
      expect(screen.focused).toEqual({ node: 0, previous: 1, group: 0, cause: 'lost' });
      expect(screen.layout(card(2, 0, 0, 0)).focused).toEqual({ node: 2, previous: 0, group: 0, cause: 'entered' });
    });

    test('a layout that only moves it moves no focus', () => {
      expect(rails().layout(card(10, 1, 500, 0)).said).toEqual([]);
    });
  });

  describe('wishes', () => {
    test('for a node that is not known yet wait for its rectangle', () => {
      const screen = rails().wish(77);
      expect(screen.said).toEqual([]);
      expect(screen.layout(card(77, 0, 0, 300)).focused).toEqual({ node: 77, previous: 10, group: 0, cause: 'wish' });
    });

    test('for a group enter it by its rules', () => {
      const screen = rails().rules(3, { preferred: 33 });
      expect(screen.wish(3).focused.node).toBe(33);
    });

    test('that wait keep focus from flickering to a neighbour', () => {
      const screen = rails().wish(77).layout(1, 10, 11, 12, 13, 14);
      expect(screen.focused).toMatchObject({ node: 0, cause: 'lost' });
      expect(screen.layout(card(77, 0, 0, 300)).focused).toMatchObject({ node: 77, cause: 'wish' });
    });

    test('end after a while, when taken back, and with the next one', () => {
      expect(
        rails()
          .wish(77)
          .wait(5_001)
          .layout(card(77, 0, 0, 300)).focused.node,
      ).toBe(10);
      expect(
        rails()
          .wish(77)
          .wait(4_999)
          .layout(card(77, 0, 0, 300)).focused.node,
      ).toBe(77);
      expect(
        rails()
          .wish(77)
          .wish(0)
          .layout(card(77, 0, 0, 300)).focused.node,
      ).toBe(10);
      expect(
        rails()
          .wish(77)
          .wish(11)
          .layout(card(77, 0, 0, 300)).focused.node,
      ).toBe(11);
    });
  });

  describe('keys', () => {
    const long = () => open().layout(...Array.from({ length: 200 }, (_, index) => card(index + 1, 0, index * 120, 0)));

    /** Milliseconds after the press at which focus moved, with a repeat from the platform every `everyMs`. */
    const movesWhileHeld = (screen: Screen, everyMs: number, forMs: number) => {
      const moves = screen.key('right', 'down').said.length > 0 ? [0] : [];
      for (let at = everyMs; at <= forMs; at += everyMs) {
        if (screen.wait(everyMs).key('right', 'repeat').said.length > 0) moves.push(at);
      }
      return moves;
    };

    test('that are held repeat after a delay, then faster and faster, whatever the platform’s rate', () => {
      const moves = movesWhileHeld(long(), 10, 4000);
      expect(moves.slice(0, 3)).toEqual([0, 400, 570]);
      const gaps = moves.slice(1).map((at, index) => at - moves[index]);
      expect(gaps.slice(1).every((gap, index) => index === 0 || gap <= gaps[index])).toBe(true);
      expect(gaps.at(-1)).toBe(60);
      expect(movesWhileHeld(long(), 200, 4000)).toEqual([0, ...Array.from({ length: 19 }, (_, index) => 400 + index * 200)]);
    });

    test('repeat as configured', () => {
      const screen = new Screen(factory, { repeatDelayMs: 100, repeatIntervalMs: 50, repeatIntervalMinMs: 50, repeatAccelerationMs: 0 });
      screen.layout(...Array.from({ length: 20 }, (_, index) => card(index + 1, 0, index * 120, 0)));
      expect(movesWhileHeld(screen, 10, 300)).toEqual([0, 100, 150, 200, 250, 300]);
    });

    test('start over after a release', () => {
      const screen = long();
      movesWhileHeld(screen, 100, 2000);
      screen.key('right', 'up');
      expect(movesWhileHeld(screen, 10, 500)).toEqual([0, 400]);
    });

    test('whose press was lost count from the first repeat', () => {
      const screen = long();
      expect(screen.key('right', 'repeat').said.length).toBe(1);
      expect(screen.wait(100).key('right', 'repeat').said.length).toBe(0);
      expect(screen.key('left', 'repeat').focused.node).toBe(1);
    });

    test('Enter and Back count once, however long they are held', () => {
      const screen = long();
      expect(screen.key('enter', 'down').said).toEqual([
        { name: 'page.activated', target: page.address, fields: { node: 1, group: 0 }, request: 0 },
      ]);
      expect(screen.wait(1000).key('enter', 'repeat').said).toEqual([]);
      expect(screen.key('back', 'down').said).toMatchObject([{ name: 'history.back', target: history.address }]);
      expect(screen.wait(1000).key('back', 'repeat').said).toEqual([]);
    });
  });

  describe('the replica', () => {
    test('asks scene for all of it when a layout was missed, and takes nothing until that comes', () => {
      const screen = rails();
      screen.version += 1;
      expect(screen.layout(10).said).toMatchObject([
        { name: 'system.refresh', target: scene.address, fields: { topic: scene.publishes.layout.kind, follower: focus.address } },
      ]);
      expect(screen.layout(11).said).toEqual([]);
      expect(screen.freshLayout(card(50, 0, 0, 0), card(51, 0, 120, 0)).focused).toMatchObject({ node: 50, cause: 'lost' });
      expect(screen.press('right').press('right').said).toMatchObject([{ name: 'page.edge', fields: { node: 51 } }]);
    });

    test('that is fresh keeps focus where it was, if that is still there', () => {
      expect(
        rails()
          .wish(12)
          .freshLayout(...rail(1, 5, 0, 0)).said,
      ).toEqual([]);
    });

    test('is published whole to a follower that asks', () => {
      const screen = rails().press('right');
      screen.hear(screen.stage.askFresh(focus.publishes.focused, page.address));
      expect(screen.said).toMatchObject([{ name: 'focus.focused', fields: { node: 11, previous: 10, group: 1, cause: 'move' } }]);
    });
  });

  describe('against brute force', () => {
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

    test('a move among nodes of one group is the best by definition, and in the arrow’s direction', () => {
      const random = new Random(11);
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

    test('does not depend on the order in which rectangles came', () => {
      const random = new Random(12);
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
      const random = new Random(13);
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

    test('the successor in a group is the nearest by definition', () => {
      const random = new Random(14);
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
});

/** Never to something that lies wholly on the other side, nor to something that does not reach beyond where focus was. */
function expectAhead(from: Rectangle, to: Rectangle, direction: Direction): void {
  if (direction === 'right') expect(to.x + to.width).toBeGreaterThan(from.x + from.width);
  if (direction === 'left') expect(to.x).toBeLessThan(from.x);
  if (direction === 'down') expect(to.y + to.height).toBeGreaterThan(from.y + from.height);
  if (direction === 'up') expect(to.y).toBeLessThan(from.y);
}

const GROUPS = [1, 2, 3, 4, 5];

/** One layout with a few random changes. Groups lie only in groups of a lower number: in no circle. */
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

const refresh: TwinFrame = {
  message: system.receives.refresh,
  fields: { topic: focus.publishes.focused.kind, follower: page.address },
  source: page.address,
};

describe('the twins', () => {
  test('agree byte for byte on 2,000 random sequences of 200 messages, and swap snapshots in the middle', () => {
    const [[, js], [, wasm]] = implementations;
    compareTwins({
      name: 'focus',
      address: focus.address,
      js: () => js.create({}),
      wasm: () => wasm.create({}),
      sequence: (random) => {
        let version = 0;
        const next = (): TwinFrame => {
          const choice = random.integer(20);
          if (choice < 5) return randomLayout(random, random.integer(40) === 0 ? (version += 2) : ++version, random.integer(30) === 0);
          if (choice < 13) return randomKey(random);
          if (choice === 13) return refresh;
          if (choice < 16) return { message: focus.receives.focus, fields: { node: randomNode(random) } };
          if (choice === 16) return randomRules(random);
          if (choice === 17) return { message: focus.receives.forgetGroup, fields: { group: random.integer(8) } };
          if (choice === 18)
            return { message: focus.receives.pushLayer, fields: { group: random.integer(8), preferred: randomNode(random) } };
          return { message: focus.receives.popLayer, fields: { group: random.integer(8) } };
        };
        return next;
      },
    });
  });
});

const randomNode = (random: Random): number => (random.integer(3) === 0 ? random.integer(8) : 10 + random.integer(30));

function randomKey(random: Random): TwinFrame {
  const keys = ['left', 'right', 'up', 'down', 'left', 'right', 'up', 'down', 'enter', 'back'] as const;
  const phases = ['down', 'down', 'repeat', 'repeat', 'repeat', 'up'] as const;
  return { message: focus.receives.key, fields: { key: pick(random, keys), phase: pick(random, phases) } };
}

function randomRules(random: Random): TwinFrame {
  const trap = pick(random, ['none', 'horizontal', 'vertical', 'both'] as const);
  const fields = { group: random.integer(8), trap, remember: random.integer(2) === 0, preferred: randomNode(random) };
  return { message: focus.receives.configureGroup, fields };
}

/** Some layouts have circles of groups, numbers that are no places, and nodes that leave and come in one. */
function randomLayout(random: Random, version: number, fresh: boolean): TwinFrame {
  const changed = Array.from({ length: random.integer(6) }, (): Rectangle => {
    const isGroup = random.integer(4) === 0;
    return {
      ...{
        node: isGroup ? random.integer(8) : randomNode(random),
        group: random.integer(8),
        focusable: !isGroup || random.integer(4) === 0,
      },
      ...{ x: randomPlace(random), y: randomPlace(random), width: randomPlace(random), height: randomPlace(random) },
      ...{ order: random.integer(6), isGroup },
    };
  });
  const removed = Array.from({ length: random.integer(4) }, () => randomNode(random));
  return { message: scene.publishes.layout, fields: { frame: version, changed, removed }, source: scene.address, first: version, fresh };
}

function randomPlace(random: Random): number {
  const kind = random.integer(20);
  if (kind === 0) return pick(random, [Number.POSITIVE_INFINITY, Number.NEGATIVE_INFINITY, Number.NaN, -0, 1e300, 5e-324]);
  return kind < 8 ? random.next() * 2000 - 200 : random.integer(20) * 20;
}
