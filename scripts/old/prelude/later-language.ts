/**
 * What the language has since 2019, as far as the application uses it. Parts of our own, but for causes of errors: those of core-js bring along what
 * all of them need, which is ten times as much.
 */
require('core-js/modules/es.error.cause.js');

type Any = Record<string, unknown>;

function give(target: object, name: string, value: unknown): void {
  if (!(name in target)) Object.defineProperty(target, name, { value, configurable: true, writable: true });
}

function giveAll(target: object, values: Readonly<Any>): void {
  for (const name of Object.keys(values)) give(target, name, values[name]);
}

/** Index of the last that passes; -1 when none does. */
function lastIndex<T>(values: ArrayLike<T>, passes: (value: T, index: number, all: ArrayLike<T>) => unknown, self?: unknown): number {
  let index = values.length - 1;
  while (index >= 0 && !passes.call(self, values[index], index, values)) index--;
  return index;
}

/** Appends what is in lists within the list, so deep. */
function flattened(values: readonly unknown[], depth: number): unknown[] {
  const flat: unknown[] = [];
  for (const value of values) {
    if (Array.isArray(value) && depth > 0) flat.push(...flattened(value, depth - 1));
    else flat.push(value);
  }
  return flat;
}

giveAll(Array.prototype, {
  at(this: unknown[], index: number) {
    return this[index < 0 ? this.length + index : index];
  },
  findLast(this: unknown[], passes: () => unknown, self?: unknown) {
    return this[lastIndex(this, passes, self)];
  },
  findLastIndex(this: unknown[], passes: () => unknown, self?: unknown) {
    return lastIndex(this, passes, self);
  },
  flat(this: unknown[], depth = 1) {
    return flattened(this, depth);
  },
  flatMap(this: unknown[], change: (value: unknown) => unknown, self?: unknown) {
    return flattened(this.map(change, self), 1);
  },
});

const { hasOwnProperty: owns } = Object.prototype;
const ESCAPED = /[\\^$.*+?()[\]{}|]/g;

giveAll(String.prototype, {
  /** All at once, where the language gives one after another. */
  matchAll(this: string, pattern: RegExp) {
    if (!pattern.global) throw new TypeError('matchAll wants a global pattern');
    const matches: RegExpExecArray[] = [];
    const { lastIndex } = pattern;
    pattern.lastIndex = 0;
    for (let match = pattern.exec(this); match; match = pattern.exec(this)) {
      matches.push(match);
      if (match[0] === '') pattern.lastIndex++;
    }
    pattern.lastIndex = lastIndex;
    return matches[Symbol.iterator]();
  },
  replaceAll(this: string, pattern: string | RegExp, by: string) {
    return this.replace(typeof pattern === 'string' ? new RegExp(pattern.replace(ESCAPED, '\\$&'), 'g') : pattern, by);
  },
  trimStart(this: string) {
    return this.replace(/^\s+/, '');
  },
  trimEnd(this: string) {
    return this.replace(/\s+$/, '');
  },
});

giveAll(Object, {
  fromEntries(entries: Iterable<[string, unknown]>) {
    const object: Any = {};
    for (const [name, value] of Array.from(entries)) object[name] = value;
    return object;
  },
  hasOwn: (object: object, name: string) => owns.call(object, name),
});

give(Promise, 'allSettled', (promises: Iterable<unknown>) =>
  Promise.all(
    Array.from(promises, (promise) =>
      Promise.resolve(promise).then(
        (value) => ({ status: 'fulfilled', value }),
        (reason) => ({ status: 'rejected', reason }),
      ),
    ),
  ),
);

give(globalThis, 'queueMicrotask', (task: () => void) => {
  Promise.resolve()
    .then(task)
    .catch((error) =>
      setTimeout(() => {
        throw error;
      }),
    );
});
