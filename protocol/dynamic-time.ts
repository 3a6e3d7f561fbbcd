/**
 * Times in MessagePack's extension -1, in the shortest of 4, 8 and 12 bytes. Times that JavaScript's own type cannot hold are refused.
 * That type is also a clock, and no code here may name a clock, so the library makes and takes its objects.
 */
import { decodeTimestampExtension, decodeTimestampToTimeSpec, encodeTimestampExtension } from '@msgpack/msgpack';
import { EncodeError } from './errors.js';
import type { Reader } from './reader.js';
import { skipValue } from './skip.js';
import type { Writer } from './writer.js';

const TIMESTAMP = 0xff;
const NANOSECONDS_PER_MS = 1_000_000;

/** The prototype of times. */
export const TIME_PROTOTYPE: { getTime(): number } = Object.getPrototypeOf(decodeTimestampExtension(new Uint8Array(4)));

/** @throws EncodeError for an invalid time */
export function writeTime(writer: Writer, time: object): void {
  const ms = TIME_PROTOTYPE.getTime.call(time);
  const data = Number.isNaN(ms) ? null : encodeTimestampExtension(time);
  if (!data) throw new EncodeError('value', 'an invalid time cannot be written');
  const head = data.length === 4 ? [0xd6, TIMESTAMP] : data.length === 8 ? [0xd7, TIMESTAMP] : [0xc7, data.length, TIMESTAMP];
  writer.reserve(head.length + data.length);
  writer.bytes.set(head, writer.length);
  writer.bytes.set(data, writer.length + head.length);
  writer.length += head.length + data.length;
}

/** @throws DecodeError `type` for another extension, `range` for a time that is not in whole milliseconds */
export function readTime(reader: Reader): object {
  const { bytes, at } = reader;
  const end = skipValue(bytes, at, reader.end);
  if (end < 0) reader.fail('truncated');
  const head = bytes[at] >= 0xd4 && bytes[at] <= 0xd8 ? 1 : bytes[at] === 0xc7 ? 2 : bytes[at] === 0xc8 ? 3 : 5;
  const data = bytes.slice(at + head + 1, end);
  if (bytes[at + head] !== TIMESTAMP || ![4, 8, 12].includes(data.length)) reader.fail('type');
  const { nsec } = decodeTimestampToTimeSpec(data);
  const time = decodeTimestampExtension(data);
  if (nsec % NANOSECONDS_PER_MS !== 0 || nsec >= 1000 * NANOSECONDS_PER_MS || Number.isNaN(time.getTime())) reader.fail('range');
  reader.at = end;
  return time;
}
