/** Random values of a schema's types, and the equivalent values for a MessagePack library without schemas. */
import fc from 'fast-check';
import { decodeDynamic, encodeDynamic } from '../../protocol/dynamic.js';
import type { Fields } from '../../protocol/fields.js';
import type { Field } from '../../protocol/schema.js';

const CODE_POINT_MAX = 0x10ffff;
const SURROGATES_AT = 0xd800;
const SURROGATES = 0x800;

/** @throws Error when it is not one code point, as fast-check expects of whatever it cannot have made */
function indexOfCodePoint(text: unknown): number {
  const point = typeof text === 'string' ? text.codePointAt(0) : undefined;
  if (point === undefined || text !== String.fromCodePoint(point)) throw new Error('not one code point');
  if (point < SURROGATES_AT) return point;
  if (point < SURROGATES_AT + SURROGATES) throw new Error('a surrogate');
  return point - SURROGATES;
}

/**
 * Every code point but surrogates: their treatment is our own rule, with tests of its own. The same as fast-check's unit `binary`, which for this makes
 * a table of a million entries in each worker: a second and a half, and a hundred megabytes.
 */
export const codePoint = fc
  .nat({ max: CODE_POINT_MAX - SURROGATES })
  .map((index) => String.fromCodePoint(index < SURROGATES_AT ? index : index + SURROGATES), indexOfCodePoint);

const text = (max: number) => fc.string({ unit: codePoint, maxLength: max });
const LENGTH_MAX = 5;
const TEXT_LENGTH_MAX = 40;

const integers: { readonly [type: string]: readonly [number, number] } = {
  u8: [0, 0xff],
  u16: [0, 0xffff],
  u32: [0, 0xffff_ffff],
  u53: [0, Number.MAX_SAFE_INTEGER],
  i8: [-0x80, 0x7f],
  i16: [-0x8000, 0x7fff],
  i32: [-0x8000_0000, 0x7fff_ffff],
};

/** Integers of every encoded size, not only of the largest. */
const integer = (min: number, max: number): fc.Arbitrary<number> =>
  fc.oneof(
    fc.integer({ min: Math.max(min, -33), max: Math.min(max, 130) }),
    fc.integer({ min: Math.max(min, -70_000), max: Math.min(max, 70_000) }),
    fc.integer({ min, max }),
    fc.constantFrom(min, max),
  );

const anyValue = fc.anything({
  values: [fc.boolean(), fc.maxSafeInteger(), fc.double(), text(TEXT_LENGTH_MAX), fc.constant(null), fc.uint8Array({ maxLength: 8 })],
  key: text(8),
  maxDepth: 2,
  withNullPrototype: false,
});

function arbitraryOf(field: Field): fc.Arbitrary<unknown> {
  const length = Math.min(LENGTH_MAX, field.max ?? LENGTH_MAX);
  switch (field.type) {
    case 'f64':
      return fc.oneof(fc.double(), integer(Number.MIN_SAFE_INTEGER, Number.MAX_SAFE_INTEGER));
    case 'bool':
      return fc.boolean();
    case 'str':
      return text(Math.min(TEXT_LENGTH_MAX, Math.floor((field.max ?? TEXT_LENGTH_MAX * 4) / 4)));
    case 'bin':
      return fc.uint8Array({ maxLength: Math.min(300, field.max ?? 300) });
    case 'dynamic':
      return anyValue.map(encodeDynamic);
    case 'choice':
      return fc.constantFrom(...field.options!);
    case 'optional':
      return fc.option(arbitraryOf(field.item!), { nil: null });
    case 'list':
      return fc.array(arbitraryOf(field.item!), { maxLength: length });
    case 'map':
      return fc.array(fc.tuple(text(8), arbitraryOf(field.item!)), { maxLength: length }).map((entries) => new Map(entries));
    case 'struct':
      return fieldsOf(field.fields!);
    default:
      return integer(...integers[field.type]);
  }
}

export const fieldsOf = (fields: Fields): fc.Arbitrary<Record<string, unknown>> =>
  fc.record(Object.fromEntries(Object.entries(fields).map(([name, field]) => [name, arbitraryOf(field)])), { noNullPrototype: true });

/** The plain value with the same encoding. */
function plainOf(field: Field, value: unknown): unknown {
  switch (field.type) {
    case 'dynamic':
      return decodeDynamic(value as Uint8Array);
    case 'choice':
      return field.options!.indexOf(value as string);
    case 'optional':
      return value === null ? null : plainOf(field.item!, value);
    case 'list':
      return (value as unknown[]).map((item) => plainOf(field.item!, item));
    case 'map': {
      const plain = Object.create(null);
      for (const [key, item] of value as Map<string, unknown>) {
        Object.defineProperty(plain, key, { value: plainOf(field.item!, item), enumerable: true });
      }
      return plain;
    }
    case 'struct':
      return plainFields(field.fields!, value as Record<string, unknown>);
    default:
      return value;
  }
}

export const plainFields = (fields: Fields, value: Record<string, unknown>): unknown[] =>
  Object.entries(fields).map(([name, field]) => plainOf(field, value[name]));

/** The value as a decoder returns it: there is no -0 on the wire. */
export function decodedOf(value: unknown): unknown {
  if (typeof value === 'number') return value === 0 ? 0 : value;
  if (value instanceof Map) return new Map([...value].map(([key, item]) => [key, decodedOf(item)]));
  if (Array.isArray(value)) return value.map(decodedOf);
  if (value === null || typeof value !== 'object' || value instanceof Uint8Array) return value;
  return Object.fromEntries(Object.entries(value).map(([key, item]) => [key, decodedOf(item)]));
}
