/**
 * Methods of typed arrays, for engines before 2021 that lack one or the other. Those of plain arrays do the same where they make no new array.
 * In the oldest engines the constructors are not even functions, so that core-js cannot help.
 */
type Numbers = Uint8Array;
type Numbered = { new (length: number): Numbers; prototype: Numbers };

const NAMES = ['Int8', 'Uint8', 'Uint8Clamped', 'Int16', 'Uint16', 'Int32', 'Uint32', 'Float32', 'Float64'];
const BORROWED = [
  'at',
  'copyWithin',
  'every',
  'fill',
  'find',
  'findIndex',
  'findLast',
  'forEach',
  'includes',
  'indexOf',
  'join',
  'lastIndexOf',
];
const ALSO_BORROWED = ['reduce', 'reverse', 'some', 'entries', 'keys', 'values'];

function made(type: Numbered, values: ArrayLike<number>): Numbers {
  const numbers = new type(values.length);
  for (let i = 0; i < values.length; i++) numbers[i] = values[i];
  return numbers;
}

const ownOf = (type: Numbered): Readonly<Record<string, (this: Numbers, ...input: never[]) => unknown>> => ({
  // What subarray says of its ends is the same.
  slice(from?: number, to?: number) {
    return made(type, this.subarray(from ?? 0, to ?? this.length));
  },
  map(change: (value: number, index: number) => number) {
    return made(type, Array.prototype.map.call(this, (value, index) => change(value, index)) as number[]);
  },
  filter(keeps: (value: number, index: number) => boolean) {
    return made(
      type,
      Array.prototype.filter.call(this, (value, index) => keeps(value, index)),
    );
  },
  sort(compare?: (one: number, other: number) => number) {
    const sorted = Array.prototype.slice.call(this).sort(compare ?? ((one, other) => one - other));
    for (let i = 0; i < sorted.length; i++) this[i] = sorted[i];
    return this;
  },
});

function give(target: object, name: string | symbol, value: unknown): void {
  if (!(name in target)) Object.defineProperty(target, name, { value, configurable: true, writable: true });
}

/** `bind` for a constructor that is no function: what `new Uint8Array(await something)` is lowered to binds it. */
function bind(
  this: { new (...input: unknown[]): object },
  _object: unknown,
  first: unknown,
  second: unknown,
  third: unknown,
): () => object {
  const type = this;
  return function made() {
    if (third !== undefined) return new type(first, second, third);
    return second !== undefined ? new type(first, second) : new type(first);
  };
}

for (const name of NAMES) {
  const type = (globalThis as unknown as Record<string, Numbered>)[`${name}Array`];
  const { prototype } = type;
  give(type, 'bind', bind);
  for (const method of [...BORROWED, ...ALSO_BORROWED])
    give(prototype, method, (Array.prototype as unknown as Record<string, unknown>)[method]);
  const own = ownOf(type);
  for (const method of Object.keys(own)) give(prototype, method, own[method]);
  give(prototype, Symbol.iterator, (prototype as unknown as Record<string, unknown>).values);
  give(type, 'of', (...values: number[]) => made(type, values));
  give(type, 'from', (values: Iterable<number>, change?: (value: number, index: number) => number) =>
    made(type, change ? Array.from(values, change) : Array.from(values)),
  );
}

export {};
