/** The cases of the npm package msgpack-test-suite, read and written with the codecs of both languages. */
import { createRequire } from 'node:module';
import { encode } from '@msgpack/msgpack';
import { beforeAll, describe, expect, it } from 'vitest';
import { decodeDynamic } from '../../protocol/dynamic.js';
import { DecodeError } from '../../protocol/errors.js';
import { Reader } from '../../protocol/reader.js';
import { Writer } from '../../protocol/writer.js';
import { CodecGuest } from './codec-guest.js';
import { codecIndex, codecNamed } from './codecs.js';

interface Case {
  readonly msgpack: readonly string[];
  readonly [type: string]: unknown;
}
const suite = createRequire(import.meta.url)('msgpack-test-suite/dist/msgpack-test-suite.json') as Record<string, Case[]>;
const cases = Object.values(suite).flat();

const bytesOf = (text: string): Uint8Array => Uint8Array.from(text.split('-').filter(Boolean), (byte) => Number.parseInt(byte, 16));
/** The body of a message with one field. */
const bodyOf = (value: Uint8Array): Uint8Array => Uint8Array.of(0x91, ...value);
const isInteger = (encoding: Uint8Array): boolean => encoding[0] !== 0xca && encoding[0] !== 0xcb;

describe('msgpack-test-suite', () => {
  let guest: CodecGuest;
  const reader = new Reader();
  beforeAll(async () => {
    guest = await CodecGuest.start();
  });

  /** Checks that both languages read `encoding` as `value` and write it in the shortest form. */
  function check(name: string, encoding: Uint8Array, value: unknown, shortest: Uint8Array): void {
    const codec = codecNamed(`every.${name}`);
    const writer = new Writer();
    expect(codec.decode(reader.reset(bodyOf(encoding)))).toEqual({ value });
    codec.encode(writer, { value });
    expect(writer.toBytes()).toEqual(bodyOf(shortest));
    expect(guest.roundTrip(codecIndex(codec.name), bodyOf(encoding))).toEqual(bodyOf(shortest));
  }

  function checkAll(type: string, name: string, expected: (one: Case) => unknown = (one) => one[type]): void {
    const found = cases.filter((one) => type in one);
    expect(found.length).toBeGreaterThan(0);
    for (const one of found) {
      const value = expected(one);
      for (const text of one.msgpack) check(name, bytesOf(text), value, encode(value));
    }
  }

  it('nil', () => checkAll('nil', 'onlyOptional'));
  it('booleans', () => checkAll('bool', 'onlyBool'));
  it('binaries', () => checkAll('binary', 'onlyBytes', (one) => bytesOf(one.binary as string)));
  it('strings', () => checkAll('string', 'onlyText'));

  it('numbers, as float 64', () => {
    for (const one of cases.filter((entry) => 'number' in entry)) {
      const value = one.number as number;
      for (const text of one.msgpack) check('onlyF64', bytesOf(text), value, encode(value));
    }
  });

  it.each([
    ['onlyI32', -0x8000_0000, 0x7fff_ffff],
    ['onlyU53', 0, Number.MAX_SAFE_INTEGER],
  ] as const)('integers, as %s', (name, min, max) => {
    let read = 0;
    for (const one of cases.filter((entry) => 'number' in entry && Number.isInteger(entry.number))) {
      const value = one.number as number;
      for (const encoding of one.msgpack.map(bytesOf).filter(isInteger)) {
        if (value >= min && value <= max) {
          check(name, encoding, value, encode(value));
          read++;
        } else {
          expect(() => codecNamed(`every.${name}`).decode(reader.reset(bodyOf(encoding)))).toThrow(DecodeError);
          expect(guest.roundTrip(codecIndex(`every.${name}`), bodyOf(encoding))).toMatchObject({ problem: 3, offset: 1 });
        }
      }
    }
    expect(read).toBeGreaterThan(20);
  });

  it('a float is not an integer', () => {
    const half = bodyOf(bytesOf('cb-3f-f0-00-00-00-00-00-00'));
    expect(() => codecNamed('every.onlyI32').decode(reader.reset(half))).toThrow('type at byte 1 in onlyI32.value');
    expect(guest.roundTrip(codecIndex('every.onlyI32'), half)).toMatchObject({ problem: 2, offset: 1 });
  });

  it('arrays, as lists of values of any shape', () => {
    for (const one of cases.filter((entry) => 'array' in entry)) {
      for (const encoding of one.msgpack.map(bytesOf)) {
        const { value } = codecNamed('every.onlyList').decode(reader.reset(bodyOf(encoding)));
        expect((value as Uint8Array[]).map(decodeDynamic)).toEqual(one.array);
        expect(guest.roundTrip(codecIndex('every.onlyList'), bodyOf(encoding))).toBeInstanceOf(Uint8Array);
      }
    }
  });

  it('maps, as maps of values of any shape', () => {
    for (const one of cases.filter((entry) => 'map' in entry)) {
      for (const encoding of one.msgpack.map(bytesOf)) {
        const { value } = codecNamed('every.onlyMap').decode(reader.reset(bodyOf(encoding)));
        const plain = [...(value as Map<string, Uint8Array>)].map(([key, bytes]) => [key, decodeDynamic(bytes)]);
        expect(Object.fromEntries(plain)).toEqual(one.map);
        expect(guest.roundTrip(codecIndex('every.onlyMap'), bodyOf(encoding))).toBeInstanceOf(Uint8Array);
      }
    }
  });

  it.each([
    ['a list', 'onlyList', 'dd-00-00-00-03-c0-c1'],
    ['a map', 'onlyMap', 'de-00-03-a1-61-01-c0-01'],
  ])('the count of %s that is more than fits in what is left is found before its items', (_, name, text) => {
    const body = bodyOf(bytesOf(text));
    expect(() => codecNamed(`every.${name}`).decode(reader.reset(body))).toThrow(`truncated at byte 1 in ${name}.value`);
    expect(guest.roundTrip(codecIndex(`every.${name}`), body)).toMatchObject({ problem: 1, offset: 1 });
  });

  it('every case, extensions and timestamps too, passes unchanged as a value of any shape', () => {
    for (const encoding of cases.flatMap((one) => one.msgpack.map(bytesOf))) check('onlyDynamic', encoding, encoding, encoding);
  });
});
