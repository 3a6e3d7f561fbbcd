/** The five actors without the television: an application that is written in the words of `tandem/screen` alone, on the simulation. */
import { expect, test } from 'vitest';
import { openFilms, ringIn, textsIn } from './films-application.js';

test('a rail: its cards are in the picture, focus moves by keys, and the rail moves with it', async () => {
  const { picture, press, portErrors } = await openFilms();
  expect(textsIn(picture)).toMatchObject({ Films: [48, 48], 'Film 1': [48 - 10, 115 - 6], 'Film 2': [268, 115] });
  expect(ringIn(picture)).toBe('Film 1');
  await press('right', 'right', 'right');
  expect(ringIn(picture)).toBe('Film 4');
  expect(textsIn(picture)['Film 4']).toEqual([268 - 10, 115 - 6]);
  expect(portErrors).toEqual([]);
});

test('in a safe area all is inset but the background, also after a restart, and an area of nothing is refused', async () => {
  const { system, host, picture, page, frames, press, portErrors } = await openFilms({
    safeArea: { left: 64, top: 36, right: 32, bottom: 18 },
  });
  const inset = { Films: [48 + 64, 48 + 36], 'Film 1': [48 - 10 + 64, 115 - 6 + 36], 'Film 2': [268 + 64, 115 + 36] };
  const background = () => {
    const { x, y, width, height } = picture.itemAt(0);
    return [x, y, width, height];
  };
  expect(textsIn(picture)).toMatchObject(inset);
  expect([page().area, background()]).toEqual([{ width: 1184, height: 666 }, [0, 0, 1280, 720]]);
  await press('right', 'enter', 'back', 'left');
  expect(textsIn(picture)).toMatchObject(inset);
  await host.until(system.crash('page'));
  await frames(60);
  expect(textsIn(picture)).toMatchObject(inset);
  expect([background(), portErrors]).toEqual([[0, 0, 1280, 720], []]);
  await expect(openFilms({ safeArea: { left: 640, top: 0, right: 640, bottom: 0 } })).rejects.toThrow();
});

test('a modal has focus to itself; Back closes it, and focus is where it was', async () => {
  const { picture, press } = await openFilms();
  await press('right', 'enter');
  expect(Object.keys(textsIn(picture))).toContain('More');
  expect(ringIn(picture)).toBe('More');
  await press('left');
  expect(ringIn(picture)).toBe('Play');
  await press('up', 'up', 'left');
  expect(ringIn(picture)).toBe('Play');
  await press('back');
  expect(Object.keys(textsIn(picture))).not.toContain('More');
  expect(ringIn(picture)).toBe('Film 2');
});

test('another screen, and back to the card that had focus', async () => {
  const { picture, press } = await openFilms();
  await press('right', 'right', 'enter', 'enter');
  expect(textsIn(picture)).toEqual({ 'Film 3': [48, 48], Play: [48 - 10, expect.any(Number)] });
  expect(ringIn(picture)).toBe('Play');
  await press('back');
  expect(ringIn(picture)).toBe('Film 3');
});

test('a page that ends while a modal is open begins without it: focus is on a card of the new picture, and moves', async () => {
  const { system, host, picture, press, frames, portErrors } = await openFilms();
  await press('right', 'enter');
  expect(ringIn(picture)).toBe('More');
  await host.until(system.crash('page'));
  await press('up');
  await frames(60);
  expect(system.ports.find(({ port }) => port === 'page')).toMatchObject({ state: 'running', epoch: 2 });
  expect(Object.keys(textsIn(picture))).not.toContain('More');
  expect(ringIn(picture)).toBe('Film 2');
  await press('right');
  expect(ringIn(picture)).toBe('Film 3');
  expect(portErrors).toEqual([]);
});
