/**
 * Codecs made from a schema's fields alone, for where nothing was generated: the same bytes, the same values and the same errors as those of
 * generated code, at a fraction of its speed. tests/protocol/interpreted.test.ts compares the two.
 */
import { type Binding, type BoundParty, bind, type Codec, isBound, leadOf, type MessageRole, type Numbers } from './bind.js';
import { EncodeError } from './errors.js';
import type { Field, Fields } from './fields.js';
import { shapeOf } from './fingerprint.js';
import { BINARY_BYTES_DEFAULT_MAX, LIST_LENGTH_DEFAULT_MAX, STRING_BYTES_DEFAULT_MAX } from './limits.js';
import { locateField } from './locate.js';
import { RunNumbering } from './numbering.js';
import type { Reader } from './reader.js';
import { Writer } from './writer.js';

/** How values of one field are written and read. */
interface ValueCodec {
  write(writer: Writer, value: unknown): void;
  read(reader: Reader): unknown;
  /** What the field is where a sender did not know it. */
  initial(): unknown;
}

type Values = Record<string, unknown>;
type Scalar = 'u8' | 'u16' | 'u32' | 'u53' | 'i8' | 'i16' | 'i32' | 'f64';

/** A tag and eight bytes. */
const SCALAR_BYTES_MAX = 9;
const HEAD_BYTES_MAX = 3;

/**
 * Numbers and interpreting codecs for a party, to be given to `bind`.
 * @param numbers of the party
 */
export function interpreted(party: BoundParty, numbers: Numbers): Binding {
  const codecs = (messages: BoundParty['receives'] | BoundParty['publishes'], given: Numbers['receives']) =>
    Object.fromEntries(
      Object.entries(messages).map(([name, message]) => {
        const reply = message.role === 'request' ? message.reply : undefined;
        const kind = given[name]?.kind;
        const replied = reply && { reply: bodyCodec('reply', reply.fields, given[name]?.reply?.kind) };
        return [name, { ...bodyCodec(message.role, message.fields, kind), ...replied }];
      }),
    );
  return {
    address: numbers.address,
    receives: codecs(party.receives, numbers.receives),
    publishes: codecs(party.publishes, numbers.publishes),
    state: party.state && stateCodec(party.state),
  } as unknown as Binding;
}

/**
 * Binds the parties for which nothing was generated: by codecs from their schemas, and, where they have no numbers, with some for this run. All
 * of an application are given at once, also those that are bound, so that no number is given twice.
 * @throws NumberingError
 */
export function bindForRun(parties: readonly BoundParty[]): void {
  const numbers = runNumbers.number(parties);
  for (const party of parties) if (!isBound(party)) bind(party, interpreted(party, numbers.get(party) ?? party));
}

/** A schema is one object for the whole process, and keeps its numbers: two applications of one process may share it. */
const runNumbers = new RunNumbering();

function bodyCodec(role: MessageRole, fields: Fields, kind = 0): Codec<Values> {
  const leads = Object.keys(leadOf(role)).length;
  const { write, read, count } = structure(fields, leads);
  return {
    kind,
    shape: shapeOf(fields),
    encode(writer, values, first, second) {
      writer.reserve(HEAD_BYTES_MAX + 2 * SCALAR_BYTES_MAX);
      writer.structure(count);
      if (leads > 0) writer.u32(first);
      if (leads > 1) writer.bool(second);
      write(writer, values);
    },
    decode(reader) {
      const present = reader.structure();
      if (leads === 1) reader.request = present > 0 ? reader.u32() : 0;
      if (leads === 2) {
        reader.version = present > 0 ? reader.u32() : 0;
        reader.fresh = present > 1 ? reader.bool() : false;
      }
      const values = read(reader, present);
      reader.finish();
      return values;
    },
  };
}

/** A body by all of its fields, those in front included. @throws EncodeError, or another error, for a value that does not fit its field */
export function encodeFields(name: string, fields: Fields, values: Readonly<Values>): Uint8Array {
  const writer = new Writer();
  const { write, count } = structure(fields);
  writer.structure(count);
  try {
    write(writer, values);
  } catch (error) {
    if (!(error instanceof EncodeError)) throw error;
    throw new EncodeError(locateField(name, fields, writer.bytes, 0, writer.length, writer.length), error.problem);
  }
  return writer.toBytes();
}

function stateCodec(state: Field) {
  const { write, read } = valueCodec(state);
  return { shape: shapeOf(state.fields!), encode: write, decode: read };
}

/**
 * The fields of a structure, without its head.
 * @param leads number of fields before them
 */
function structure(fields: Fields, leads = 0) {
  const all = Object.entries(fields).map(([name, field]) => ({ name, ...valueCodec(field) }));
  const count = leads + all.length;
  return {
    count,
    write(writer: Writer, values: Values): void {
      for (const { name, write } of all) write(writer, values[name]);
    },
    read(reader: Reader, present: number): Values {
      const values: Values = {};
      let index = leads;
      for (const { name, read, initial } of all) values[name] = present > index++ ? read(reader) : initial();
      reader.skipFields(present, count);
      return values;
    },
    initial: (): Values => Object.fromEntries(all.map(({ name, initial }) => [name, initial()])),
  };
}

function valueCodec(field: Field): ValueCodec {
  switch (field.type) {
    case 'bool':
      return scalar(
        (writer, value) => writer.bool(value as boolean),
        (reader) => reader.bool(),
        false,
      );
    case 'str': {
      const max = field.max ?? STRING_BYTES_DEFAULT_MAX;
      return plain(
        (writer, value) => writer.str(value as string, max),
        (reader) => reader.str(max),
        () => '',
      );
    }
    case 'bin': {
      const max = field.max ?? BINARY_BYTES_DEFAULT_MAX;
      return plain(
        (writer, value) => writer.bin(value as Uint8Array, max),
        (reader) => reader.bin(max),
        () => new Uint8Array(0),
      );
    }
    case 'dynamic':
      return plain(
        (writer, value) => writer.dynamic(value as Uint8Array),
        (reader) => reader.dynamic(),
        () => Uint8Array.of(0xc0),
      );
    case 'choice': {
      const options = field.options as readonly unknown[];
      return scalar(
        (writer, value) => writer.choice(options.indexOf(value)),
        (reader) => options[reader.choice(options.length)],
        options[0],
      );
    }
    case 'struct':
      return structCodec(field);
    case 'optional':
      return optionalCodec(valueCodec(field.item!));
    case 'list':
      return listCodec(valueCodec(field.item!), field.max ?? LIST_LENGTH_DEFAULT_MAX);
    case 'map':
      return mapCodec(valueCodec(field.item!), field.max ?? LIST_LENGTH_DEFAULT_MAX);
    default: {
      const type: Scalar = field.type;
      return scalar(
        (writer, value) => writer[type](value as number),
        (reader) => reader[type](),
        0,
      );
    }
  }
}

const plain = (write: ValueCodec['write'], read: ValueCodec['read'], initial: ValueCodec['initial']): ValueCodec => ({
  write,
  read,
  initial,
});

/** A value for which the writer does not make room by itself. */
const scalar = (write: ValueCodec['write'], read: ValueCodec['read'], initial: unknown): ValueCodec => ({
  write(writer, value) {
    writer.reserve(SCALAR_BYTES_MAX);
    write(writer, value);
  },
  read,
  initial: () => initial,
});

function structCodec({ fields }: Field): ValueCodec {
  const { count, write, read, initial } = structure(fields!);
  return {
    write(writer, value) {
      writer.reserve(HEAD_BYTES_MAX);
      writer.structure(count);
      write(writer, value as Values);
    },
    read: (reader) => read(reader, reader.structure()),
    initial,
  };
}

const optionalCodec = ({ write, read }: ValueCodec): ValueCodec => ({
  write(writer, value) {
    writer.reserve(1);
    if (value == null) writer.nil();
    else write(writer, value);
  },
  read: (reader) => (reader.nil() ? null : read(reader)),
  initial: () => null,
});

const listCodec = ({ write, read }: ValueCodec, max: number): ValueCodec => ({
  write(writer, value) {
    const items = value as readonly unknown[];
    writer.listLength(items.length, max);
    for (const item of items) write(writer, item);
  },
  read(reader) {
    const items: unknown[] = [];
    for (let left = reader.listLength(max); left > 0; left--) items.push(read(reader));
    return items;
  },
  initial: () => [],
});

const mapCodec = ({ write, read }: ValueCodec, max: number): ValueCodec => ({
  write(writer, value) {
    const entries = value as ReadonlyMap<string, unknown>;
    writer.mapLength(entries.size, max);
    for (const key of [...entries.keys()].sort()) {
      writer.str(key, STRING_BYTES_DEFAULT_MAX);
      write(writer, entries.get(key));
    }
  },
  read(reader) {
    const entries = new Map<string, unknown>();
    for (let left = reader.mapLength(max); left > 0; left--) {
      const key = reader.str(STRING_BYTES_DEFAULT_MAX);
      entries.set(key, read(reader));
    }
    return entries;
  },
  initial: () => new Map(),
});
