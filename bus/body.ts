/** Reads single fields of a body without decoding it, as the bus needs for requests and conflation keys. */

import { BODY_OFFSET, frameLength, readU16, readU32, readU53 } from '../protocol/frame.js';
import type { Address, Kind } from '../protocol/names.js';
import { skipValue } from '../protocol/skip.js';

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
  if (field < 0 || skipValue(bytes, field, end) < 0) return -1;
  const request = unsignedAt(bytes, field);
  return request > 0xffff_ffff ? -1 : request;
}

/** The request that a withdrawal is about, from the fields of its body; null when the body is malformed. */
export function withdrawnRequest(bytes: Uint8Array, at: number): { request: number; requester: Address; kind: Kind } | null {
  const end = at + frameLength(bytes, at);
  const fields: number[] = [];
  for (let i = 0, field = firstField(bytes, at); i < 3; i++) {
    const next = field < 0 ? -1 : skipValue(bytes, field, end);
    if (next < 0) return null;
    fields.push(unsignedAt(bytes, field));
    field = next;
  }
  const [request, requester, kind] = fields;
  const fits = request >= 0 && request <= 0xffff_ffff && requester >= 0 && requester <= 0xffff && kind >= 0 && kind <= 0xffff;
  return fits ? { request, requester, kind } : null;
}

/** The bytes of field `index` of the body, as a string that is equal for equal values; null when it cannot be found. */
export function fieldKey(bytes: Uint8Array, at: number, end: number, index: number): string | null {
  let field = firstField(bytes, at);
  for (let i = 0; i < index && field >= 0; i++) field = skipValue(bytes, field, end);
  const keyEnd = field < 0 ? -1 : skipValue(bytes, field, end);
  if (keyEnd < 0) return null;
  let key = '';
  for (let i = field; i < keyEnd; i++) key += String.fromCharCode(bytes[i]);
  return key;
}
