/** Invisible changes: an equal picture is not sent again, and an animation without visible effect is no movement. */
import { expect, test } from 'vitest';
import { scene } from '../../protocol/generated/scene.js';
import { animation, type Commit, RED, Screen, setsOf } from './scene-screen.js';

const ENDLESS = { from: 0.1, repeat: -1, durationMs: 400 };
const SECOND = 60;

/** A visible blue box 1, and a red one 2 in the group 3. */
function withBoxInGroup(open: () => Screen): Screen {
  const screen = open();
  screen.add(1, 0, 'view', { width: 50, height: 50, colour: 0x0000ffff });
  screen.add(3, 0, 'view', { x: 100, width: 200, height: 200 });
  screen.add(2, 3, 'view', { width: 20, height: 20, colour: RED });
  return screen;
}

const pictures = (screen: Screen, ticks = SECOND) =>
  Array.from({ length: ticks }, () => screen.tick(17).picture).filter((picture) => picture !== null);

export function unseenCases(open: () => Screen): void {
  const opened = () => withBoxInGroup(open);

  test.each<[string, (screen: Screen) => void]>([
    ['is transparent', (screen) => screen.set(2, { opacity: 0 })],
    ['is in a transparent group', (screen) => screen.set(3, { opacity: 0 })],
    ['is not visible', (screen) => screen.set(2, { visible: 0 })],
    ['is in a group that is not visible', (screen) => screen.set(3, { visible: 0 })],
    ['is off the screen', (screen) => screen.set(3, { x: 3000 })],
    ['is clipped away', (screen) => screen.commit({ sets: [...setsOf(3, { clip: 1 }), ...setsOf(2, { x: 300 })] })],
    ['has no area', (screen) => screen.set(2, { height: 0 })],
    ['is in a group without scale', (screen) => screen.set(3, { scale: 0 })],
    ['has no colour', (screen) => screen.set(2, { colour: 0xff000000 })],
    ['is not in the tree', (screen) => screen.commit({ creates: [{ node: 4, type: 'view' }] })],
  ])('an endless animation of a node that %s sends nothing and is no movement', (what, hide) => {
    const screen = opened();
    hide(screen);
    expect(screen.picture().animating).toBe(false);
    const node = what === 'is not in the tree' ? 4 : 2;
    const properties = ['y', 'scale', 'radius', 'width'] as const;
    screen.commit({ animations: properties.map((property) => animation(node, property, what === 'has no area' ? 0.2 : 1, ENDLESS)) });
    expect(pictures(screen)).toEqual([]);
    // Another change gives one picture, which says that nothing moves.
    screen.set(1, { x: 5 });
    expect(pictures(screen)).toMatchObject([{ animating: false }]);
  });

  test('an endless visible animation changes every picture, and none once it is hidden', () => {
    const screen = opened();
    screen.commit({ animations: [animation(2, 'x', 20, ENDLESS)] });
    expect(pictures(screen)).toHaveLength(SECOND);
    screen.set(3, { opacity: 0 });
    expect(pictures(screen)).toMatchObject([{ animating: false }]);
    screen.set(3, { opacity: 1 });
    expect(pictures(screen, 3)).toMatchObject([{ animating: true }, { animating: true }, { animating: true }]);
  });

  test.each<[string, Partial<Commit>]>([
    ['fades in', { animations: [animation(2, 'opacity', 1, { from: 0 })] }],
    ['grows from nothing', { animations: [animation(2, 'scale', 1, { from: 0 })] }],
    ['gets a width', { animations: [animation(2, 'width', 30, { from: 0 })] }],
    ['gets a colour', { animations: [animation(2, 'colour', RED, { from: 0 })] }],
    ['slides in', { animations: [animation(3, 'x', 0, { from: 4000 })] }],
    ['fades in with its group', { animations: [animation(3, 'opacity', 1, { from: 0 })] }],
  ])('what %s moves from the first picture on', (_how, commit) => {
    const screen = opened();
    screen.commit(commit);
    expect(screen.picture().animating).toBe(true);
  });

  test('a node that waits to fade in counts as moving all the while', () => {
    const screen = opened();
    screen.set(2, { opacity: 0 });
    screen.commit({ animations: [animation(2, 'opacity', 1, { delayMs: 500 })] });
    expect(screen.picture().animating).toBe(true);
    expect(pictures(screen, 20)).toEqual([]);
    expect(screen.picture(200)).toMatchObject({ animating: true });
  });

  test('an invisible spacer moves the nodes after it', () => {
    const screen = opened();
    screen.add(4, 0, 'view', { layout: 1, width: 500, height: 50 });
    screen.add(5, 4, 'view', { width: 10, height: 10 });
    screen.add(6, 4, 'view', { width: 10, height: 10, colour: RED });
    screen.commit({ animations: [animation(5, 'width', 100, { from: 10, repeat: -1 })] });
    expect(pictures(screen, 5).every(({ animating }) => animating)).toBe(true);
    screen.set(6, { visible: 0 });
    expect(pictures(screen)).toMatchObject([{ animating: false }]);
  });

  test.each<[string, (screen: Screen) => void]>([
    ['moves what is off the screen', (screen) => screen.set(4, { x: 5001 })],
    ['moves a node there and back', (screen) => screen.commit({ sets: [...setsOf(1, { x: 9 }), ...setsOf(1, { x: 0 })] })],
    ['gives a text another one and its own again', (screen) => setText(screen, 5, 'Aliens', 'Alien')],
    ['gives a hidden text another one', (screen) => setText(screen, 6, 'Aliens')],
    ['takes a node that nobody sees', (screen) => screen.commit({ removes: [4] })],
    ['changes less than a picture can say', (screen) => screen.set(1, { opacity: 1 - 1e-12 })],
    ['names what is there again', (screen) => again(screen)],
  ])('a commit that %s sends no picture', (_what, change) => {
    const screen = opened();
    screen.add(4, 0, 'view', { x: 5000, width: 10, height: 10, colour: RED });
    screen.add(5, 0, 'text', { y: 200, width: 100, height: 30 }, 'Alien');
    screen.add(6, 0, 'text', { opacity: 0 }, 'Alien');
    screen.tick();
    change(screen);
    expect(screen.tick().picture).toBeNull();
    expect(pictures(screen)).toEqual([]);
  });

  test.each([
    [1, 'Alien', 'text'],
    [2, 'alien.jpg', 'image'],
  ] as const)('another string is another picture, though its item is the same: %i', (node, value, type) => {
    const screen = open();
    screen.add(node, 0, type, { width: 100, height: 30, colour: RED }, value);
    screen.tick();
    setText(screen, node, `${value}2`);
    expect(screen.tick()).toMatchObject({ picture: { items: [{ node }] }, strings: new Map([[node, `${value}2`]]) });
  });

  test('an empty display gets everything, and then nothing', () => {
    const screen = opened();
    screen.add(5, 0, 'text', { width: 100, height: 30 }, 'Alien');
    screen.tick();
    setText(screen, 5, 'Aliens');
    screen.stage.send(scene.receives.redraw, {});
    setText(screen, 5, 'Alien');
    expect(screen.tick()).toMatchObject({ picture: {}, strings: new Map([[5, 'Alien']]) });
    expect(pictures(screen)).toEqual([]);
    screen.commit({ removes: [1, 3, 5] });
    screen.tick();
    screen.stage.send(scene.receives.redraw, {});
    expect(screen.tick().picture).toMatchObject({ items: [] });
  });

  test.each([
    ['rests', false],
    ['has changed to and fro', true],
  ] as const)('a scene that was restored knows what the display has: it %s', (_how, changes) => {
    const screen = opened();
    screen.add(5, 0, 'text', { width: 100, height: 30 }, 'Alien');
    screen.tick();
    if (changes) setText(screen, 5, 'Aliens');
    const restored = new Screen(open().stage.instance);
    restored.stage.instance.restore(screen.stage.instance.snapshot().slice());
    if (changes) setText(restored, 5, 'Alien');
    else restored.set(1, { x: 0 });
    restored.set(3, { x: 200 });
    restored.set(3, { x: 100 });
    expect(restored.tick()).toMatchObject({ picture: null, layout: null });
  });
}

const setText = (screen: Screen, node: number, ...values: string[]): void => {
  for (const value of values) screen.commit({ strings: [{ node, value }] });
};

/** The same nodes by the same handles. */
function again(screen: Screen): void {
  screen.commit({ removes: [5] });
  screen.add(5, 0, 'text', { y: 200, width: 100, height: 30 }, 'Alien');
  screen.commit({ inserts: [{ parent: 0, node: 6, before: 0 }] });
}
