/** Animations: their clock, their easing, and how they end. */
import { expect, test } from 'vitest';
import { animation, boxesIn, boxOf, itemOf, type Screen } from './scene-screen.js';

export function animationCases(open: () => Screen): void {
  const withBoxes = boxesIn(open);
  const withBox = (): Screen => withBoxes({ width: 300, height: 100 }, [[10, 10]]);
  const x = (screen: Screen, afterMs: number): number => itemOf(screen.picture(afterMs), 2).x;
  const animating = (screen: Screen, afterMs: number): boolean | undefined => screen.tick(afterMs).picture?.animating;

  test('it runs from the first tick to its end, and then stands still', () => {
    const screen = withBox();
    screen.commit({ animations: [animation(2, 'x', 100)] });
    expect(screen.picture(16)).toMatchObject({ animating: true });
    expect(x(screen, 25)).toBe(25);
    expect(x(screen, 50)).toBe(75);
    const last = screen.picture(50);
    expect(itemOf(last, 2).x).toBe(100);
    expect(last.animating).toBe(false);
    expect(screen.tick().picture).toBeNull();
  });

  test('it starts from the current value, or from a given one', () => {
    const screen = withBox();
    screen.set(2, { x: 50 });
    screen.commit({ animations: [animation(2, 'x', 100)] });
    screen.tick();
    expect(x(screen, 50)).toBe(75);
    screen.commit({ animations: [animation(2, 'x', 100, { from: 0 })] });
    expect(x(screen, 16)).toBe(0);
    expect(x(screen, 50)).toBe(50);
  });

  test('a delay comes first: the property keeps its value, and the start is read when the delay is over', () => {
    const screen = withBox();
    screen.commit({ animations: [animation(2, 'x', 100, { delayMs: 200 }), animation(2, 'y', 9, { from: 1, delayMs: 200 })] });
    expect(itemOf(screen.picture(), 2)).toMatchObject({ x: 0, y: 0 });
    expect(screen.tick(199).picture).toBeNull();
    expect(itemOf(screen.picture(51), 2)).toMatchObject({ x: 50, y: 5 });
  });

  test('the picture says that an animation is waiting, although nothing moves yet', () => {
    const screen = withBox();
    screen.tick();
    screen.commit({ animations: [animation(2, 'x', 100, { delayMs: 200 })] });
    expect(animating(screen, 16)).toBe(true);
    screen.commit({ cancels: [{ node: 2, property: 'x', leave: 'current' }] });
    expect(animating(screen, 16)).toBe(false);
  });

  test('it repeats as often as asked', () => {
    const screen = withBox();
    screen.commit({ animations: [animation(2, 'x', 100, { repeat: 1 })] });
    screen.tick();
    expect(x(screen, 75)).toBe(75);
    expect(x(screen, 50)).toBe(25);
    expect(x(screen, 75)).toBe(100);
    expect(screen.tick(1000).picture).toBeNull();
  });

  test('it repeats without end', () => {
    const screen = withBox();
    screen.commit({ animations: [animation(2, 'x', 100, { repeat: -1 })] });
    screen.tick();
    expect(x(screen, 1_000_025)).toBe(25);
    expect(animating(screen, 1)).toBe(true);
  });

  test('one without duration ends at its first tick, even if it repeats without end', () => {
    const screen = withBox();
    screen.commit({ animations: [animation(2, 'x', 100, { durationMs: 0, repeat: -1 })] });
    expect(screen.picture()).toMatchObject({ animating: false });
  });

  test.each([
    ['ease', [0.25, 0.1, 0.25, 1], 0.8024],
    ['ease-in', [0.42, 0, 1, 1], 0.31536],
    ['ease-out', [0, 0, 0.58, 1], 0.68464],
    ['ease-in-out', [0.42, 0, 0.58, 1], 0.5],
    ['overshoot', [0.34, 1.56, 0.64, 1], 1.08778],
    ['steep', [0, 1, 0, 1], 0.99122],
    ['flat in the middle', [1, 0, 0, 1], 0.5],
    ['linear', [0, 0, 1, 1], 0.5],
  ] as const)('%s half way is where CSS has it', (_name, [x1, y1, x2, y2], value) => {
    const screen = withBox();
    screen.commit({ animations: [animation(2, 'x', 1000, { x1, y1, x2, y2 })] });
    screen.tick();
    expect(x(screen, 50) / 1000).toBeCloseTo(value, 3);
  });

  test('an overshoot stays within the property’s bounds', () => {
    const screen = withBox();
    screen.commit({ animations: [animation(2, 'opacity', 0.2, { x1: 0.34, y1: 1.56, x2: 0.64, y2: 1 })] });
    screen.set(2, { x: 1 });
    screen.commit({ animations: [animation(2, 'opacity', 1, { from: 0, x1: 0.34, y1: 1.56, x2: 0.64, y2: 1 })] });
    screen.tick();
    expect(itemOf(screen.picture(50), 2).opacity).toBe(1);
  });

  test('colours are mixed channel by channel', () => {
    const screen = withBox();
    screen.commit({ animations: [animation(2, 'colour', 0x00ff0001, { from: 0xff0000ff })] });
    screen.tick();
    expect(itemOf(screen.picture(50), 2).colour).toBe(0x80800080);
  });

  test('an animated layout property moves the nodes after it', () => {
    const screen = withBoxes({ width: 300, height: 100 }, [
      [10, 10],
      [10, 10],
    ]);
    screen.commit({ animations: [animation(2, 'width', 110)] });
    screen.tick();
    expect(boxOf(screen.picture(50), 3)).toEqual([60, 0, 10, 10]);
  });

  test('a later animation of the property replaces the earlier one and starts from its present value', () => {
    const screen = withBox();
    screen.commit({ animations: [animation(2, 'x', 100), animation(2, 'y', 50)] });
    screen.tick();
    screen.tick(50);
    screen.commit({ animations: [animation(2, 'x', 0)] });
    const picture = screen.picture(16);
    expect(itemOf(picture, 2)).toMatchObject({ x: 50, y: 33 });
    expect(itemOf(screen.picture(50), 2)).toMatchObject({ x: 25, y: 50 });
  });

  test('setting the property ends its animation', () => {
    const screen = withBox();
    screen.commit({ animations: [animation(2, 'x', 100)] });
    screen.tick();
    screen.tick(50);
    screen.set(2, { x: 7 });
    expect(x(screen, 16)).toBe(7);
    expect(screen.tick().picture).toBeNull();
  });

  test.each([
    ['current', 50],
    ['end', 100],
  ] as const)('cancelled, it is left at its %s', (leave, value) => {
    const screen = withBox();
    screen.commit({ animations: [animation(2, 'x', 100)] });
    screen.tick();
    screen.tick(50);
    screen.commit({ cancels: [{ node: 2, property: 'x', leave }] });
    const picture = screen.picture(16);
    expect(itemOf(picture, 2).x).toBe(value);
    expect(picture.animating).toBe(false);
  });

  test('removing a node ends its animations, and leaves those of others', () => {
    const screen = withBoxes({ width: 300, height: 100 }, [
      [10, 10],
      [10, 10],
    ]);
    screen.commit({ animations: [animation(2, 'x', 100), animation(3, 'y', 100), animation(2, 'y', 100)] });
    screen.tick();
    screen.commit({ removes: [2] });
    const picture = screen.picture(50);
    expect(boxOf(picture, 3)).toEqual([0, 50, 10, 10]);
    expect(picture.animating).toBe(true);
    expect(screen.picture(50).animating).toBe(false);
  });

  test('time that goes back moves nothing', () => {
    const screen = withBox();
    screen.commit({ animations: [animation(2, 'x', 100)] });
    screen.tick();
    expect(x(screen, 50)).toBe(50);
    expect(screen.tick(-1000).picture).toBeNull();
    expect(x(screen, 1010)).toBe(60);
  });
}
