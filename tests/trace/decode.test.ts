/** The decoder by schema reads what generated encoders write, and gives what generated decoders give. */
import { encode } from '@msgpack/msgpack';
import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { decodeDynamic } from '../../protocol/dynamic.js';
import { Reader } from '../../protocol/reader.js';
import type { Field } from '../../protocol/schema.js';
import { Writer } from '../../protocol/writer.js';
import { decodeFrame, FieldDecoder, readableBody, readableValue } from '../../trace/decode.js';
import { Schemas } from '../../trace/schemas.js';
import { allParties, codecs } from '../protocol/codecs.js';
import { fieldsOf } from '../protocol/values.js';
import { frameOf } from './random-steps.js';

const SEED = 20_261_129;
const schemas = new Schemas(allParties);
const header = { source: 1, target: 2, sequence: 1, epoch: 1, causeSource: 0, causeSequence: 0, sentAt: 1 };

/** What a generated decoder gives, as it is shown: maps as objects, dynamic fields as their values. */
function shown(field: Field, value: unknown): unknown {
  switch (field.type) {
    case 'dynamic':
      return (value as Uint8Array).length ? decodeDynamic(value as Uint8Array) : null;
    case 'optional':
      return value === null ? null : shown(field.item!, value);
    case 'list':
      return (value as unknown[]).map((item) => shown(field.item!, item));
    case 'map':
      return fromEntries([...(value as Map<string, unknown>)].map(([key, item]) => [key, shown(field.item!, item)]));
    case 'struct':
      return shownFields(field.fields!, value);
    default:
      return value;
  }
}

function fromEntries(entries: readonly (readonly [string, unknown])[]): object {
  const object = {};
  for (const [key, value] of entries) Object.defineProperty(object, key, { value, enumerable: true, configurable: true, writable: true });
  return object;
}

const shownFields = (fields: Readonly<Record<string, Field>>, value: unknown): object =>
  fromEntries(Object.entries(fields).map(([name, field]) => [name, shown(field, (value as Record<string, unknown>)[name])]));

function frameWith(kind: number, body: Uint8Array): Uint8Array {
  const frame = frameOf({ ...header, kind }, null);
  const whole = new Uint8Array(frame.length - 1 + body.length);
  whole.set(frame);
  whole.set(body, frame.length - 1);
  new DataView(whole.buffer).setUint32(0, whole.length - 4, true);
  return whole;
}

describe.each(codecs.map((codec) => [codec.name, codec] as const))('%s', (_, codec) => {
  const decoded = (body: Uint8Array): unknown =>
    codec.kind
      ? decodeFrame(schemas, frameWith(codec.kind, body))
      : new FieldDecoder(new Reader().reset(body)).one({ type: 'struct', fields: codec.fields });

  test('decodes like generated code', () => {
    fc.assert(
      fc.property(fieldsOf(codec.fields), (value) => {
        const writer = new Writer();
        codec.encode(writer, value);
        const body = writer.toBytes();
        expect(decoded(body)).toEqual(shownFields(codec.fields, codec.decode(new Reader().reset(body))));
      }),
      { seed: SEED, numRuns: 5 },
    );
  });

  test('is read the same where it fits', () => {
    fc.assert(
      fc.property(fieldsOf(codec.fields), (value) => {
        const writer = new Writer();
        codec.encode(writer, value);
        const body = writer.toBytes();
        const readable = codec.kind
          ? readableBody(schemas, frameWith(codec.kind, body))
          : readableValue({ type: 'struct', fields: codec.fields }, body);
        expect(readable).toEqual(decoded(body));
      }),
      { seed: SEED, numRuns: 5 },
    );
  });

  test('fills in what an older sender did not know', () => {
    const none = Uint8Array.of(0x90);
    expect(decoded(none)).toEqual(shownFields(codec.fields, codec.decode(new Reader().reset(none))));
  });
});

test('a kind without a schema gives its fields by position; a malformed body names the field', () => {
  expect(decodeFrame(schemas, frameOf({ ...header, kind: 0xfff0 }, ['a', 7]))).toEqual({ 0: 'a', 1: 7 });
  const { kind } = codecs.find(({ name }) => name === 'every.lists')!;
  const wrong = frameWith(kind, encode([[], [], [], [], [], [], [], [], [['text', new Uint8Array(0), [1, 'no number', 0], []]]]));
  expect(() => decodeFrame(schemas, wrong)).toThrow('type at byte 20 in every.lists.labels.0.at.y (kind 0x4105)');
});

test('what does not fit its schema is read as it was written', () => {
  const point: Field = { type: 'struct', fields: { x: { type: 'u8' }, colour: { type: 'choice', options: ['red'] } } };
  const cases: readonly (readonly [written: unknown, read: unknown])[] = [
    [[7, 0], { x: 7, colour: 'red' }],
    [['seven', 3], { x: 'seven', colour: 3 }],
    [[7], { x: 7 }],
    [[7, 0, [1], 'more'], { x: 7, colour: 'red', 2: [1], 3: 'more' }],
    ['no point', 'no point'],
  ];
  for (const [written, read] of cases) expect(readableValue(point, encode(written))).toEqual(read);
  expect(readableValue({ type: 'list', item: point }, encode([[1, 0], 'odd']))).toEqual([{ x: 1, colour: 'red' }, 'odd']);
  for (const bytes of [[], [0xc1], [0x92, 7], [0x92, 7, 0, 0]]) expect(readableValue(point, Uint8Array.from(bytes))).toBeUndefined();
  expect(readableBody(schemas, frameOf({ ...header, kind: 0xfff0 }, ['a', 7]))).toEqual(['a', 7]);
});
