/** JSON Schema of a frame, as MCAP channels have it: for tools that know MessagePack but not Tandem. Titles are the names of the fields. */
import { BINARY_BYTES_DEFAULT_MAX, LIST_LENGTH_DEFAULT_MAX, STRING_BYTES_DEFAULT_MAX } from '../protocol/limits.js';
import type { Field } from '../protocol/schema.js';
import type { KindSchema } from './schemas.js';

type JsonSchema = Readonly<Record<string, unknown>>;

const RANGES: Readonly<Record<string, readonly [minimum: number, maximum: number]>> = {
  u8: [0, 0xff],
  u16: [0, 0xffff],
  u32: [0, 0xffff_ffff],
  u53: [0, Number.MAX_SAFE_INTEGER],
  i8: [-0x80, 0x7f],
  i16: [-0x8000, 0x7fff],
  i32: [-0x8000_0000, 0x7fff_ffff],
};

const integer = (type: string): JsonSchema => ({ type: 'integer', minimum: RANGES[type][0], maximum: RANGES[type][1] });
const titled = (title: string, schema: JsonSchema): JsonSchema => ({ title, ...schema });
const tuple = (prefixItems: readonly JsonSchema[]): JsonSchema => ({ type: 'array', prefixItems });

const HEADER: readonly JsonSchema[] = [
  titled('kind', integer('u16')),
  titled('source', integer('u16')),
  titled('target', integer('u16')),
  titled('sequence', integer('u53')),
  titled('epoch', integer('u32')),
  titled('cause', tuple([titled('source', integer('u16')), titled('sequence', integer('u53'))])),
  titled('sentAt', { ...integer('u53'), description: 'microseconds since the Unix epoch' }),
];

/** @returns the text of the schema */
export const jsonSchemaOf = (kind: KindSchema): string =>
  JSON.stringify({
    $schema: 'https://json-schema.org/draft/2020-12/schema',
    ...titled(kind.name, tuple([...HEADER, titled('body', tuple(kind.fields.map(([name, field]) => titled(name, schemaOf(field)))))])),
  });

function schemaOf(field: Field): JsonSchema {
  switch (field.type) {
    case 'f64':
      return { type: 'number' };
    case 'bool':
      return { type: 'boolean' };
    case 'str':
      return { type: 'string', description: `up to ${field.max ?? STRING_BYTES_DEFAULT_MAX} bytes of UTF-8` };
    case 'bin':
      return { type: 'string', contentEncoding: 'binary', maxLength: field.max ?? BINARY_BYTES_DEFAULT_MAX };
    case 'choice':
      return { ...integer('u16'), description: `index of ${field.options!.join(', ')}` };
    case 'optional':
      return { anyOf: [schemaOf(field.item!), { type: 'null' }] };
    case 'list':
      return { type: 'array', items: schemaOf(field.item!), maxItems: field.max ?? LIST_LENGTH_DEFAULT_MAX };
    case 'map':
      return { type: 'object', additionalProperties: schemaOf(field.item!), maxProperties: field.max ?? LIST_LENGTH_DEFAULT_MAX };
    case 'struct':
      return tuple(Object.entries(field.fields!).map(([name, item]) => titled(name, schemaOf(item))));
    case 'dynamic':
      return {};
    default:
      return integer(field.type);
  }
}
