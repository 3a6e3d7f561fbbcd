/** Reads the id of a courier's message from what reports and dead letters keep of it: their first bytes. */
import { BODY_OFFSET } from '../protocol/frame.js';
import { Reader } from '../protocol/reader.js';
import { KIND } from './protocol/courier.js';

/** @param kind of the frame: a request has its number before its fields */
export function idOf(kind: number, firstBytes: Uint8Array): number {
  const reader = new Reader();
  reader.reset(firstBytes, BODY_OFFSET, firstBytes.length);
  reader.structure();
  if ((kind & 0xff) === KIND.ask) reader.u32();
  return reader.u32();
}
