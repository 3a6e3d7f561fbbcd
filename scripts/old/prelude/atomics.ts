/**
 * Atomics over memory that no other thread has, for engines that have none, or only over shared memory (before 2018): the plain operations.
 */
type Numbers = Int32Array | Uint32Array;
type Operation = (numbers: Numbers, index: number, value: number, other: number) => number;

const PLAIN: Readonly<Record<string, Operation>> = {
  load: (numbers, index) => numbers[index],
  store: (numbers, index, value) => (numbers[index] = value),
  add: (numbers, index, value) => changed(numbers, index, (before) => before + value),
  sub: (numbers, index, value) => changed(numbers, index, (before) => before - value),
  or: (numbers, index, value) => changed(numbers, index, (before) => before | value),
  exchange: (numbers, index, value) => changed(numbers, index, () => value),
  compareExchange: (numbers, index, value, other) => changed(numbers, index, (before) => (before === value ? other : before)),
  notify: () => 0,
};

function changed(numbers: Numbers, index: number, next: (before: number) => number): number {
  const before = numbers[index];
  numbers[index] = next(before);
  return before;
}

const scope = globalThis as unknown as { Atomics?: Record<string, Operation>; SharedArrayBuffer?: { new (): object } };
const native = scope.Atomics;

function takesAnyMemory(): boolean {
  try {
    return native?.load(new Int32Array(1), 0, 0, 0) === 0;
  } catch {
    return false;
  }
}

if (!takesAnyMemory()) {
  const Shared = scope.SharedArrayBuffer;
  const isShared = (numbers: Numbers) => Shared !== undefined && (numbers.buffer as object) instanceof Shared;
  const operations = Object.keys(PLAIN).map((name): [string, Operation] => {
    const own = native?.[name];
    const operation: Operation = (numbers, index, value, other) =>
      own && isShared(numbers) ? own.call(native, numbers, index, value, other) : PLAIN[name](numbers, index, value, other);
    return [name, operation];
  });
  scope.Atomics = { ...native, ...Object.fromEntries(operations) };
}

export {};
