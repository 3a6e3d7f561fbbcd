/** Does something at another time of day, with other chances: what depends on them does not come out again. */

const HOUR_MS = 3_600_000;

/** Only for work that does not wait: nothing else runs meanwhile. */
export function atAnotherTime<T>(work: () => T): T {
  const { Date: RealDate } = globalThis;
  const { random } = Math;
  const { performance } = globalThis;
  const now = performance.now.bind(performance);
  const otherNow = (): number => RealDate.now() + HOUR_MS;
  const OtherDate = new Proxy(RealDate, {
    construct: (target, input: readonly unknown[]) => Reflect.construct(target, input.length > 0 ? input : [otherNow()]),
    get: (target, name) => (name === 'now' ? otherNow : Reflect.get(target, name)),
  });
  try {
    globalThis.Date = OtherDate;
    Math.random = () => 1 - random();
    performance.now = () => now() + HOUR_MS;
    return work();
  } finally {
    globalThis.Date = RealDate;
    Math.random = random;
    performance.now = now;
  }
}
