/**
 * The platform's functions for the clock and for chance, while a piece of code runs: each of its calls is answered by somebody else, who may note it and
 * give the platform's own answer, or give another one.
 *
 * The catch: who has kept such a function, as in `const { random } = Math`, is not noticed.
 */
import type { ChanceGuard } from '../../actors/contract/instance.js';

type Callable = (...input: unknown[]) => unknown;

/** Objects and the functions on them, by the names that a person knows. */
const WATCHED: readonly (readonly [object: () => object | undefined, name: string, shown: string])[] = [
  [() => Math, 'random', 'Math.random'],
  [() => globalThis.performance, 'now', 'performance.now'],
  [() => globalThis.crypto, 'getRandomValues', 'crypto.getRandomValues'],
  [() => globalThis.crypto, 'randomUUID', 'crypto.randomUUID'],
];

/** Answers a call. @param shown its name, for example `Date.now` @param own gives the platform's answer; of each way to a date, its milliseconds */
export type Answer = (shown: string, own: () => unknown) => unknown;

function replace(object: object | undefined, name: string, shown: string, answer: Answer): () => void {
  const original = (object as Record<string, Callable | undefined> | undefined)?.[name];
  if (!object || !original) return () => {};
  const own = Object.getOwnPropertyDescriptor(object, name);
  const value = (...input: unknown[]) => answer(shown, () => original.apply(object, input));
  if (!Reflect.defineProperty(object, name, { value, configurable: true, writable: true, enumerable: own?.enumerable ?? false }))
    return () => {};
  return () => {
    if (own) Object.defineProperty(object, name, own);
    else Reflect.deleteProperty(object, name);
  };
}

/** `new Date()` without anything is the clock; with a time it is not. */
function replaceDate(answer: Answer): () => void {
  // An engine without proxies cannot tell; the same code is looked at on all others.
  if (typeof Proxy !== 'function') return () => {};
  const RealDate = globalThis.Date;
  const now = (shown: string) => answer(shown, () => RealDate.now()) as number;
  const dateNow = () => now('Date.now');
  globalThis.Date = new Proxy(RealDate, {
    construct: (target, input, made) =>
      Reflect.construct(target, input.length > 0 ? input : [now('new Date()')], made === globalThis.Date ? target : made),
    apply: (target) => new target(now('Date()')).toString(),
    get: (target, name) => (name === 'now' ? dateNow : Reflect.get(target, name)),
  });
  return () => {
    globalThis.Date = RealDate;
  };
}

/** Only for work that does not wait: nothing else runs meanwhile. */
export function withAnswers<T>(work: () => T, answer: Answer): T {
  const restores = [replaceDate(answer), ...WATCHED.map(([object, name, shown]) => replace(object(), name, shown, answer))];
  try {
    return work();
  } finally {
    for (const restore of restores) restore();
  }
}

export const chanceGuard: ChanceGuard = (run, looked) =>
  withAnswers(run, (shown, own) => {
    looked(shown);
    return own();
  });
