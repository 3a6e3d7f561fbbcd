/**
 * Plain values as MessagePack, for what the runtime keeps for itself: checkpoints, rare steps of a trace. Objects keep the order of their
 * properties, and those that are undefined are left out.
 *
 * The catch: it trusts whoever has made the value. Values of an application are for `dynamic.ts`, which refuses what would not come out as it went in.
 */
import { NESTING_DEPTH_MAX } from './limits.js';
import { Reader } from './reader.js';
import { Writer } from './writer.js';

/** The largest number, with its tag. */
const NUMBER_BYTES_MAX = 9;

/** @param value null, a boolean, a number, a string, a Uint8Array, or an array or object of these */
export function writePlain(writer: Writer, value: unknown): void {
  writer.reserve(NUMBER_BYTES_MAX);
  if (typeof value === 'number') writer.f64(value);
  else if (typeof value === 'string') writer.str(value, Number.POSITIVE_INFINITY);
  else if (typeof value === 'boolean') writer.bool(value);
  else if (value === null || value === undefined) writer.nil();
  else if (value instanceof Uint8Array) writer.bin(value, Number.POSITIVE_INFINITY);
  else if (Array.isArray(value)) writeList(writer, value);
  else writeMap(writer, value as Record<string, unknown>);
}

function writeList(writer: Writer, items: readonly unknown[]): void {
  writer.listLength(items.length, Number.POSITIVE_INFINITY);
  for (const item of items) writePlain(writer, item);
}

function writeMap(writer: Writer, value: Record<string, unknown>): void {
  const names = Object.keys(value).filter((name) => value[name] !== undefined);
  writer.mapLength(names.length, Number.POSITIVE_INFINITY);
  for (const name of names) {
    writer.str(name, Number.POSITIVE_INFINITY);
    writePlain(writer, value[name]);
  }
}

export function encodePlain(value: unknown): Uint8Array {
  const writer = new Writer();
  writePlain(writer, value);
  return writer.toBytes();
}

/** @throws DecodeError when the bytes are not one value */
export function decodePlain(bytes: Uint8Array): unknown {
  const reader = new Reader().reset(bytes);
  const value = readValue(reader, leftOut);
  reader.finish();
  return value;
}

/** Reads an extension of MessagePack. */
export type ReadExtension = (reader: Reader) => unknown;

const leftOut: ReadExtension = (reader) => {
  reader.skip();
  return null;
};

/** @throws DecodeError */
export function readValue(reader: Reader, readExtension: ReadExtension, depth = 0): unknown {
  const tag = reader.at < reader.end ? reader.bytes[reader.at] : reader.fail('truncated');
  if (tag < 0x80 || tag >= 0xe0 || (tag >= 0xcc && tag <= 0xd3)) return reader.i53();
  if (tag < 0x90 || tag === 0xde || tag === 0xdf) return readMap(reader, readExtension, depth);
  if (tag < 0xa0 || tag === 0xdc || tag === 0xdd) return readList(reader, readExtension, depth);
  if (tag < 0xc0 || (tag >= 0xd9 && tag <= 0xdb)) return reader.str(Number.POSITIVE_INFINITY);
  if (tag === 0xc0) return reader.nil() && null;
  if (tag === 0xc2 || tag === 0xc3) return reader.bool();
  if (tag >= 0xc4 && tag <= 0xc6) return reader.bin(Number.POSITIVE_INFINITY);
  if (tag === 0xca || tag === 0xcb) return reader.f64();
  return tag === 0xc1 ? reader.fail('type') : readExtension(reader);
}

function readList(reader: Reader, readExtension: ReadExtension, depth: number): unknown[] {
  if (depth >= NESTING_DEPTH_MAX) reader.fail('too deep');
  const length = reader.listLength(Number.POSITIVE_INFINITY);
  const items: unknown[] = [];
  for (let i = 0; i < length; i++) items.push(readValue(reader, readExtension, depth + 1));
  return items;
}

function readMap(reader: Reader, readExtension: ReadExtension, depth: number): Record<string, unknown> {
  if (depth >= NESTING_DEPTH_MAX) reader.fail('too deep');
  const length = reader.mapLength(Number.POSITIVE_INFINITY);
  const entries: Record<string, unknown> = {};
  for (let i = 0; i < length; i++) {
    const at = reader.at;
    const key = reader.str(Number.POSITIVE_INFINITY);
    if (Object.hasOwn(entries, key)) {
      reader.at = at;
      reader.fail('duplicate key');
    }
    const value = readValue(reader, readExtension, depth + 1);
    // An assignment to `__proto__` would set the prototype.
    if (key === '__proto__') Object.defineProperty(entries, key, { value, enumerable: true, configurable: true, writable: true });
    else entries[key] = value;
  }
  return entries;
}
