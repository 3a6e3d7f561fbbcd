/** What a page says of a worker whose file does not load, of which a browser says nothing. */
import { afterEach, expect, test, vi } from 'vitest';
import { startThread } from '../../host-shim/browser/thread.js';

afterEach(() => vi.unstubAllGlobals());

test.each<[what: string, event: object, said: string]>([
  [
    'a file that is missing',
    {},
    'the worker of VM js could not be loaded: its file is missing or no JavaScript; npx tandem doctor --url PAGE finds which',
  ],
  ['what it throws', { message: 'oh', filename: 'js-worker.js', lineno: 1, colno: 2 }, 'oh (js-worker.js:1:2)'],
])('%s', (_, event, said) => {
  const worker = { onerror: (_event: object) => {}, terminate: () => {} };
  const thread = startThread('js', (() => worker) as never, '');
  const ends: string[] = [];
  thread.onEnd = (reason) => ends.push(reason);
  worker.onerror({ preventDefault() {}, ...event });
  expect(ends).toEqual([said]);
});
