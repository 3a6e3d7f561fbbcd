/** Codecs at the edges: older and newer schemas, limits, malformed values, text, numbers, and reused buffers. */
import { encode } from '@msgpack/msgpack';
import { beforeAll, describe, expect, it } from 'vitest';
import { counter } from '../../examples/counter/protocol/generated/index.js';
import { DECODE_PROBLEMS, DecodeError, EncodeError } from '../../protocol/errors.js';
import { NESTING_DEPTH_MAX } from '../../protocol/limits.js';
import { locateField } from '../../protocol/locate.js';
import { Reader } from '../../protocol/reader.js';
import { Writer } from '../../protocol/writer.js';
import { CodecGuest } from './codec-guest.js';
import { type Body, codecIndex, codecNamed, codecs } from './codecs.js';
import { every } from './every/generated/index.js';

let guest: CodecGuest;
beforeAll(async () => {
  guest = await CodecGuest.start();
});

const decode = (name: string, body: Uint8Array): Body => codecNamed(name).decode(new Reader().reset(body));
function encoded(name: string, body: Body): Uint8Array {
  const writer = new Writer();
  codecNamed(name).encode(writer, body);
  return writer.toBytes();
}

/** The error of both languages, which must agree. */
function problemOf(name: string, body: Uint8Array): DecodeError {
  const outcome = guest.roundTrip(codecIndex(name), body);
  try {
    decode(name, body);
  } catch (error) {
    if (!(error instanceof DecodeError)) throw error;
    expect(outcome).toMatchObject({ problem: DECODE_PROBLEMS.indexOf(error.problem) + 1, offset: error.offset });
    return error;
  }
  throw new Error(`${name} decodes`);
}

describe('evolution', () => {
  it.each(codecs.map((codec, index) => ({ codec, index, name: codec.name })))(
    '$name: missing fields are defaults, unknown ones are skipped',
    ({ codec, index }) => {
      const none = Uint8Array.of(0x90);
      const defaults = codec.decode(new Reader().reset(none));
      const writer = new Writer();
      codec.encode(writer, defaults);
      const whole = writer.toBytes();
      expect(guest.roundTrip(index, none)).toEqual(whole);
      const newer = grown(whole, encode([{ of: ['a', 'newer', 'schema'] }, -1, null]));
      expect(codec.decode(new Reader().reset(newer))).toEqual(defaults);
      expect(guest.roundTrip(index, newer)).toEqual(whole);
    },
  );

  /** A structure with the items of an array appended. */
  function grown(structure: Uint8Array, array: Uint8Array): Uint8Array {
    const head = structure[0] === 0xdc ? 3 : 1;
    const count = head === 3 ? structure[1] * 256 + structure[2] : structure[0] & 0x0f;
    const items = array[0] & 0x0f;
    return Uint8Array.of(0xdc, 0, count + items, ...structure.subarray(head), ...array.subarray(1));
  }

  it('holds inside of structures', () => {
    const { point, label, after } = decode('every.structures', encode([[1.5], ['text', new Uint8Array(0), null, [], 'unknown'], 7]));
    expect(point).toEqual({ x: 1.5, y: 0, side: 'left' });
    expect(label).toEqual({ text: 'text', bytes: new Uint8Array(0), at: null, marks: [] });
    expect(after).toBe(7);
  });
});

describe('errors', () => {
  it('name the field by its path, the kind and the offset', () => {
    const error = problemOf(
      'every.lists',
      encode([[], [], [], [], [], [], [], [], [['text', new Uint8Array(0), [1, 'no number', 0], []]]]),
    );
    expect(error).toMatchObject({ problem: 'type', kind: 0x4105, field: 'lists.labels.at.y', offset: 20 });
  });

  it.each([
    ['truncated', 'every.onlyText', [0x91, 0xa5, 0x61], 'onlyText.value', 1],
    ['truncated', 'every.onlyF64', [0x91, 0xcb, 0, 0], 'onlyF64.value', 1],
    ['truncated', 'every.wide', [0x93, 1, 2], 'wide', 0],
    ['truncated', 'every.onlyBytes', [0x91, 0xc6, 0x00, 0x0f, 0x00, 0x00], 'onlyBytes.value', 1],
    ['too long', 'every.onlyList', [0x91, 0xdd, 0xff, 0xff, 0xff, 0xff], 'onlyList.value', 1],
    ['truncated', 'every.onlyList', [0x91, 0xdc, 0xff, 0xff], 'onlyList.value', 1],
    ['type', 'every.onlyBool', [0x91, 0x01], 'onlyBool.value', 1],
    ['range', 'every.onlyI32', [0x91, 0xce, 0x80, 0, 0, 0], 'onlyI32.value', 1],
    ['range', 'every.onlyU53', [0x91, 0xcf, 0, 0x20, 0, 0, 0, 0, 0, 0], 'onlyU53.value', 1],
    ['range', 'every.onlyU53', [0x91, 0xff], 'onlyU53.value', 1],
    ['range', 'every.changed', [0x94, 1, 0xc3, 0x90, 4], 'changed.side', 4],
    ['too long', 'every.texts', [0x92, 0xa0, 0xa9, ...new Array(9).fill(0x61)], 'texts.short', 2],
    ['type', 'every.onlyDynamic', [0x91, 0xc1], 'onlyDynamic.value', 1],
    ['trailing bytes', 'every.onlyBool', [0x91, 0xc3, 0xc3], 'onlyBool', 2],
    ['type', 'every.empty', [0x80], 'empty', 0],
    ['truncated', 'every.empty', [], 'empty', 0],
  ] as const)('%s: %s', (problem, name, body, field, offset) => {
    expect(problemOf(name, Uint8Array.from(body))).toMatchObject({ problem, field, offset });
  });

  it('too deep', () => {
    const nested = (depth: number) => Uint8Array.of(0x91, ...new Array(depth - 1).fill(0x91), 0x90);
    expect(decode('every.onlyDynamic', nested(NESTING_DEPTH_MAX)).value).toHaveLength(NESTING_DEPTH_MAX);
    expect(problemOf('every.onlyDynamic', nested(NESTING_DEPTH_MAX + 1))).toMatchObject({ problem: 'too deep', offset: 1 });
    expect(problemOf('every.onlyDynamic', nested(50_000))).toMatchObject({ problem: 'too deep', offset: 1 });
  });

  it.each([
    ['every.numbers', { ...numbers(), u8: 256 }, 'numbers.u8'],
    ['every.numbers', { ...numbers(), u16: 1.5 }, 'numbers.u16'],
    ['every.numbers', { ...numbers(), u53: 2 ** 53 }, 'numbers.u53'],
    ['every.numbers', { ...numbers(), i8: -129 }, 'numbers.i8'],
    ['every.numbers', { ...numbers(), i32: Number.NaN }, 'numbers.i32'],
    ['every.numbers', { ...numbers(), f64: '1' }, 'numbers.f64'],
    ['every.numbers', { ...numbers(), bool: 1 }, 'numbers.bool'],
    ['every.onlyText', { value: 'a'.repeat(4097) }, 'onlyText.value'],
    ['every.onlyText', { value: 'ä'.repeat(2049) }, 'onlyText.value'],
    ['every.onlyText', {}, 'onlyText.value'],
    ['every.onlyDynamic', { value: Uint8Array.of(0x91) }, 'onlyDynamic.value'],
    ['every.changed', { version: 1, fresh: true, labels: [], side: 'none' }, 'changed.side'],
    ['every.onlyList', { value: new Array(65_537).fill(Uint8Array.of(0xc0)) }, 'onlyList.value'],
  ])('%s refuses to encode what its schema does not allow', (name, body, field) => {
    const writer = new Writer();
    expect(() => codecNamed(name).encode(writer, body)).toThrow(EncodeError);
    const { root, fields } = codecNamed(name);
    expect(locateField(root, fields, writer.bytes, 0, writer.length, writer.length)).toBe(field);
  });

  function numbers() {
    return { u8: 0, u16: 0, u32: 0, u53: 0, i8: 0, i16: 0, i32: 0, f64: 0, bool: false };
  }
});

describe('text', () => {
  const malformed = [
    '80',
    'c0af',
    'c1bf',
    'c2',
    'e080af',
    'e282',
    'eda080',
    'edbfbf',
    'f08080af',
    'f4908080',
    'f0908d',
    'ff',
    'fe',
    'c328',
    '61ff',
  ];
  it.each(malformed)('refuses the malformed bytes %s', (hex) => {
    const bytes = Uint8Array.from(hex.match(/../g)!, (byte) => Number.parseInt(byte, 16));
    const body = Uint8Array.of(0x91, 0xa0 | (bytes.length + 9), ...new TextEncoder().encode('padding: '), ...bytes);
    expect(problemOf('every.onlyText', body)).toMatchObject({ problem: 'utf-8', field: 'onlyText.value' });
  });

  it.each(['\ud800', 'a\udc00b', '\ud800\ud800\udc00', 'end\udbff', '\udfff\ud83d\ude00'])(
    'writes lone surrogates as U+FFFD: %j',
    (value) => {
      const bytes = new TextEncoder().encode(value);
      expect(encoded('every.onlyText', { value })).toEqual(Uint8Array.of(0x91, 0xa0 | bytes.length, ...bytes));
    },
  );

  it.each([0, 1, 31, 32, 255, 256, 1000, 1023, 1024, 1025, 4096])('of %i bytes, ASCII or not', (length) => {
    for (const value of ['a'.repeat(length), `${'a'.repeat(Math.max(0, length - 2))}${length > 1 ? 'é' : ''}`]) {
      const body = encoded('every.onlyText', { value });
      expect(body).toEqual(encode([value]));
      expect(decode('every.onlyText', body)).toEqual({ value });
      expect(guest.roundTrip(codecIndex('every.onlyText'), body)).toEqual(body);
    }
  });
});

describe('numbers', () => {
  it('has no -0 and one NaN', () => {
    expect(encoded('every.onlyF64', { value: -0 })).toEqual(Uint8Array.of(0x91, 0));
    const nan = Uint8Array.of(0x91, 0xcb, 0x7f, 0xf8, 0, 0, 0, 0, 0, 0);
    expect(encoded('every.onlyF64', { value: Number.NaN })).toEqual(nan);
    expect(guest.roundTrip(codecIndex('every.onlyF64'), Uint8Array.of(0x91, 0xcb, 0xff, 0xff, 1, 2, 3, 4, 5, 6))).toEqual(nan);
    expect(guest.roundTrip(codecIndex('every.onlyF64'), Uint8Array.of(0x91, 0xcb, 0x80, 0, 0, 0, 0, 0, 0, 0))).toEqual(
      Uint8Array.of(0x91, 0),
    );
  });
});

describe('integers in the place of an f64', () => {
  it.each(['cf0020000000000000', 'cf0020000000000001', 'cfffffffffffffffff', 'd3ffe0000000000000', 'd38000000000000000'])(
    '%s is refused: JavaScript does not hold it exactly',
    (hex) => {
      const body = Uint8Array.of(0x91, ...hex.match(/../g)!.map((byte) => Number.parseInt(byte, 16)));
      expect(problemOf('every.onlyF64', body)).toMatchObject({ problem: 'range', offset: 1, field: 'onlyF64.value' });
    },
  );

  it.each(['cf001fffffffffffff', 'd3ffe0000000000001'])('%s is read', (hex) => {
    const body = Uint8Array.of(0x91, ...hex.match(/../g)!.map((byte) => Number.parseInt(byte, 16)));
    expect(Math.abs(decode('every.onlyF64', body).value as number)).toBe(Number.MAX_SAFE_INTEGER);
    expect(guest.roundTrip(codecIndex('every.onlyF64'), body)).toEqual(body);
  });
});

describe('maps', () => {
  it('are written in ascending order of UTF-16 code units', () => {
    const keys = ['\ufb33', '\u{1f600}', 'b', 'a', '', 'aa', 'é'];
    const value = {
      count: 0,
      labels: [],
      byName: new Map(keys.map((key) => [key, { text: key, bytes: new Uint8Array(0), at: null, marks: [] }])),
      letter: 'a',
      note: null,
    };
    const body = encoded('every state', value);
    const sorted = [...keys].sort();
    expect([...(decode('every state', body).byName as Map<string, unknown>).keys()]).toEqual(sorted);
    expect(guest.roundTrip(codecIndex('every state'), body)).toEqual(body);
  });
});

describe('buffers', () => {
  it('decoded values do not change with the bytes from which they came', () => {
    const body = encode(['some text', 'short', Uint8Array.of(1, 2, 3), { any: 'thing' }, 1, 2]);
    const shared = new Uint8Array(new SharedArrayBuffer(body.length + 8));
    shared.set(body, 4);
    const fields = every.receives.texts.decode(new Reader().reset(shared, 4, 4 + body.length));
    shared.fill(0xff);
    expect(fields).toEqual({
      text: 'some text',
      short: 'short',
      bytes: Uint8Array.of(1, 2, 3),
      any: encode({ any: 'thing' }),
      side: 'right',
      letter: 'c',
    });
    expect(fields.bytes.buffer).toBeInstanceOf(ArrayBuffer);
    expect(fields.bytes.byteLength).toBe(fields.bytes.buffer.byteLength);
  });

  it('a body is read between its bounds, and offsets count from its start', () => {
    const bytes = Uint8Array.of(0xff, 0x91, 0xce, 0, 0, 0, 1, 0xff);
    const reader = new Reader();
    expect(counter.receives.increment.decode(reader.reset(bytes, 1, 7))).toEqual({ by: 1 });
    expect(() => counter.receives.increment.decode(reader.reset(bytes, 1, 6))).toThrow('truncated at byte 1 in increment.by (kind 0x4001)');
  });

  it('a writer continues at the given place, and keeps the bytes before it', () => {
    const writer = new Writer();
    writer.reset(50_000);
    writer.bytes[49_999] = 7;
    counter.publishes.changed.encode(writer, { count: 3 }, 1, true);
    expect(writer.bytes.subarray(49_999, writer.length)).toEqual(Uint8Array.of(7, 0x93, 1, 0xc3, 3));
  });

  it('leading fields stay in the reader', () => {
    const writer = new Writer();
    const reader = new Reader();
    counter.receives.read.reply.encode(writer, { count: 9 }, 70_000);
    expect(counter.receives.read.reply.decode(reader.reset(writer.bytes, 0, writer.length))).toEqual({ count: 9 });
    expect(reader.request).toBe(70_000);
    counter.publishes.changed.encode(writer.reset(), { count: 9 }, 12, true);
    counter.publishes.changed.decode(reader.reset(writer.bytes, 0, writer.length));
    expect([reader.version, reader.fresh]).toEqual([12, true]);
  });
});
