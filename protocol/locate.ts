/**
 * Finds the field at an offset. Decoders of both languages note only the offset of a problem; the path is worked
 * out from the schema here, when there is something to report.
 */
import type { Field, Fields } from './fields.js';
import { skipValue } from './skip.js';

/**
 * @param bytes with a structure of `fields` that starts at `at`, and ends at `end` or breaks off before
 * @param offset of the problem in `bytes`
 * @returns the path, for example `commit.creates.node`, beginning with `name`; just `name` when the offset is in no field
 */
export function locateField(name: string, fields: Fields, bytes: Uint8Array, at: number, end: number, offset: number): string {
  const first = headLength(bytes, at, end);
  if (offset < first) return name;
  at = first;
  for (const [field, type] of Object.entries(fields)) {
    if (at >= end && offset >= end) return offset === at ? `${name}.${field}` : name;
    const next = skipValue(bytes, at, end);
    if (next < 0 || offset < next) return locate(`${name}.${field}`, type, bytes, at, end, offset);
    at = next;
  }
  return name;
}

function locate(path: string, field: Field, bytes: Uint8Array, at: number, end: number, offset: number): string {
  if (offset <= at) return path;
  switch (field.type) {
    case 'struct':
      return locateField(path, field.fields!, bytes, at, end, offset);
    case 'optional':
      return locate(path, field.item!, bytes, at, end, offset);
    case 'list':
    case 'map':
      at = headLength(bytes, at, end);
      while (at < end) {
        if (field.type === 'map') {
          at = skipValue(bytes, at, end);
          if (at < 0 || offset < at) return path;
        }
        const next = skipValue(bytes, at, end);
        if (next < 0 || offset < next) return locate(path, field.item!, bytes, at, end, offset);
        at = next;
      }
      return path;
    default:
      return path;
  }
}

/** Number of bytes before the content of the list, map or structure at `at`. */
function headLength(bytes: Uint8Array, at: number, end: number): number {
  const tag = at < end ? bytes[at] : 0;
  return at + (tag === 0xdc || tag === 0xde ? 3 : tag === 0xdd || tag === 0xdf ? 5 : 1);
}
