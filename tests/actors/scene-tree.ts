/** The tree: how changes affect the paint order, and which of them make no sense. */
import { expect, test } from 'vitest';
import { SCENE_NODES_MAX } from '../../protocol/messages/scene.js';
import { animation, boxesIn, itemOf, RED, type Screen, setsOf } from './scene-screen.js';

export function treeCases(open: () => Screen): void {
  const withBoxes = boxesIn(open);
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

  test('a new node is outside of the tree, and invisible', () => {
    const screen = three();
    screen.commit({ creates: [{ node: 9, type: 'view' }], sets: setsOf(9, { width: 5, height: 5, colour: RED }) });
    expect(order(screen)).toEqual([2, 3, 4]);
  });

  test('after the last child was removed, the next one follows the child before it', () => {
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

  test('a reused handle starts with the defaults', () => {
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

  test('each change that makes no sense is counted and skipped, and the rest applies', () => {
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
}
