/** Rectangles of focusable nodes: what is published, and nothing else. */
import { expect, test } from 'vitest';
import { scene } from '../../protocol/generated/scene.js';
import { animation, boxesIn, type LayoutChange, RED, type Screen } from './scene-screen.js';

export function focusableCases(open: () => Screen): void {
  const withBoxes = boxesIn(open);
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

  test('a node whose number went to another between two ticks counts as removed', () => {
    const screen = withRow();
    screen.tick();
    screen.commit({ removes: [2] });
    screen.add(2, 1, 'view', { width: 50, height: 40, focusable: 1 });
    expect(screen.tick().layout).toMatchObject({ changed: [{ node: 3 }, { node: 4 }, { node: 2, order: 2 }], removed: [2] });
    // At the same place, with nothing else changed.
    screen.commit({ removes: [2] });
    screen.add(2, 1, 'view', { width: 50, height: 40, focusable: 1 });
    expect(screen.tick().layout).toMatchObject({ changed: [{ node: 2, order: 2 }], removed: [2] });
    expect(screen.tick().layout).toBeNull();
    // A whole group, by a page that restarts.
    screen.commit({ replaces: true, creates: [{ node: 1, type: 'view' }], inserts: [{ parent: 0, node: 1, before: 0 }] });
    screen.set(1, { x: 10, y: 20, width: 300, height: 100, focusGroup: 1 });
    expect(screen.tick().layout).toMatchObject({ changed: [{ node: 1, isGroup: true }], removed: [1, 3, 4, 2] });
  });

  test('hiding a group takes its members along', () => {
    const screen = withRow();
    screen.tick();
    screen.set(1, { visible: 0 });
    expect(screen.tick().layout).toMatchObject({ changed: [], removed: [1, 2, 3, 4] });
  });

  test('a scrolling rail is published once, at the place where it will be', () => {
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

  test('after a movement is cancelled or replaced by a set, the resulting place is published', () => {
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

  test('a follower that lost track gets all rectangles', () => {
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
}
