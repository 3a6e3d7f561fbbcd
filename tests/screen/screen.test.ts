/** The words of `tandem/screen`, one by one: the messages that they make, and what they refuse. */
import { describe, expect, test } from 'vitest';
import { SCENE_NODES_MAX } from '../../protocol/messages/scene.js';
import { column, image, rail, row, SceneNode, Screen, ScreenError, type ScreenPort, text, view } from '../../ui/screen/index.js';
import type { Commit } from '../actors/scene-screen.js';

function open() {
  const said: [string, object][] = [];
  const port = { send: (message, fields) => said.push([`${message.ownerName}.${message.name}`, fields]) } as ScreenPort;
  const screen = new Screen(port);
  const commit = (): Commit => {
    screen.flush();
    return said.findLast(([name]) => name === 'scene.commit')?.[1] as Commit;
  };
  /** Properties of the next commit, by node. */
  const sets = () => {
    const all: Record<number, Record<string, number>> = {};
    for (const { node, property, value } of commit().sets) (all[node] ??= {})[property] = value;
    return all;
  };
  return { screen, said, commit, sets };
}

const failure = (work: () => unknown): { code: string; message: string } => {
  try {
    work();
  } catch (error) {
    if (error instanceof ScreenError) return { code: error.code, message: error.message };
    throw error;
  }
  throw new Error('nothing was refused');
};

test('words are the numbers of a commit', () => {
  const { screen, sets } = open();
  screen.add(
    column({ align: 'centre', justify: 'space between', width: 'auto', padding: 8, clip: true, visible: false, colour: '#12345678' }, [
      text('a', { textAlign: 'end', lines: 'all', lineHeight: 'auto', colour: '#ffd166' }),
      row({ absolute: true, focusGroup: true, colour: 0xff, opacity: undefined }),
    ]),
  );
  expect(sets()).toEqual({
    1: {
      ...{ layout: 2, align: 2, justify: 3, width: -1, clip: 1, visible: 0, colour: 0x12345678 },
      ...{ paddingLeft: 8, paddingTop: 8, paddingRight: 8, paddingBottom: 8 },
    },
    2: { textAlign: 2, lines: 0, lineHeight: -1, colour: 0xffd166ff },
    3: { layout: 1, absolute: 1, focusGroup: 1, colour: 0xff },
  });
});

test('a tree is added from its root down, in one commit; a node is its identity from then on', () => {
  const { screen, said, commit } = open();
  const title = text('Films');
  const poster = image('a.jpg');
  screen.add(view({}, [title, view({}, [poster])]));
  expect(commit()).toEqual({
    creates: ['view', 'text', 'view', 'image'].map((type, index) => ({ node: index + 1, type })),
    inserts: [0, 1, 1, 3].map((parent, index) => ({ parent, node: index + 1, before: 0 })),
    strings: [
      { node: 2, value: 'Films' },
      { node: 4, value: 'a.jpg' },
    ],
    ...{ sets: [], animations: [], cancels: [], removes: [], replaces: false },
  });
  screen.flush();
  expect(said).toHaveLength(1);
  screen.write(title, 'Series');
  screen.move(poster, screen.root, undefined);
  screen.animate(poster, 'opacity', 1, { durationMs: 100, from: 0, easing: 'linear', repeat: 'endless' });
  screen.cancel(title, 'x', 'end');
  expect(commit()).toMatchObject({
    inserts: [{ parent: 0, node: 4, before: 0 }],
    strings: [{ node: 2, value: 'Series' }],
    animations: [{ node: 4, property: 'opacity', from: 0, to: 1, durationMs: 100, delayMs: 0, x1: 0, y1: 0, x2: 1, y2: 1, repeat: -1 }],
    cancels: [{ node: 2, property: 'x', leave: 'end' }],
  });
  expect(screen.nodeOf(4)).toBe(poster);
});

test('what is removed takes its rules and its layers along', () => {
  const { screen, said, commit } = open();
  const films = rail({ items: ['a', 'b'], step: 100, fits: 4, card: () => view({ focusable: true }) });
  const dialog = column();
  screen.add(view({}, [films, dialog]));
  const [all] = screen.childrenOf(screen.root);
  screen.openLayer(dialog);
  expect(said).toEqual([
    ['focus.configureGroup', { group: 2, trap: 'none', remember: true, preferred: 0 }],
    ['focus.pushLayer', { group: 5, preferred: 0 }],
  ]);
  screen.remove(all);
  expect(said.slice(2)).toEqual([
    ['focus.forgetGroup', { group: 2 }],
    ['focus.popLayer', { group: 5 }],
  ]);
  expect(commit().removes).toEqual([1]);
  expect([all, films, dialog].map((node) => screen.has(node))).toEqual([false, false, false]);
  expect(screen.nodeOf(2)).toBeUndefined();
  films.hide();
  films.show();
  expect(films.shown.size).toBe(0);
});

test('a held picture leaves as a whole, without movement, and focus and layers after it', () => {
  const { screen, said, commit } = open();
  screen.replaceAll(true);
  const button = view({ focusable: true, ring: { colour: '#ffffff', scale: 2 } });
  const dialog = view({}, [button]);
  screen.add(dialog);
  screen.openLayer(dialog, button);
  screen.focus(button);
  screen.mark(button);
  screen.flush();
  expect(said).toEqual([]);
  screen.release();
  expect(said.map(([name]) => name)).toEqual(['scene.commit', 'focus.popLayer', 'focus.pushLayer', 'focus.focus']);
  const { replaces, animations, sets } = commit();
  expect([replaces, animations]).toEqual([true, []]);
  expect(sets).toContainEqual({ node: 2, property: 'scale', value: 2 });
});

test('a rail has nodes for the cards near its window alone', () => {
  const { screen, commit } = open();
  const films = rail({ items: Array.from({ length: 1000 }, (_, i) => i), step: 100, fits: 4, x: 40, offset: 500, card: () => view() });
  screen.add(films);
  expect([...films.shown.keys()]).toEqual([497, 498, 499, 500, 501, 502, 503, 504, 505, 506, 507, 508]);
  expect(commit().sets).toContainEqual({ node: 1, property: 'x', value: 40 - 500 * 100 });
  const card = films.cardAt(508)!;
  expect(films.focused(card)).toBe(true);
  expect(films.itemOf(card)).toBe(508);
  expect(films.offset).toBe(507);
  expect(films.cardAt(497)).toBeUndefined();
  expect(films.focused(view())).toBe(false);
  expect(films.itemOf(view())).toBeUndefined();
});

test('a list that scrolls downwards is a rail, too', () => {
  const { screen, commit } = open();
  const list = rail({ items: [1, 2, 3, 4], step: 50, fits: 2, direction: 'column', y: 10, card: () => view() });
  screen.add(list);
  commit();
  list.focused(list.cardAt(3)!);
  expect(commit().animations).toMatchObject([{ node: 1, property: 'y', to: 10 - 2 * 50 }]);
});

describe('what makes no sense is refused in words', () => {
  test.each([
    [{ align: 'center' }, 'align cannot be "center": it is one of "stretch", "start", "centre", "end"'],
    [{ layout: 2 }, 'layout cannot be 2: it is one of "absolute", "row", "column"'],
    [{ clip: 1 }, 'clip cannot be 1: it is true or false'],
    [{ colour: 'red' }, 'colour cannot be "red": it is a number 0xRRGGBBAA, or text as "#ffd166" or "#ffd166ff"'],
    [{ opacity: 2 }, 'opacity cannot be 2: it is a number from 0 to 1'],
    [{ x: Number.NaN }, 'x cannot be NaN: it is a finite number'],
    [{ width: -1 }, 'width cannot be -1: it is a number from 0, or "auto"'],
    [{ lines: 1.5 }, 'lines cannot be 1.5: it is a whole number up to 255, or "all"'],
    [{ padding: '8' }, 'paddingLeft cannot be "8": it is a number from 0'],
  ])('%o', (properties, message) => {
    expect(failure(() => view(properties as object))).toEqual({ code: 'value', message });
  });

  test('properties that are none, or cannot be animated', () => {
    expect(failure(() => view({ color: 1 } as object))).toMatchObject({
      code: 'property',
      message: /^a node has no property color: it has x, y, /,
    });
    const { screen } = open();
    const node = view();
    screen.add(node);
    const animate = (property: string, to: number, movement: object) => () =>
      screen.animate(node, property as 'x', to, movement as { durationMs: number });
    expect(failure(animate('clip', 1, { durationMs: 1 })).message).toBe(
      'clip cannot be animated: there is nothing between two of its values',
    );
    expect(failure(animate('x', 1, { durationMs: -1 })).message).toBe('durationMs cannot be -1: it is a number of milliseconds from 0');
    expect(failure(animate('x', 1, { durationMs: 1, easing: 'bouncy' })).message).toMatch(
      /^easing cannot be "bouncy": it is one of "linear", /,
    );
    expect(failure(animate('x', 1, { durationMs: 1, repeat: 0.5 })).message).toMatch(/^repeat cannot be 0.5: /);
  });

  test('nodes that are not there, or are there already', () => {
    const { screen, commit } = open();
    const node = view();
    expect(failure(() => screen.set(node, {}))).toEqual({
      code: 'absent',
      message: 'this view is not in the picture: it was not added, or was removed',
    });
    screen.add(node);
    expect(failure(() => screen.add(node))).toEqual({
      code: 'present',
      message: 'a view was added that is in the picture already, or was: make another',
    });
    const twice = text('a');
    expect(failure(() => screen.add(view({}, [twice, twice]))).code).toBe('present');
    expect(failure(() => screen.remove(screen.root)).code).toBe('value');
    expect(failure(() => screen.move(screen.root, node)).message).toBe('this view cannot be moved into itself');
    expect(failure(() => screen.add(text('a'), node, { before: node })).code).toBe('absent');
    expect(commit().creates).toEqual([{ node: 1, type: 'view' }]);
  });

  test('more than the actors can take', () => {
    const { screen, commit } = open();
    const many = (count: number) => Array.from({ length: count }, () => new SceneNode('view'));
    expect(failure(() => screen.add(view({}, many(SCENE_NODES_MAX))))).toEqual({
      code: 'nodes',
      message: '32769 more nodes are too many: a picture has 32768',
    });
    const nodes = many(17);
    screen.add(view({}, nodes));
    for (const node of nodes.slice(1)) screen.openLayer(node);
    expect(failure(() => screen.openLayer(nodes[0])).message).toBe('more than 16 layers are open: close one first');
    expect(commit().creates).toHaveLength(18);
    expect(failure(() => rail({ items: [], step: 0, fits: 1, card: () => view() })).message).toBe(
      'step of a rail cannot be 0: it is a number above 0',
    );
  });
});
