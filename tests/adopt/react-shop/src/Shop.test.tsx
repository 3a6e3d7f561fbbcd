import { createRoot } from 'react-dom/client';
import { afterAll, beforeAll, expect, test, vi } from 'vitest';
import { Shop } from './Shop';

const stage = document.body.appendChild(document.createElement('div'));
const root = createRoot(stage);
beforeAll(() => root.render(<Shop />));
afterAll(() => root.unmount());

const click = (name: string) =>
  vi.waitFor(() => {
    const button = [...stage.querySelectorAll('button')].find(({ textContent }) => textContent?.startsWith(name));
    if (!button) throw new Error(`there is no button ${name}`);
    button.click();
  });
const shows = (...lines: string[]) =>
  vi.waitFor(() => expect([...stage.querySelectorAll('li')].map((line) => line.firstChild?.textContent)).toEqual(lines));
const costs = (price: string) => vi.waitFor(() => expect(stage.querySelector('output')?.textContent).toBe(price));

test('it begins empty', () => costs('€ 0.00'));

test('what is added is in the basket, with its price', async () => {
  await click('Add tea');
  await click('Add cup');
  await click('Add tea');
  await shows('2 × tea', '1 × cup');
  await costs('€ 14.90');
});

test('what is removed is gone', async () => {
  await click('Remove tea');
  await shows('1 × cup');
  await costs('€ 9.90');
});
