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
