/** Every generated codec, in both languages and both directions, agrees with @msgpack/msgpack byte for byte on random values. */
import { encode } from '@msgpack/msgpack';
import fc from 'fast-check';
import { beforeAll, describe, it } from 'vitest';
import { Reader } from '../../protocol/reader.js';
import { Writer } from '../../protocol/writer.js';
import { expectEqual } from '../equal.js';
import { CodecGuest } from './codec-guest.js';
import { codecs } from './codecs.js';
import { decodedOf, fieldsOf, plainFields } from './values.js';

const SEED = Number(process.env.SEED ?? 20261121);
const RUNS = 100;

describe('generated codecs and @msgpack/msgpack agree', () => {
  let guest: CodecGuest;
  const writer = new Writer();
  const reader = new Reader();
  beforeAll(async () => {
    guest = await CodecGuest.start();
  });

  it.each(codecs.map((codec, index) => ({ codec, index, name: codec.name })))('$name', ({ codec, index }) => {
    const property = fc.property(fieldsOf(codec.fields), (body) => {
      const oracle = encode(plainFields(codec.fields, body), { sortKeys: true });
      writer.reset();
      codec.encode(writer, body);
      expectEqual(writer.toBytes(), oracle);
      expectEqual(codec.decode(reader.reset(oracle)), decodedOf(body));
      expectEqual(guest.roundTrip(index, oracle), oracle);
    });
    fc.assert(property, { seed: SEED, numRuns: RUNS });
  });
});
