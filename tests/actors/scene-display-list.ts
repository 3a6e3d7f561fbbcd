/** Display list and strings: which items they have, with which numbers, and when they are sent. */
import { expect, test } from 'vitest';
import { scene } from '../../protocol/generated/scene.js';
import { SCENE_STRING_LENGTH_MAX } from '../../protocol/messages/scene.js';
import { DISPLAY_ITEMS_MAX } from '../../protocol/ports/display.js';
import { boxesIn, boxOf, itemOf, RED, type Screen, setsOf } from './scene-screen.js';

export function displayListCases(open: () => Screen): void {
  const withBoxes = boxesIn(open);
  test('a tick after which nothing changed sends nothing', () => {
    const screen = withBoxes({ width: 300, height: 100 }, [[10, 10]]);
    expect(screen.tick().picture).not.toBeNull();
    expect(screen.tick()).toMatchObject({ picture: null, strings: new Map(), layout: null });
    screen.set(2, { x: 0 });
    expect(screen.tick().picture).toBeNull();
    screen.set(2, { x: 1 });
    expect(screen.tick().picture).not.toBeNull();
  });

  test('an item has all that is needed to paint it', () => {
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

  test('only visible nodes are listed: with a colour, a text or a source, on the screen and with a size', () => {
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

  test('a child may lie outside of its parent', () => {
    const screen = open();
    screen.add(1, 0, 'view', { x: -100, width: 10, height: 10, colour: RED });
    screen.add(2, 1, 'view', { x: 150, width: 10, height: 10, colour: RED });
    expect(screen.picture().items.map(({ node }) => node)).toEqual([2]);
  });

  test('scale has its origin in the centre and applies to the subtree', () => {
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

  test('a node that clips shows only the parts of its children that are inside it', () => {
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

  test('each string is sent once, before the picture that needs it, and again when it changes', () => {
    const screen = open();
    screen.add(1, 0, 'text', {}, 'Alien');
    screen.add(2, 0, 'image', { width: 9, height: 9 }, 'alien.jpg');
    const sent = screen.stage.send(scene.receives.tick, { frame: 1, timeMicros: 1 });
    expect(sent.map(({ name }) => name)).toEqual(['display.strings', 'display.displayList', 'display.rest']);
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

  test('the string of a removed node is forgotten', () => {
    const screen = open();
    screen.add(1, 0, 'text', {}, 'Alien');
    screen.tick();
    screen.commit({ removes: [1] });
    expect(screen.tick().strings).toEqual(new Map([[1, '']]));
  });

  test('the strings of a full scene are sent in several messages, and further ones are left out', () => {
    const screen = open();
    const most = SCENE_STRING_LENGTH_MAX / 4096;
    for (let node = 1; node <= most; node++) screen.add(node, 0, 'text', {}, String(node).padEnd(4096, 'x'));
    expect(screen.state.rejected).toBe(0);
    screen.add(most + 1, 0, 'text', {}, 'y');
    expect(screen.state.rejected).toBe(1);
    screen.commit({ removes: [1] });
    screen.commit({ strings: [{ node: most + 1, value: 'z'.repeat(4096) }] });
    expect(screen.state.rejected).toBe(1);
    expect(screen.tick().strings.size).toBe(most + 1);
  });

  test('redraw sends all strings and the picture again', () => {
    const screen = open();
    screen.add(1, 0, 'text', {}, 'Alien');
    const first = screen.tick();
    screen.stage.send(scene.receives.redraw, {});
    const again = screen.tick();
    expect(again.strings).toEqual(first.strings);
    expect(again.picture).toEqual({ ...first.picture, frame: 2 });
    expect(again.layout).toBeNull();
  });

  test('a picture has a bounded number of items, and counts the others', () => {
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
}
