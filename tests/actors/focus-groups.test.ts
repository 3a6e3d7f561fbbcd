/** The memory of focus: of groups, and of nodes whose numbers are reused. */
import { describe, expect, test } from 'vitest';
import { Focus } from '../../js-actors/focus.js';
import { focus } from '../../protocol/generated/focus.js';
import type { Direction } from './focus-oracle.js';
import { card, groupOf, rail, Screen } from './focus-screen.js';
import { implementationsOf } from './implementations.js';

const implementations = await implementationsOf(focus, () => new Focus());
const directions: readonly Direction[] = ['left', 'right', 'up', 'down'];

describe.each(implementations)('focus in %s', (_language, factory) => {
  const open = (options = {}) => new Screen(factory, options);
  /** Three rails, one below the other, with five, two and five cards. */
  const rails = () => open().layout(...rail(1, 5, 0, 0), ...rail(2, 2, 0, 100), ...rail(3, 5, 0, 200));

  describe('groups', () => {
    test('are left only when nothing lies ahead in them', () => {
      const screen = open()
        .layout(groupOf(1, 0, 0, 0, 500, 60), card(10, 1, 0, 0), card(11, 1, 400, 0), card(20, 0, 110, 0))
        .wish(10);
      expect(screen.press('right').focused.node).toBe(11);
    });

    test('are entered at the member ahead of the old focus', () => {
      expect(rails().wish(11).press('down').focused.node).toBe(21);
    });

    describe('that overlap', () => {
      const page = groupOf(2, 0, 0, 0, 1920, 1080);
      const bar = groupOf(1, 0, 0, 0, 1920, 80);
      test('are entered at the member ahead', () => {
        const screen = open().layout(bar, card(10, 1, 100, 10), page, card(20, 2, 100, 200));
        expect(screen.wish(10).press('down').focused.node).toBe(20);
        expect(screen.press('up').focused.node).toBe(10);
        expect(screen.press('up').said).toMatchObject([{ name: 'page.edge' }]);
      });

      test.each(directions)('in any direction: %s', (direction) => {
        const [x, y] = { down: [800, 10], up: [800, 1000], right: [10, 500], left: [1800, 500] }[direction];
        const edge = groupOf(1, 0, x - 10, y - 10, 120, 80);
        const screen = open().layout(edge, card(10, 1, x, y), page, card(20, 2, 800, 500));
        expect(screen.wish(10).press(direction).focused.node).toBe(20);
      });

      test('also when the bar overlaps the page, but its node does not', () => {
        const screen = open().layout(bar, card(10, 1, 100, 10), groupOf(2, 0, 500, 0, 1000, 1080), card(20, 2, 600, 200));
        expect(screen.wish(10).press('down').focused.node).toBe(20);
      });

      test('also from a node outside of all groups', () => {
        expect(
          open()
            .layout(card(10, 0, 100, 10), page, card(20, 2, 100, 200))
            .wish(10)
            .press('down').focused.node,
        ).toBe(20);
      });

      test('also through groups in groups', () => {
        const screen = open().layout(
          bar,
          card(10, 1, 100, 10),
          page,
          groupOf(3, 2, 0, 0, 1920, 900),
          card(30, 3, 100, 5),
          card(31, 3, 100, 300),
        );
        expect(screen.wish(10).press('down').focused.node).toBe(31);
      });

      test('are not entered where nothing lies ahead, nor before something nearer', () => {
        const behind = open().layout(groupOf(1, 0, 0, 900, 1920, 80), card(10, 1, 100, 910), page, card(20, 2, 100, 200));
        expect(behind.wish(10).press('down').said).toMatchObject([{ name: 'page.edge' }]);
        const nearer = open().layout(
          bar,
          card(10, 1, 100, 10),
          groupOf(2, 0, 0, 40, 1920, 1040),
          card(20, 2, 100, 200),
          card(30, 0, 100, 100),
        );
        expect(nearer.wish(10).press('down').focused.node).toBe(30);
      });

      test('are entered at the member that they remember', () => {
        const screen = open().layout(bar, card(10, 1, 100, 10), page, card(20, 2, 100, 200), card(21, 2, 300, 200));
        expect(screen.rules(2, { remember: true }).wish(21).press('up').press('down').focused.node).toBe(21);
      });
    });

    test('without a rectangle of their own have the place of their members', () => {
      const members = [card(10, 1, 0, 0), card(20, 2, 0, 100), card(21, 2, 120, 100)];
      expect(
        open()
          .layout(...members)
          .wish(10)
          .press('down').focused.node,
      ).toBe(20);
    });

    test('remember the last focus when their rules say so', () => {
      const screen = rails().rules(1, { remember: true }).wish(13).press('down').pressAll('left', 'left');
      expect(screen.press('up').focused.node).toBe(13);
      screen.press('down').rules(1, { remember: false });
      expect(screen.wish(20).press('up').focused.node).toBe(10);
    });

    test('are entered by place again once the remembered member is gone, or their rules are removed', () => {
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

    test('may prefer a group, whose rules then apply', () => {
      const inner = [groupOf(4, 9, 0, 100, 1920, 60), card(40, 4, 0, 100), card(41, 4, 120, 100)];
      const screen = open()
        .layout(card(1, 0, 0, 0), groupOf(9, 0, 0, 100, 1920, 200), ...inner, ...rail(5, 3, 0, 200, 9))
        .wish(1);
      expect(screen.rules(9, { preferred: 5 }).rules(5, { preferred: 52 }).press('down').focused.node).toBe(52);
    });

    test('trap the arrows that their rules name', () => {
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

    test('in a circle, or very deep, count as members of the root', () => {
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

  describe('reused numbers', () => {
    /** Focus is on the second rail. The first one remembers that 13 had focus last. */
    const away = () => rails().rules(1, { remember: true }).wish(13).press('down').press('left');
    const comesBackTo = (screen: Screen) => screen.wish(20).press('up').focused.node;

    test('a group does not take a new node of that number for the one that it remembers', () => {
      expect(
        comesBackTo(
          away()
            .layout(13)
            .layout(card(13, 1, 900, 0)),
        ),
      ).toBe(10);
      expect(comesBackTo(away().layout(13, card(13, 1, 900, 0)))).toBe(10);
    });

    test('a group is entered at the node at the remembered place, wherever the group is now', () => {
      expect(comesBackTo(away().layout(13, card(13, 1, 900, 0), card(77, 1, 360, 0)))).toBe(77);
      expect(
        comesBackTo(
          away()
            .layout(10, 11, 12, 13, 14)
            .layout(...[14, 13, 12, 11, 10].map((node, place) => card(node, 1, place * 120, 0))),
        ),
      ).toBe(11);
      const moved = rail(1, 5, 500, 10).map((area) => (area.isGroup ? { ...area, x: 500 } : area));
      expect(
        comesBackTo(
          away()
            .layout(10, 11, 12, 13, 14)
            .layout(...moved),
        ),
      ).toBe(13);
    });

    test('a place is forgotten when the next node in the group has focus', () => {
      const screen = away()
        .layout(13)
        .wish(10)
        .wish(20)
        .layout(card(77, 1, 360, 0));
      expect(screen.press('up').focused.node).toBe(10);
    });

    test('groups around the group remember the place as well', () => {
      const around = groupOf(9, 0, 0, 0, 1920, 80);
      const screen = rails()
        .layout(around, { ...groupOf(1, 9, 0, 0, 1920, 60) })
        .rules(9, { remember: true })
        .wish(13)
        .wish(20);
      expect(comesBackTo(screen.layout(13, card(13, 1, 900, 0), card(77, 1, 360, 0)))).toBe(77);
    });

    test('a fresh layout drops the nodes that are not in it', () => {
      const screen = away().freshLayout(...rail(1, 3, 0, 0), ...rail(2, 2, 0, 100));
      expect(comesBackTo(screen.layout(card(13, 1, 900, 0)))).toBe(10);
      expect(comesBackTo(away().freshLayout(...rail(1, 5, 0, 0), ...rail(2, 2, 0, 100)))).toBe(13);
    });

    test('a removed focused node loses focus although another has its number, and the page is told', () => {
      const screen = rails().press('right').press('right');
      expect(screen.layout(12, card(12, 3, 900, 200)).focused).toEqual({ node: 11, previous: 12, group: 1, cause: 'lost' });
      const alone = open()
        .layout(card(1, 0, 0, 0))
        .wait(1_000);
      expect(alone.layout(1, card(1, 0, 500, 0)).said).toMatchObject([{ fields: { node: 1, previous: 1, cause: 'lost' } }]);
    });

    test('a layer returns focus to the node at the old place, else to its neighbour, never to another node of that number', () => {
      const dialog = [groupOf(9, 0, 200, 300, 400, 200), card(91, 9, 220, 320)];
      const opened = () =>
        rails()
          .wish(12)
          .layout(...dialog)
          .pushLayer(9);
      expect(
        opened()
          .layout(12, card(12, 3, 900, 200))
          .popLayer(9).focused.node,
      ).toBe(11);
      expect(
        opened()
          .layout(12, card(12, 3, 900, 200), card(77, 1, 240, 0))
          .popLayer(9).focused.node,
      ).toBe(77);
      expect(
        opened()
          .layout(12, card(12, 3, 900, 200), card(77, 1, 240, 0))
          .wish(14)
          .popLayer(9).focused.node,
      ).toBe(14);
      const two = opened()
        .layout(groupOf(8, 0, 0, 600, 100, 60), card(81, 8, 0, 600))
        .pushLayer(8)
        .layout(12, card(12, 3, 900, 200), card(77, 1, 240, 0));
      expect(two.popLayer(9).popLayer(8).focused.node).toBe(77);
    });

    test('a wish that was granted to the former node, because scene was late, goes to the new node of that number', () => {
      expect(
        rails()
          .wish(31)
          .layout(31, card(31, 0, 900, 400)).focused,
      ).toMatchObject({ node: 31, group: 0, cause: 'wish' });
      // Later, or once the viewer has moved, it does not.
      expect(
        rails()
          .wish(31)
          .wait(251)
          .layout(31, card(31, 0, 900, 400)).focused,
      ).toMatchObject({ node: 30, cause: 'lost' });
      expect(
        rails()
          .wish(30)
          .press('right')
          .layout(31, card(31, 0, 900, 400)).focused,
      ).toMatchObject({ node: 30, cause: 'lost' });
      expect(
        rails()
          .wish(31)
          .layout(31)
          .layout(card(31, 0, 900, 400)).focused.node,
      ).toBe(30);
    });

    test('a snapshot keeps what is remembered', () => {
      const screen = away().layout(13, card(13, 1, 900, 0));
      const [rules] = screen.stage.state(focus).groups;
      expect(rules).toMatchObject({ group: 1, last: 0, placed: true, placeX: 410, placeY: 30 });
    });
  });
});
