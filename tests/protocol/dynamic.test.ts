/** Values of any shape: each comes out as it went in, or is refused with its place; malformed bytes are a DecodeError. */
import { decode, encode } from '@msgpack/msgpack';
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { decodeDynamic, encodeDynamic } from '../../protocol/dynamic.js';
import { DecodeError, EncodeError } from '../../protocol/errors.js';
import { DYNAMIC_BYTES_MAX, NESTING_DEPTH_MAX } from '../../protocol/limits.js';
import { decodePlain, encodePlain } from '../../protocol/plain.js';
import { codePoint } from './values.js';

const bytesOf = (hex: string): Uint8Array => Uint8Array.from(hex.match(/../g) ?? [], (byte) => Number.parseInt(byte, 16));

function encodeErrorOf(value: unknown): EncodeError {
  try {
    encodeDynamic(value);
  } catch (error) {
    if (error instanceof EncodeError) return error;
    throw error;
  }
  throw new Error('it was written');
}

function decodeErrorOf(bytes: Uint8Array): DecodeError {
  try {
    decodeDynamic(bytes);
  } catch (error) {
    if (error instanceof DecodeError) return error;
    throw error;
  }
  throw new Error('it was read');
}

const nested = (depth: number): unknown => (depth === 1 ? [] : [nested(depth - 1)]);

describe('writable values can be read', () => {
  it.each([
    null,
    true,
    false,
    0,
    -1,
    2 ** 31,
    -(2 ** 31) - 1,
    Number.MAX_SAFE_INTEGER,
    Number.MIN_SAFE_INTEGER,
    2 ** 53,
    -(2 ** 64),
    1e300,
    0.1,
    Number.NaN,
    Number.NEGATIVE_INFINITY,
    '',
    'é😀',
    'a'.repeat(70),
    new Uint8Array(300).fill(7),
    [],
    [[1], { a: [null] }],
    { b: 1, a: { c: 'd' }, constructor: 1, toString: 2, hasOwnProperty: 3 },
    new Date(0),
    new Date(1_700_000_000_123),
    new Date(2 ** 34 * 1000),
    new Date(-1),
    new Date(8.64e15),
    new Date(-8.64e15),
  ])('%j', (value) => {
    const bytes = encodeDynamic(value);
    expect(bytes).toEqual(encode(value, { sortKeys: true }));
    expect(decodeDynamic(bytes)).toEqual(value);
  });

  it('a key `__proto__`, which is a key like any other', () => {
    const value = JSON.parse('{"__proto__": {"polluted": 1}, "a": 2}');
    const read = decodeDynamic(encodeDynamic(value)) as Record<string, unknown>;
    expect(Object.keys(read)).toEqual(['__proto__', 'a']);
    expect(JSON.stringify(read)).toBe(JSON.stringify(value));
    expect(Object.getPrototypeOf(read)).toBe(Object.prototype);
    expect(read.polluted).toBeUndefined();
  });

  it('objects without a prototype, frozen ones, and the same object in two places', () => {
    const film = Object.freeze({ id: 7 });
    expect(decodeDynamic(encodeDynamic(Object.assign(Object.create(null), { first: film, again: [film, film] })))).toEqual({
      first: { id: 7 },
      again: [{ id: 7 }, { id: 7 }],
    });
  });

  it('undefined is nil, -0 is 0, a lone surrogate is U+FFFD, as in fields of a schema', () => {
    expect(decodeDynamic(encodeDynamic({ a: undefined, b: [undefined], c: '\ud800x' }))).toEqual({ a: null, b: [null], c: '\ufffdx' });
    expect(encodeDynamic(-0)).toEqual(Uint8Array.of(0));
    expect(encodeDynamic(Number.NaN)).toEqual(bytesOf('cb7ff8000000000000'));
  });

  it(`${NESTING_DEPTH_MAX} nested containers`, () => {
    expect(decodeDynamic(encodeDynamic(nested(NESTING_DEPTH_MAX)))).toEqual(nested(NESTING_DEPTH_MAX));
  });
});

describe('values that cannot be written are refused with their place', () => {
  class Point {
    x = 1;
  }
  const cycle: Record<string, unknown> = { a: { list: [] } };
  (cycle.a as { list: unknown[] }).list.push(cycle);
  const { proxy, revoke } = Proxy.revocable({}, {});
  revoke();
  const detached = new Uint8Array(4);
  structuredClone(detached, { transfer: [detached.buffer] });
  const hidden = Object.defineProperty({}, 'secret', { value: 1, enumerable: false });
  const throwing = new Proxy(
    {},
    {
      ownKeys() {
        throw 'no';
      },
    },
  );

  it.each([
    ['a Map', new Map([[1, 2]]), 'an instance of Map'],
    ['a Set', new Set([1]), 'an instance of Set'],
    ['a WeakMap', new WeakMap(), 'an instance of WeakMap'],
    ['an ArrayBuffer', new ArrayBuffer(8), 'an instance of ArrayBuffer'],
    ['a SharedArrayBuffer', new SharedArrayBuffer(8), 'an instance of SharedArrayBuffer'],
    ['a DataView', new DataView(new ArrayBuffer(8)), 'an instance of DataView'],
    ['another typed array', new Float32Array(2), 'an instance of Float32Array'],
    ['an Error', new Error('no'), 'an instance of Error'],
    ['a RegExp', /x/, 'an instance of RegExp'],
    ['a Promise', Promise.resolve(1), 'an instance of Promise'],
    ['a URL', new URL('https://example.org'), 'an instance of URL'],
    ['a boxed number', Object(1), 'an instance of Number'],
    ['a boxed string', Object('a'), 'an instance of String'],
    ['a boxed boolean', Object(true), 'an instance of Boolean'],
    ['a boxed bigint', Object(1n), 'an instance of BigInt'],
    ['an invalid Date', new Date(Number.NaN), 'an invalid time'],
    ['what only looks like a Date', Object.create(Date.prototype), 'cannot be read'],
    ['an instance of a class', new Point(), 'an instance of Point'],
    ['an array of a class', new (class Row extends Array {})(), 'an instance of Row'],
    ['an heir of an object', Object.create({ inherited: 1 }), 'cannot be written'],
    ['a function', () => 1, 'a function'],
    ['a symbol', Symbol('s'), 'a symbol'],
    ['a bigint', 2n ** 53n + 1n, 'a bigint'],
    ['a generator', (function* () {})(), 'cannot be written'],
    ['what has an iterator of its own', { [Symbol.iterator]: null }, 'symbols for keys'],
    ['Math', Math, 'symbols for keys'],
    ['an object with a symbol', { [Symbol('s')]: 1 }, 'symbols for keys'],
    ['what JSON would ask for itself', { toJSON: () => 1 }, 'a function', '.toJSON'],
    [
      'a getter',
      {
        get a() {
          return 1;
        },
      },
      'an accessor',
      '.a',
    ],
    ['a hidden property', hidden, 'a hidden property', '.secret'],
    ['a hole', Object.assign(new Array(3), [1]), 'a hole', '[1]'],
    ['an array with a name', Object.assign([1], { extra: 1 }), 'properties of its own'],
    ['a time with a name', Object.assign(new Date(0), { extra: 1 }), 'properties of its own'],
    ['a detached buffer', detached, 'cannot be read'],
    ['a revoked proxy', proxy, 'cannot be read'],
    ['a proxy that throws', throwing, 'cannot be read'],
    ['a cycle', cycle, 'contains itself', '.a.list[0]'],
    ['too deep a value', nested(NESTING_DEPTH_MAX + 1), 'nested deeper than 16', '[0]'.repeat(NESTING_DEPTH_MAX)],
    ['keys that would be one', { '\ud800': 1, '\udc00': 2 }, 'lone surrogates'],
  ] as const)('%s', (_, value, problem, path = '') => {
    const error = encodeErrorOf({ films: [{ 'a title': value }] });
    // The containers around it count, too.
    const shift = problem.startsWith('nested') ? '[0]'.repeat(3).length : 0;
    expect(error.field).toBe(`value.films[0]["a title"]${path.slice(shift)}`);
    expect(error.problem).toContain(problem);
    expect(encodeErrorOf(value).field).toBe(`value${path}`);
  });

  it('a value longer than a frame, even if it is small in memory', () => {
    expect(encodeErrorOf('a'.repeat(DYNAMIC_BYTES_MAX + 1)).problem).toContain('longer than');
    expect(encodeErrorOf({ a: { data: new Uint8Array(DYNAMIC_BYTES_MAX + 1) } }).field).toBe('value.a.data');
    let many: unknown = 'x';
    for (let i = 0; i < NESTING_DEPTH_MAX; i++) many = new Array(100).fill(many);
    expect(encodeErrorOf(many).problem).toContain('longer than');
  });
});

describe('malformed bytes are a DecodeError with the offset', () => {
  it.each([
    ['truncated', '', 0],
    ['truncated', 'ddffffffff', 0],
    ['truncated', 'dfffffffff', 0],
    ['truncated', 'de0003a16101c001', 0],
    ['truncated', '83a16101c001', 0],
    ['truncated', 'dbffffffff61', 0],
    ['truncated', 'c6ffffffff61', 0],
    ['truncated', 'c9ffffffff01', 0],
    ['truncated', '92c0', 0],
    ['truncated', '92c0a2', 2],
    ['truncated', 'cb0000', 0],
    ['truncated', 'd6ff0000', 0],
    ['type', 'c1', 0],
    ['type', '9201c1', 2],
    ['type', '8101c0', 1],
    ['type', '81c0c0', 1],
    ['type', 'd40100', 0],
    ['type', 'c70301000000', 0],
    ['type', 'c703ff000000', 0],
    ['range', 'cf0020000000000000', 0],
    ['range', 'cf0020000000000001', 0],
    ['range', '91cfffffffffffffffff', 1],
    ['range', 'd3ffdfffffffffffff', 0],
    ['range', 'd38000000000000000', 0],
    ['range', 'd7ffee6b280000000000', 0],
    ['range', 'd7ff0000000400000000', 0],
    ['range', 'c70cff000000007fffffffffffffff', 0],
    ['utf-8', 'a2c0af', 0],
    ['utf-8', '92c0a2c0af', 2],
    ['utf-8', 'a3eda080', 0],
    ['utf-8', 'a3e080af', 0],
    ['utf-8', 'a4f4908080', 0],
    ['utf-8', 'a1c2', 0],
    ['utf-8', '81a2c0afc0', 1],
    ['duplicate key', '82a16101a16102', 4],
    ['duplicate key', '82a95f5f70726f746f5f5f01a95f5f70726f746f5f5f02', 12],
    ['trailing bytes', 'c0c0', 1],
    ['trailing bytes', '9000', 1],
  ] as const)('%s: %s', (problem, hex, offset) => {
    expect(decodeErrorOf(bytesOf(hex))).toMatchObject({ problem, offset });
  });

  it('malformed UTF-8 in a long string', () => {
    for (const length of [60, 300, 70_000]) {
      const bytes = encodeDynamic('a'.repeat(length));
      bytes.set([0xc0, 0xaf], bytes.length - 20);
      expect(decodeErrorOf(bytes)).toMatchObject({ problem: 'utf-8', offset: 0 });
    }
  });

  it('too deep', () => {
    expect(decodeErrorOf(Uint8Array.of(...new Array(NESTING_DEPTH_MAX).fill(0x91), 0x90))).toMatchObject({
      problem: 'too deep',
      offset: 16,
    });
    expect(decodeErrorOf(new Uint8Array(100_000).fill(0x91))).toMatchObject({ problem: 'too deep' });
    expect(decodeErrorOf(new Uint8Array(100_000).fill(0x81).map((byte, i) => (i % 2 ? 0xa0 : byte)))).toMatchObject({
      problem: 'too deep',
    });
  });

  it('anything but bytes', () => {
    for (const value of [null, undefined, 'text', [0xc0], new ArrayBuffer(1)])
      expect(decodeErrorOf(value as unknown as Uint8Array).problem).toBe('type');
  });

  it('lengths beyond the bytes take no memory', () => {
    const before = process.memoryUsage().arrayBuffers;
    for (const hex of ['ddffffffff', 'dd00ffffff', 'dcffff', 'dfffffffff', 'c6ffffffff']) decodeErrorOf(bytesOf(hex));
    expect(process.memoryUsage().arrayBuffers - before).toBeLessThan(1 << 20);
  });
});

describe('random values', () => {
  const seed = 20_260_731;
  const value = fc.anything({
    values: [
      fc.boolean(),
      fc.maxSafeInteger(),
      fc.double(),
      fc.string({ unit: codePoint }),
      fc.string({ unit: codePoint, minLength: 40, maxLength: 400 }),
      fc.constant(null),
      fc.uint8Array(),
      fc.date({ noInvalidDate: true }),
    ],
    key: fc.oneof(fc.string({ unit: codePoint }), fc.constantFrom('__proto__', 'constructor', 'toString', '')),
    maxDepth: 4,
    withNullPrototype: false,
  });
  const samples = fc.sample(value, { numRuns: 300, seed });

  it(`come out as they went in, with the bytes of @msgpack/msgpack (seed ${seed})`, () => {
    for (const sample of samples) {
      const bytes = encodeDynamic(sample);
      expect(bytes).toEqual(encodeDynamic(decodeDynamic(bytes)));
      if (!JSON.stringify(sample)?.includes('__proto__')) expect(bytes).toEqual(encode(sample, { sortKeys: true }));
    }
  });

  it(`give a DecodeError when mutated, or a value that @msgpack/msgpack reads as well (seed ${seed})`, () => {
    let state = seed;
    const random = (below: number) => {
      state = (Math.imul(state, 1_664_525) + 1_013_904_223) >>> 0;
      return Math.floor((state / 2 ** 32) * below);
    };
    const { stackTraceLimit } = Error;
    Error.stackTraceLimit = 0;
    let refused = 0;
    for (let i = 0; i < 100_000; i++) {
      const bytes = mutated(encodedSamples[random(encodedSamples.length)], random);
      try {
        const read = decodeDynamic(bytes);
        if (i % 10 === 0) expect(encodeDynamic(read)).toEqual(encodeDynamic(decodeLibrary(bytes)));
      } catch (error) {
        if (!(error instanceof DecodeError) || error.offset > bytes.length) throw new Error(`${bytes}`, { cause: error });
        refused++;
      }
    }
    Error.stackTraceLimit = stackTraceLimit;
    expect(refused).toBeGreaterThan(20_000);
  });

  const encodedSamples = samples.map(encodeDynamic);
  /** The library refuses one key, which ours treats like any other. */
  const decodeLibrary = (bytes: Uint8Array) => (includesProto(bytes) ? decodeDynamic(bytes) : decode(bytes));
  const includesProto = (bytes: Uint8Array) => Buffer.from(bytes).includes('__proto__');

  function mutated(sample: Uint8Array, random: (below: number) => number): Uint8Array {
    const bytes = Uint8Array.from(sample);
    for (let changes = 1 + random(3); changes > 0 && bytes.length > 0; changes--) bytes[random(bytes.length)] = random(256);
    return random(4) === 0 ? bytes.subarray(0, random(bytes.length + 1)) : bytes;
  }
});

describe('plain values, which the runtime keeps for itself', () => {
  const plain = fc.letrec<{ value: unknown }>((tie) => ({
    value: fc.oneof(
      { depthSize: 'small' },
      ...[fc.constant(null), fc.boolean(), fc.maxSafeInteger(), fc.double({ noNaN: true }), fc.string({ unit: 'grapheme' })],
      ...[fc.uint8Array(), fc.array(tie('value')), fc.dictionary(fc.string(), fc.oneof(fc.constant(undefined), tie('value')))],
    ),
  })).value;

  it('are written as the library writes them, and come out as from there', () => {
    fc.assert(
      fc.property(plain, (value) => {
        const bytes = encodePlain(value);
        expect(bytes).toEqual(encode(value, { ignoreUndefined: true }));
        expect(encodePlain(decodePlain(bytes))).toEqual(bytes);
      }),
      { numRuns: 300 },
    );
  });

  it('what is no such value is refused', () => {
    expect(() => decodePlain(Uint8Array.of(0x92, 1))).toThrow(DecodeError);
    expect(() => decodePlain(Uint8Array.of(1, 1))).toThrow(DecodeError);
  });
});
