/**
 * Decodes what was recorded by its schemas alone, without generated code: an old recording is read by what it was written with. Strictly, or, for
 * people and to name what differs, as far as it fits its schema.
 */
import { decodeDynamic } from '../protocol/dynamic.js';
import { DecodeError } from '../protocol/errors.js';
import type { FieldType } from '../protocol/fields.js';
import { BODY_OFFSET, checkFrame, KIND_OFFSET, readU16 } from '../protocol/frame.js';
import type { Frame, Kind } from '../protocol/names.js';
import { Reader } from '../protocol/reader.js';
import type { Field } from '../protocol/schema.js';
import type { KindSchema, Schemas } from './schemas.js';

/** Fields by name. Choices are their options, structures and maps are objects. */
export type DecodedFields = Readonly<Record<string, unknown>>;

type NamedFields = readonly (readonly [name: string, field: Field])[];

/** The schema has its bounds for who writes; what was written is bounded by its frame. */
const UNBOUNDED = Number.POSITIVE_INFINITY;

/**
 * The body of a frame. A kind without a schema gives the fields by their positions.
 * @throws DecodeError with kind, field and offset
 */
export function decodeFrame(schemas: Schemas, frame: Frame): DecodedFields {
  checkFrame(frame, 0, frame.length);
  const schema = schemas.kind(readU16(frame, KIND_OFFSET));
  if (schema) return decodeBody(schema, frame);
  const fields = decodeDynamic(frame.subarray(BODY_OFFSET));
  return { ...(Array.isArray(fields) ? fields : [fields]) };
}

/** @throws DecodeError with kind, field and offset */
function decodeBody({ kind, name, fields }: KindSchema, frame: Frame): DecodedFields {
  const decoder = new FieldDecoder(new Reader().reset(frame, BODY_OFFSET));
  return decoder.all(fields, name, kind);
}

/** The body of a frame as far as it fits its schema. @returns undefined when it is no MessagePack */
export function readableBody(schemas: Schemas, frame: Frame): unknown {
  const schema = schemas.kind(readU16(frame, KIND_OFFSET));
  const field: Field = schema ? { type: 'struct', fields: Object.fromEntries(schema.fields) } : { type: 'dynamic' };
  return readableValue(field, frame.subarray(BODY_OFFSET));
}

/**
 * A value as far as it fits its schema: what does not fit is as it was written, a field that the schema does not know has its position for a
 * name, and one that is not there is left out.
 * @returns undefined when it is no MessagePack
 */
export function readableValue(field: Field, bytes: Uint8Array): unknown {
  try {
    return new FieldDecoder(new Reader().reset(bytes), false).one(field);
  } catch (error) {
    if (!(error instanceof DecodeError)) throw error;
    return undefined;
  }
}

/** Sets a property even when its name is that of the prototype. */
function set(object: Record<string, unknown>, name: string, value: unknown): void {
  if (name === '__proto__') Object.defineProperty(object, name, { value, enumerable: true, configurable: true, writable: true });
  else object[name] = value;
}

export class FieldDecoder {
  /** Names and indices that lead to the present field. */
  private readonly path: string[] = [];

  constructor(
    private readonly reader: Reader,
    private readonly strict = true,
  ) {}

  one(field: Field): unknown {
    const value = this.named('value', field);
    this.reader.finish();
    return value;
  }

  all(fields: NamedFields, name: string, kind: Kind): DecodedFields {
    try {
      const decoded = this.structure(fields);
      this.reader.finish();
      return decoded;
    } catch (error) {
      if (!(error instanceof DecodeError)) throw error;
      throw new DecodeError(error.problem, error.offset, [name, ...this.path].filter(Boolean).join('.'), kind);
    }
  }

  private structure(fields: NamedFields): DecodedFields {
    const { reader } = this;
    const present = reader.structure();
    const decoded: Record<string, unknown> = {};
    fields.forEach(([name, field], index) => {
      if (index < present) set(decoded, name, this.named(name, field));
      else if (this.strict) set(decoded, name, defaultOf(field));
    });
    if (this.strict) reader.skipFields(present, fields.length);
    else for (let index = fields.length; index < present; index++) decoded[index] = decodeDynamic(reader.dynamic());
    return decoded;
  }

  private named(name: string, field: Field): unknown {
    this.path.push(name);
    const value = this.strict ? this.value(field) : this.fitting(field);
    this.path.pop();
    return value;
  }

  /** The value by its schema, or as it was written. */
  private fitting(field: Field): unknown {
    const { at } = this.reader;
    const depth = this.path.length;
    try {
      return this.value(field);
    } catch (error) {
      if (!(error instanceof DecodeError)) throw error;
      this.reader.at = at;
      this.path.length = depth;
      return decodeDynamic(this.reader.dynamic());
    }
  }

  /** The value that is next. @throws DecodeError */
  value(field: Field): unknown {
    const { reader } = this;
    switch (field.type) {
      case 'str':
        return reader.str(UNBOUNDED);
      case 'bin':
        return reader.bin(UNBOUNDED);
      case 'choice':
        return field.options![reader.choice(field.options!.length)];
      case 'optional':
        return reader.nil() ? null : this.value(field.item!);
      case 'list':
        return this.list(field.item!);
      case 'map':
        return this.map(field.item!);
      case 'struct':
        return this.structure(Object.entries(field.fields!));
      case 'dynamic':
        return decodeDynamic(reader.dynamic());
      default:
        return reader[field.type]();
    }
  }

  private list(item: Field): unknown[] {
    const length = this.reader.listLength(UNBOUNDED);
    const items: unknown[] = [];
    for (let index = 0; index < length; index++) items.push(this.named(String(index), item));
    return items;
  }

  private map(item: Field): DecodedFields {
    const length = this.reader.mapLength(UNBOUNDED);
    const entries: Record<string, unknown> = {};
    for (let index = 0; index < length; index++) {
      const key = this.reader.str(UNBOUNDED);
      set(entries, key, this.named(key, item));
    }
    return entries;
  }
}

const DEFAULTS: Readonly<Partial<Record<FieldType, () => unknown>>> = {
  bool: () => false,
  str: () => '',
  bin: () => new Uint8Array(0),
  optional: () => null,
  list: () => [],
  map: () => ({}),
  dynamic: () => null,
};

/** What a field is that an older sender did not know. */
export function defaultOf(field: Field): unknown {
  if (field.type === 'choice') return field.options![0];
  if (field.type === 'struct') {
    const decoded: Record<string, unknown> = {};
    for (const [name, inner] of Object.entries(field.fields!)) set(decoded, name, defaultOf(inner));
    return decoded;
  }
  const make = DEFAULTS[field.type];
  return make ? make() : 0;
}
