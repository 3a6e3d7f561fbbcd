/** What a page says of a worker whose file does not load, of which a browser says nothing. */
import { afterEach, expect, test, vi } from 'vitest';
import { startThread } from '../../host-shim/browser/thread.js';

class FakeWorker {
  static last: FakeWorker;
  onerror = (_event: object): void => {};

  constructor() {
    FakeWorker.last = this;
  }
  terminate() {}
}

afterEach(() => vi.unstubAllGlobals());

const MISSING = 'could not be loaded: its file is missing or no JavaScript; npx tandem doctor --url PAGE finds which';
const FILE = new URL('https://tv.example/js.js');
/** As applications have it, so that bundlers find the file. */
const made = () => new Worker(new URL('./js-worker.js', 'https://tv.example'), { type: 'module' });

test.each<[what: string, entry: URL | (() => Worker), event: object, said: RegExp]>([
  ['a file that is missing', FILE, {}, new RegExp(`^the worker of VM js, https://tv\\.example/js\\.js, ${MISSING}$`)],
  [
    'a file that is named where the worker is made',
    made,
    {},
    new RegExp(`^the worker of VM js, .*new URL\\(.\\./js-worker\\.js.*, ${MISSING}$`),
  ],
  ['what it throws', FILE, { message: 'oh', filename: 'js-worker.js', lineno: 1, colno: 2 }, /^oh \(js-worker\.js:1:2\)$/],
])('%s', (_, entry, event, said) => {
  vi.stubGlobal('Worker', FakeWorker);
  const thread = startThread('js', entry as URL, '');
  const ends: string[] = [];
  thread.onEnd = (reason) => ends.push(reason);
  FakeWorker.last.onerror({ preventDefault() {}, ...event });
  expect(ends).toEqual([expect.stringMatching(said)]);
});
