/** Reads single fields of a body without decoding it, as the bus needs for requests and conflation keys. */
import { BODY_OFFSET, frameLength, readU16, readU32, readU53 } from '../protocol/frame.js';

/** Position of the first field of the body array of the frame at `at`; -1 when the body is not an array. */
function firstField(bytes: Uint8Array, at: number): number {
  const tag = bytes[at + BODY_OFFSET];
  if ((tag & 0xf0) === 0x90) return at + BODY_OFFSET + 1;
  if (tag === 0xdc) return at + BODY_OFFSET + 3;
  if (tag === 0xdd) return at + BODY_OFFSET + 5;
  return -1;
}

/** The unsigned integer at `at`, or -1 when there is none. */
function unsignedAt(bytes: Uint8Array, at: number): number {
  const tag = bytes[at];
  if (tag < 0x80) return tag;
  if (tag === 0xcc) return bytes[at + 1];
  if (tag === 0xcd) return readU16(bytes, at + 1);
  if (tag === 0xce) return readU32(bytes, at + 1);
  if (tag === 0xcf) return readU53(bytes, at + 1);
  return -1;
}

/** The request number at the start of the body of a request or reply; -1 when it is missing or malformed. */
export function requestNumber(bytes: Uint8Array, at: number, end: number): number {
  const field = firstField(bytes, at);
  if (field < 0 || field + Math.max(1, scalarLength(bytes, field, end)) > end) return -1;
  const request = unsignedAt(bytes, field);
  return request > 0xffff_ffff ? -1 : request;
}

/** The request that a withdrawal is about, from the fields of its body; null when the body is malformed. */
export function withdrawnRequest(bytes: Uint8Array, at: number): { request: number; requester: number; kind: number } | null {
  const end = at + frameLength(bytes, at);
  const fields: number[] = [];
  for (let i = 0, field = firstField(bytes, at); i < 3; i++) {
    const length = field < 0 ? -1 : scalarLength(bytes, field, end);
    if (length < 0 || field + length > end) return null;
    fields.push(unsignedAt(bytes, field));
    field += length;
  }
  const [request, requester, kind] = fields;
  const fits = request >= 0 && request <= 0xffff_ffff && requester >= 0 && requester <= 0xffff && kind >= 0 && kind <= 0xffff;
  return fits ? { request, requester, kind } : null;
}

/** Length in bytes of the scalar at `at`; -1 for containers and beyond the end. */
function scalarLength(bytes: Uint8Array, at: number, end: number): number {
  if (at >= end) return -1;
  const tag = bytes[at];
  if (tag < 0x80 || tag >= 0xe0 || (tag >= 0xc0 && tag <= 0xc3)) return 1;
  if ((tag & 0xe0) === 0xa0) return 1 + (tag & 0x1f);
  switch (tag) {
    case 0xcc:
    case 0xd0:
      return 2;
    case 0xcd:
    case 0xd1:
      return 3;
    case 0xca:
    case 0xce:
    case 0xd2:
      return 5;
    case 0xcb:
    case 0xcf:
    case 0xd3:
      return 9;
    case 0xc4:
    case 0xd9:
      return 2 + bytes[at + 1];
    case 0xc5:
    case 0xda:
      return 3 + readU16(bytes, at + 1);
    case 0xc6:
    case 0xdb:
      return 5 + readU32(bytes, at + 1);
    default:
      return -1;
  }
}

/** The bytes of scalar field `index`, as a string that is equal for equal values; null when it cannot be found. */
export function scalarKey(bytes: Uint8Array, at: number, end: number, index: number): string | null {
  let field = firstField(bytes, at);
  if (field < 0) return null;
  for (let i = 0; i < index; i++) {
    const length = scalarLength(bytes, field, end);
    if (length < 0) return null;
    field += length;
  }
  const length = scalarLength(bytes, field, end);
  if (length < 0 || field + length > end) return null;
  let key = '';
  for (let i = field; i < field + length; i++) key += String.fromCharCode(bytes[i]);
  return key;
}
