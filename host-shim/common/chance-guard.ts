/**
 * Notices when a piece of code looks at the clock or at chance: while it runs, the platform's functions for that tell before they answer.
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

function watch(object: object | undefined, name: string, tell: () => void): () => void {
  const original = (object as Record<string, Callable | undefined> | undefined)?.[name];
  if (!object || !original) return () => {};
  const own = Object.getOwnPropertyDescriptor(object, name);
  const value = (...input: unknown[]) => {
    tell();
    return original.apply(object, input);
  };
  if (!Reflect.defineProperty(object, name, { value, configurable: true, writable: true, enumerable: own?.enumerable ?? false }))
    return () => {};
  return () => {
    if (own) Object.defineProperty(object, name, own);
    else Reflect.deleteProperty(object, name);
  };
}

/** `new Date()` without anything is the clock; with a time it is not. */
function watchDate(looked: (at: string) => void): () => void {
  const RealDate = globalThis.Date;
  const now = () => {
    looked('Date.now');
    return RealDate.now();
  };
  globalThis.Date = new Proxy(RealDate, {
    construct(target, input, made) {
      if (input.length === 0) looked('new Date()');
      return Reflect.construct(target, input, made === globalThis.Date ? target : made);
    },
    apply(target) {
      looked('Date()');
      return target();
    },
    get: (target, name) => (name === 'now' ? now : Reflect.get(target, name)),
  });
  return () => {
    globalThis.Date = RealDate;
  };
}

export const chanceGuard: ChanceGuard = (run, looked) => {
  const restores = [watchDate(looked), ...WATCHED.map(([object, name, shown]) => watch(object(), name, () => looked(shown)))];
  try {
    return run();
  } finally {
    for (const restore of restores) restore();
  }
};
