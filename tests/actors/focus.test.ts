import { describe, expect, test } from 'vitest';
import { Focus } from '../../js-actors/focus.js';
import { focus } from '../../protocol/generated/focus.js';
import { page } from '../../protocol/generated/page.js';
import { scene } from '../../protocol/generated/scene.js';
import { FOCUS_KEY_WAITS_MS, FOCUS_KEYS_WAITING_MAX, FOCUS_LAYERS_MAX } from '../../protocol/messages/focus.js';
import type { Direction } from './focus-oracle.js';
import { card, groupOf, rail, Screen } from './focus-screen.js';
import { focusSequence } from './focus-sequence.js';
import { implementationsOf } from './implementations.js';
import { compareTwins } from './twins.js';

const implementations = await implementationsOf(focus, () => new Focus());
const directions: readonly Direction[] = ['left', 'right', 'up', 'down'];

describe.each(implementations)('focus in %s', (_language, factory) => {
  const open = (options = {}) => new Screen(factory, options);
  /** Three rails, one below the other, with five, two and five cards. */
  const rails = () => open().layout(...rail(1, 5, 0, 0), ...rail(2, 2, 0, 100), ...rail(3, 5, 0, 200));

  describe('a pointer', () => {
    test('moves focus to the card under it, and nowhere where there is none', () => {
      const screen = rails();
      expect(screen.point('hover', 2 * 120 + 10, 110).focused.node).toBe(10);
      expect(screen.point('hover', 120 + 10, 110).focused).toEqual({ node: 21, previous: 10, group: 2, cause: 'move' });
      expect(screen.point('hover', 120 + 11, 111).said).toEqual([]);
      expect(screen.press('up').focused.node).toBe(11);
    });

    test('presses what is under it, in the top layer alone', () => {
      const screen = rails().point('press', 130, 210);
      expect(screen.said.map(({ name, fields }) => [name, (fields as { node: number }).node])).toEqual([
        ['focus.focused', 31],
        ['page.activated', 31],
      ]);
      screen.layout(groupOf(5, 0, 0, 0, 1920, 60), card(50, 5, 120, 0, 100, 60, 99)).pushLayer(5);
      expect(screen.focused.node).toBe(50);
      expect(screen.point('press', 10, 210).said).toEqual([]);
      expect(screen.point('press', 130, 10).said).toMatchObject([{ name: 'page.activated', fields: { node: 50 } }]);
    });

    test('goes along the rail under it, and stays at its end', () => {
      const screen = rails();
      expect(screen.point('forward', 10, 110).focused.node).toBe(21);
      expect(screen.point('forward', 10, 110).focused.node).toBe(21);
      expect(screen.point('backward', 10, 110).focused.node).toBe(20);
      const column = open().layout(card(1, 0, 0, 0), card(2, 0, 0, 100));
      expect(column.point('forward', 10, 10).focused.node).toBe(2);
    });
  });

  describe('arrows', () => {
    test('the first node of the document gets focus as soon as there is one', () => {
      const screen = open().layout(card(7, 0, 300, 0, 100, 60, 1), card(8, 0, 0, 0, 100, 60, 0));
      expect(screen.said).toMatchObject([
        { name: 'focus.focused', target: 0xffff, fields: { node: 8, previous: 0, group: 0, cause: 'entered' } },
      ]);
    });

    test('pressed before anything can have focus wait for the first node, and so does Enter', () => {
      const screen = open().pressAll('right', 'right', 'left', 'enter');
      screen.wish(10).layout(...rail(1, 5, 0, 0));
      expect(screen.said.map(({ name, fields }) => [name, (fields as { node: number }).node])).toEqual([
        ['focus.focused', 10],
        ['focus.focused', 11],
        ['focus.focused', 12],
        ['focus.focused', 11],
        ['page.activated', 11],
      ]);
      expect(screen.layout(10).focused.node).toBe(11);
    });

    test('that wait are few, for some seconds, and none is left after Back', () => {
      const few = open().pressAll(...Array.from({ length: FOCUS_KEYS_WAITING_MAX + 2 }, () => 'right' as const));
      expect(few.layout(...rail(1, 12, 0, 0)).focused.node).toBe(10 + FOCUS_KEYS_WAITING_MAX);
      expect(few.stage.state(focus)).toMatchObject({ waiting: [], expired: 2 });
      const late = open().press('right');
      late.wait(FOCUS_KEY_WAITS_MS + 1);
      expect(late.layout(...rail(1, 5, 0, 0)).focused.node).toBe(10);
      expect(late.stage.state(focus)).toMatchObject({ waiting: [], expired: 1 });
      const left = open().pressAll('right', 'back');
      expect(left.said).toMatchObject([{ name: 'page.backRequested' }]);
      expect(left.layout(...rail(1, 5, 0, 0)).focused.node).toBe(10);
    });

    test('lead to the neighbour, and back', () => {
      const screen = rails();
      expect(screen.focused.node).toBe(10);
      expect(screen.press('right').focused).toEqual({ node: 11, previous: 10, group: 1, cause: 'move' });
      expect(screen.press('left').focused).toEqual({ node: 10, previous: 11, group: 1, cause: 'move' });
    });

    test('that lead nowhere are reported to the page', () => {
      const screen = rails().press('left');
      expect(screen.said).toEqual([
        { name: 'page.edge', target: page.address, fields: { direction: 'left', node: 10, group: 1 }, request: 0 },
      ]);
      expect(screen.focused.node).toBe(10);
    });

    test('that lead nowhere are reported once while held, and again after focus has moved', () => {
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

    test('up and down lead to the next row, even if only the row after it overlaps', () => {
      const screen = rails().wish(14).press('down');
      expect(screen.focused.node).toBe(21);
      expect(screen.press('down').focused.node).toBe(31);
      const flat = open()
        .layout(card(1, 0, 900, 0), card(2, 0, 0, 100), card(3, 0, 900, 200))
        .wish(1);
      expect(flat.press('down').focused.node).toBe(2);
    });

    describe('end a row only where something lies wholly ahead', () => {
      /** Turned so that down becomes the direction. */
      const turn = (direction: Direction, node: number, [x, y, width, height]: readonly number[]) => {
        if (direction === 'down') return card(node, 0, x, y, width, height);
        if (direction === 'up') return card(node, 0, x, -y - height, width, height);
        return direction === 'right' ? card(node, 0, y, x, height, width) : card(node, 0, -y - height, x, height, width);
      };
      const from = [300, 100, 100, 50];
      test.each(directions)('%s', (direction) => {
        const target = (...areas: readonly number[][]) => {
          const cards = [from, ...areas]
            .map((area, index) => turn(direction, index, area))
            .map((area, index) => ({ ...area, node: index + 1 }));
          return (
            open()
              .layout(...cards)
              .wish(1)
              .press(direction).focused.node - 1
          );
        };
        const straight = [300, 200, 100, 50];
        // Beside the focused node and a little further on: on its left, on its right, and both.
        expect(target([450, 130, 100, 50], straight)).toBe(2);
        expect(target([150, 130, 100, 50], straight)).toBe(2);
        expect(target([450, 149, 100, 50], [150, 101, 100, 60], straight)).toBe(3);
        // One that overlaps the focused node lies in its beam, and is nearer.
        expect(target([350, 130, 100, 50], straight)).toBe(1);
        // Nothing straight on: the nearest.
        expect(target([450, 130, 100, 50], [450, 200, 100, 50])).toBe(1);
        // It touches the end of the focused node, so it lies wholly ahead: up and down, the next row comes first.
        const vertical = direction === 'up' || direction === 'down';
        expect(target([450, 150, 100, 50], straight)).toBe(vertical ? 1 : 2);
      });
    });

    test('prefer a node that overlaps to a nearer one', () => {
      const screen = open()
        .layout(card(1, 0, 0, 0), card(2, 0, 110, 70), card(3, 0, 600, 30))
        .wish(1);
      expect(screen.press('right').focused.node).toBe(3);
    });

    test('choose between equal nodes by document order', () => {
      const screen = open().layout(card(1, 0, 120, 0, 100, 60, 0), card(2, 0, 0, 100, 100, 60, 2), card(3, 0, 240, 100, 100, 60, 1));
      expect(screen.wish(1).press('down').focused.node).toBe(3);
    });

    test('skip nodes without extent or that cannot have focus', () => {
      const screen = open().layout(
        card(1, 0, 0, 0),
        card(2, 0, 120, 0, 0, 60),
        { ...card(3, 0, 240, 0), focusable: false },
        card(4, 0, 360, 0),
      );
      expect(screen.press('right').focused.node).toBe(4);
    });

    test('do nothing on an empty screen', () => {
      expect(open().press('down').said).toEqual([]);
      expect(open().press('enter').said).toEqual([]);
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

    test('turn Back into a request to close them', () => {
      const screen = withDialog().press('back');
      expect(screen.said).toEqual([{ name: 'page.dismissRequested', target: page.address, fields: { layer: 9 }, request: 0 }]);
      expect(screen.popLayer(9).press('back').said).toEqual([{ name: 'page.backRequested', target: page.address, fields: {}, request: 0 }]);
    });

    test('stack, and may be removed from the middle', () => {
      const screen = withDialog()
        .layout(groupOf(8, 0, 0, 400, 100, 60), card(81, 8, 0, 400))
        .pushLayer(8);
      expect(screen.focused.node).toBe(81);
      expect(screen.popLayer(9).focused.node).toBe(81);
      expect(screen.popLayer(8).focused.node).toBe(12);
    });

    test('are all gone at once with group 0', () => {
      const screen = withDialog()
        .layout(groupOf(8, 0, 0, 400, 100, 60), card(81, 8, 0, 400))
        .pushLayer(8);
      expect(screen.popLayer(0).focused).toMatchObject({ node: 12, cause: 'layer' });
      expect(screen.popLayer(0).press('back').said).toMatchObject([{ name: 'page.backRequested' }]);
    });

    test('are entered anew when the node to return to is gone', () => {
      expect(withDialog().layout(12).popLayer(9).focused).toMatchObject({ node: 11, cause: 'layer' });
    });

    test('hold a wish for a node below until they are gone', () => {
      const screen = withDialog().wish(31);
      expect(screen.focused.node).toBe(91);
      expect(screen.popLayer(9).focused.node).toBe(31);
    });

    test('are bounded: one more is ignored', () => {
      const screen = rails();
      for (let i = 0; i <= FOCUS_LAYERS_MAX; i++) screen.pushLayer(100 + i);
      expect(screen.stage.state(focus).layers.length).toBe(FOCUS_LAYERS_MAX);
    });
  });

  describe('when the focused node is removed', () => {
    test('the nearest in its group gets focus', () => {
      const screen = rails().wish(12);
      expect(screen.layout(12).focused).toEqual({ node: 11, previous: 12, group: 1, cause: 'lost' });
      expect(screen.layout(11, card(13, 1, 120, 0, 100, 60, 1)).focused.node).toBe(13);
    });

    test('or may not have focus any more, the same happens', () => {
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

    test('with all groups around it, the layer’s preferred node gets focus', () => {
      const dialog = [groupOf(9, 0, 0, 300, 900, 300), ...rail(4, 2, 0, 300, 9), ...rail(5, 3, 0, 400, 9)];
      const screen = rails()
        .layout(...dialog)
        .pushLayer(9, 52)
        .wish(40);
      expect(screen.layout(4, 40, 41).focused).toMatchObject({ node: 52, cause: 'lost' });
    });

    test('and nothing is left, nothing has focus until a node appears', () => {
      const screen = open()
        .layout(card(1, 0, 0, 0))
        .layout(1);
      expect(screen.focused).toEqual({ node: 0, previous: 1, group: 0, cause: 'lost' });
      expect(screen.layout(card(2, 0, 0, 0)).focused).toEqual({ node: 2, previous: 0, group: 0, cause: 'entered' });
    });

    test('a layout that only moves it does not move focus', () => {
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

    test('keep focus from flickering to a neighbour while they wait', () => {
      const screen = rails().wish(77).layout(1, 10, 11, 12, 13, 14);
      expect(screen.focused).toMatchObject({ node: 0, cause: 'lost' });
      expect(screen.layout(card(77, 0, 0, 300)).focused).toMatchObject({ node: 77, cause: 'wish' });
    });

    test('end after a while, when withdrawn, and with the next one', () => {
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

    /** Times at which focus moved, in milliseconds after the press, with a platform's repeat every `everyMs`. */
    const movesWhileHeld = (screen: Screen, everyMs: number, forMs: number) => {
      const moves = screen.key('right', 'down').said.length > 0 ? [0] : [];
      for (let at = everyMs; at <= forMs; at += everyMs) {
        if (screen.wait(everyMs).key('right', 'repeat').said.length > 0) moves.push(at);
      }
      return moves;
    };

    test('repeat while held, after a delay and then faster and faster, whatever the platform’s rate', () => {
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
      expect(screen.key('back', 'down').said).toMatchObject([{ name: 'page.backRequested', target: page.address }]);
      expect(screen.wait(1000).key('back', 'repeat').said).toEqual([]);
    });
  });

  describe('the replica', () => {
    test('asks scene for the whole layout when one was missed, and takes nothing until it arrives', () => {
      const screen = rails();
      screen.version += 1;
      expect(screen.layout(10).said).toMatchObject([
        { name: 'system.refresh', target: scene.address, fields: { topic: scene.publishes.layout.kind, follower: focus.address } },
      ]);
      expect(screen.layout(11).said).toEqual([]);
      expect(screen.freshLayout(card(50, 0, 0, 0), card(51, 0, 120, 0)).focused).toMatchObject({ node: 50, cause: 'lost' });
      expect(screen.press('right').press('right').said).toMatchObject([{ name: 'page.edge', fields: { node: 51 } }]);
    });

    test('keeps focus through a fresh layout if the focused node is still there', () => {
      expect(
        rails()
          .wish(12)
          .freshLayout(...rail(1, 5, 0, 0)).said,
      ).toEqual([]);
    });

    test('is published as a whole to a follower that asks', () => {
      const screen = rails().press('right');
      screen.hear(screen.stage.askFresh(focus.publishes.focused, page.address));
      expect(screen.said).toMatchObject([{ name: 'focus.focused', fields: { node: 11, previous: 10, group: 1, cause: 'move' } }]);
    });
  });
});

describe('the twins', () => {
  test('agree byte for byte on 2,000 random sequences of 200 messages, and swap snapshots in the middle', () => {
    const [[, js], [, wasm]] = implementations;
    compareTwins({
      name: 'focus',
      address: focus.address,
      js: () => js.create({}),
      wasm: () => wasm.create({}),
      sequence: focusSequence,
    });
  });
});
