/** Components of React and Solid that show what an actor owns, in a page: above all, what a person types without pause comes out whole. */
import { createElement, useState } from 'react';
import { createRoot, type Root } from 'react-dom/client';
import { createEffect, createRoot as createSolidRoot } from 'solid-js';
import { afterEach, beforeEach, expect, test } from 'vitest';
import { userEvent } from 'vitest/browser';
import { type Started, start } from '../../host-shim/browser/index.js';
import * as react from '../../ui/react.js';
import * as solid from '../../ui/solid.js';
import { createApplication } from './actors.js';

type Application = ReturnType<typeof createApplication>;

const ITEM = { name: 'tea', cents: 250, count: 2 };
let page: Started<Application>;
let stage: HTMLElement;
let root: Root | null = null;

beforeEach(async () => {
  page = await start(createApplication());
  stage = document.body.appendChild(document.createElement('div'));
});

afterEach(async () => {
  root?.unmount();
  root = null;
  stage.remove();
  await page.system.stop();
});

function showReact(component: () => unknown): void {
  root = createRoot(stage);
  root.render(createElement(component as () => React.ReactNode));
}

const input = () => stage.querySelector('input')!;
const shows = (text: string) => expect.poll(() => stage.querySelector('output')?.textContent).toBe(text);
const isOwned = (note: string) => expect.poll(() => page.basket.state.getSnapshot()?.note).toBe(note);

/** Types in the middle of what is there. */
async function typeInTheMiddle(): Promise<void> {
  await userEvent.click(input());
  await userEvent.keyboard('golden winter');
  expect(input().value).toBe('golden winter');
  await isOwned('golden winter');
  input().setSelectionRange(6, 6);
  await userEvent.keyboard(' old');
  expect(input().value).toBe('golden old winter');
  await isOwned('golden old winter');
  expect([input().value, input().selectionStart]).toEqual(['golden old winter', 10]);
}

test('React: what is typed without pause comes out whole, with the caret where it was', async () => {
  showReact(() => {
    const note = react.useTandem(page.basket, (state) => state?.note ?? '');
    return createElement(
      'input',
      react.useEcho(note, (note) => page.basket.write({ note, rank: 'low' })),
    );
  });
  await expect.poll(input).not.toBeNull();
  await typeInTheMiddle();
  page.basket.write({ note: 'from elsewhere', rank: 'low' });
  await expect.poll(() => input().value).toBe('from elsewhere');
});

test('React: states, topics and requests', async () => {
  const heard: number[] = [];
  showReact(() => {
    const [name, setName] = useState('tea');
    const cents = react.useTandem(page.basket, (state) => state?.cents ?? 0);
    const newest = react.useTopic(page.basket, 'changed', (fields) => void heard.push(fields.cents));
    const found = react.useRequest(page.basket.find, { name });
    const text = `${cents} ${newest?.items.length ?? 0} ${found.pending ? '…' : found.data?.count}`;
    return [
      createElement('output', { key: 1 }, text),
      createElement('button', { key: 2, type: 'button', id: 'again', onClick: found.again }),
      createElement('button', { key: 3, type: 'button', id: 'other', onClick: () => setName('none') }),
    ];
  });
  await shows('0 0 0');
  page.basket.add(ITEM);
  await shows('500 1 0');
  stage.querySelector<HTMLElement>('#again')!.click();
  await shows('500 1 2');
  stage.querySelector<HTMLElement>('#other')!.click();
  await shows('500 1 0');
  expect(heard).toEqual([500]);
});

test('Solid: what is typed without pause comes out whole; states and requests', async () => {
  const [field, output] = [document.createElement('input'), document.createElement('output')];
  stage.append(field, output);
  const dispose = createSolidRoot((dispose) => {
    const state = solid.useTandem(page.basket);
    const newest = solid.useTopic(page.basket, 'changed');
    const total = solid.useRequest(page.basket.total, () => ({ ...(newest() && {}) }));
    const note = solid.useEcho(
      () => state()?.note ?? '',
      (note) => page.basket.write({ note, rank: 'low' }),
    );
    field.addEventListener('input', () => note.onInput({ currentTarget: field }));
    field.addEventListener('blur', note.onBlur);
    createEffect(() => {
      if (field.value !== note.value) field.value = note.value;
    });
    createEffect(() => {
      output.textContent = `${state()?.cents ?? 0} ${newest()?.items.length ?? 0} ${total.data()?.cents}`;
    });
    return dispose;
  });
  await shows('0 0 0');
  await typeInTheMiddle();
  page.basket.add(ITEM);
  await shows('500 1 0');
  dispose();
});
