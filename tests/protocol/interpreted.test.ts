/** Codecs that are made from schemas at run time, beside those that were generated: the same bytes, values and errors, whatever they are given. */
import fc from 'fast-check';
import { describe, expect, it, test } from 'vitest';
import { type BoundParty, bind, define, isBound } from '../../protocol/bind.js';
import { DecodeError, EncodeError } from '../../protocol/errors.js';
import { bindForRun, interpreted } from '../../protocol/interpret.js';
import { Reader } from '../../protocol/reader.js';
import { actor, message, publication, request, struct, u32 } from '../../protocol/schema.js';
import { Writer } from '../../protocol/writer.js';
import { expectEqual } from '../equal.js';
import { allParties, type Body, codecs, codecsOf, type NamedCodec } from './codecs.js';
import { fieldsOf } from './values.js';

const SEED = Number(process.env.SEED ?? 20261121);
const RUNS = 40;

/** A second object of the same schema. */
function again(party: BoundParty): BoundParty {
  const copy = define(party) as BoundParty;
  return bind(copy, interpreted(copy, copy));
}
const others = codecsOf(allParties.map(again));
const pairs = codecs.map((generated, index) => ({ name: generated.name, generated, other: others[index] }));

const writer = new Writer();
const reader = new Reader();

/** Bytes, or the error in the form in which both must have it. */
function encoding({ encode }: NamedCodec, body: Body): unknown {
  writer.reset();
  try {
    encode(writer, body);
    return writer.toBytes();
  } catch (error) {
    // The engine's own errors name variables.
    return error instanceof EncodeError ? error.message : (error as Error).name;
  }
}

function decoding({ decode }: NamedCodec, bytes: Uint8Array): unknown {
  try {
    return decode(reader.reset(bytes));
  } catch (error) {
    if (!(error instanceof DecodeError)) throw error;
    return error.message;
  }
}

const WRONG = [
  undefined,
  null,
  -1,
  1.5,
  2 ** 60,
  Number.NaN,
  'x'.repeat(5_000),
  '',
  true,
  [],
  [null],
  {},
  new Map(),
  new Uint8Array(0),
  () => {},
];

/** The value with one part of it replaced. */
function spoiled(value: unknown, path: readonly number[], wrong: unknown): unknown {
  if (!path.length || typeof value !== 'object' || value === null || value instanceof Uint8Array || value instanceof Map) return wrong;
  const keys = Object.keys(value);
  if (!keys.length) return wrong;
  const key = keys[path[0] % keys.length];
  const copy: Record<string, unknown> = Array.isArray(value) ? ([...value] as never) : { ...value };
  copy[key] = spoiled(copy[key], path.slice(1), wrong);
  return copy;
}

describe.each(pairs)('$name', ({ generated, other }) => {
  it('has the same bytes, and reads them and what is left or mutated of them in the same way', () => {
    const property = fc.property(
      fieldsOf(generated.fields),
      fc.array(fc.tuple(fc.nat(), fc.integer({ min: 0, max: 255 })), { maxLength: 3 }),
      fc.nat(),
      (body, changes, length) => {
        const bytes = encoding(generated, body) as Uint8Array;
        expectEqual(encoding(other, body), bytes);
        expectEqual(decoding(other, bytes), decoding(generated, bytes));
        const mutated = bytes.slice(0, length % (bytes.length + 1));
        for (const [at, byte] of changes) if (mutated.length) mutated[at % mutated.length] = byte;
        expectEqual(decoding(other, mutated), decoding(generated, mutated));
      },
    );
    fc.assert(property, { seed: SEED, numRuns: RUNS });
  });

  it('refuses the same values in the same words', () => {
    const property = fc.property(
      fieldsOf(generated.fields),
      fc.array(fc.nat(), { minLength: 1, maxLength: 4 }),
      fc.constantFrom(...WRONG),
      (body, path, wrong) => {
        const wrongBody = spoiled(body, path, wrong) as Body;
        if (typeof wrongBody !== 'object' || wrongBody === null) return;
        expectEqual(encoding(other, wrongBody), encoding(generated, wrongBody));
      },
    );
    fc.assert(property, { seed: SEED, numRuns: RUNS });
  });
});

const basketOf = (name: string) =>
  actor({
    name,
    state: struct('BasketState', { cents: u32 }),
    receives: { add: message({ fields: { cents: u32 } }), total: request({ fields: {}, reply: { fields: { cents: u32 } } }) },
    publishes: { changed: publication({ fields: { cents: u32 } }) },
  });

test('where nothing was generated, parties are bound for a run, and keep their numbers when others join', () => {
  const [basket, till, cart] = ['basket', 'till', 'cart'].map(basketOf);
  bindForRun([basket, till]);
  const { address, receives, publishes } = basket;
  const block = receives.add.kind - 1;
  expect(address).toBeGreaterThanOrEqual(0x8000);
  expect([block % 256, receives.total.kind, receives.total.reply.kind, publishes.changed.kind]).toEqual([
    0,
    block + 2,
    block + 0x82,
    block + 0x40,
  ]);
  expect([till.address, till.receives.add.kind]).toEqual([address + 1, block + 0x101]);
  bindForRun([cart, basket]);
  expect([cart.address, cart.receives.add.kind, basket.address]).toEqual([address + 2, block + 0x201, address]);
  expect([basket, till, cart].every(isBound)).toBe(true);
  writer.reset();
  cart.receives.add.encode(writer, { cents: 250 });
  expect(cart.receives.add.decode(reader.reset(writer.toBytes()))).toEqual({ cents: 250 });
});
