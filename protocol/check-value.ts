/**
 * Checks MessagePack against a schema like its generated decoder, but without making values: for bytes that are kept and decoded
 * later, when it is too late to refuse them.
 */

import type { Fields } from './fields.js';
import { BINARY_BYTES_DEFAULT_MAX, LIST_LENGTH_DEFAULT_MAX, STRING_BYTES_DEFAULT_MAX } from './limits.js';
import type { Reader } from './reader.js';
import type { Field } from './schema.js';

/** Skips one value. @throws DecodeError */
export type Check = (reader: Reader) => void;

const checks = new WeakMap<object, Check>();

/** @returns the check for values of this type, made once per type */
export function checkOf(field: Field): Check {
  const known = checks.get(field);
  if (known) return known;
  const made = make(field);
  checks.set(field, made);
  return made;
}

function make(field: Field): Check {
  switch (field.type) {
    case 'str':
      return (reader) => checkText(reader, field.max ?? STRING_BYTES_DEFAULT_MAX);
    case 'bin':
      return (reader) => checkBinary(reader, field.max ?? BINARY_BYTES_DEFAULT_MAX);
    case 'choice':
      return (reader) => void reader.choice(field.options!.length);
    case 'dynamic':
      return (reader) => reader.skip();
    case 'struct':
      return structureOf(field.fields!);
    case 'optional': {
      const item = checkOf(field.item!);
      return (reader) => {
        if (!reader.nil()) item(reader);
      };
    }
    case 'list': {
      const item = checkOf(field.item!);
      return (reader) => {
        for (let left = reader.listLength(field.max ?? LIST_LENGTH_DEFAULT_MAX); left > 0; left--) item(reader);
      };
    }
    case 'map': {
      const item = checkOf(field.item!);
      return (reader) => {
        for (let left = reader.mapLength(field.max ?? LIST_LENGTH_DEFAULT_MAX); left > 0; left--) {
          checkText(reader, STRING_BYTES_DEFAULT_MAX);
          item(reader);
        }
      };
    }
    default: {
      const { type } = field;
      return (reader) => void reader[type]();
    }
  }
}

/** A structure with trailing fields that may be missing or unknown. */
function structureOf(fields: Fields): Check {
  const known = Object.values(fields).map(checkOf);
  return (reader) => {
    const present = reader.structure();
    for (let i = 0; i < present && i < known.length; i++) known[i](reader);
    reader.skipFields(present, known.length);
  };
}

/** Only a text that is not plain ASCII has to be decoded for the check. */
function checkText(reader: Reader, max: number): void {
  const { at, bytes } = reader;
  const tag = bytes[at];
  const plain = at < reader.end && ((tag & 0xe0) === 0xa0 || (tag >= 0xd9 && tag <= 0xdb));
  if (plain) {
    reader.skip();
    const start = at + ((tag & 0xe0) === 0xa0 ? 1 : tag === 0xd9 ? 2 : tag === 0xda ? 3 : 5);
    if (reader.at - start <= max && isAscii(bytes, start, reader.at)) return;
    reader.at = at;
  }
  reader.str(max);
}

function isAscii(bytes: Uint8Array, at: number, end: number): boolean {
  for (; at < end; at++) if (bytes[at] > 0x7f) return false;
  return true;
}

function checkBinary(reader: Reader, max: number): void {
  const { at, bytes } = reader;
  const tag = at < reader.end ? bytes[at] : 0;
  if (tag < 0xc4 || tag > 0xc6) reader.fail('type');
  reader.skip();
  if (reader.at - at - (tag === 0xc4 ? 2 : tag === 0xc5 ? 3 : 5) <= max) return;
  reader.at = at;
  reader.fail('too long');
}
