/** Frames that a person has written: bodies by the names of their fields, as `decodeFrame` shows them. */
import { encodeDynamic } from '../protocol/dynamic.js';
import { BODY_OFFSET, writeFrameLength, writeHeader } from '../protocol/frame.js';
import { encodeFields } from '../protocol/interpret.js';
import type { Address, Frame, Kind, Microseconds } from '../protocol/names.js';
import type { Field } from '../protocol/schema.js';
import type { Schemas } from './schemas.js';

/** What a body in JSON has in place of bytes, before their hexadecimal digits. */
const HEX = 'hex:';

/** A body as JSON that can be edited. */
export const editableBody = (body: unknown): string =>
  JSON.stringify(
    body,
    (_, value: unknown) =>
      value instanceof Uint8Array ? HEX + Array.from(value, (byte) => byte.toString(16).padStart(2, '0')).join('') : value,
    2,
  );

export interface WrittenMessage {
  readonly kind: Kind;
  readonly target: Address;
  readonly sentAt: Microseconds;
  /** JSON, as `editableBody` gives it. */
  readonly body: string;
}

/**
 * A frame from nobody yet: whoever sends it gives it source, sequence and epoch.
 * @throws Error that says what is wrong with the body
 */
export function encodeMessage(schemas: Schemas, { kind, target, sentAt, body }: WrittenMessage): Frame {
  const schema = schemas.kind(kind);
  if (!schema) throw new Error('the recording has no schema of this kind, so that nobody knows how it is written');
  const values = valuesOf(body);
  const strange = Object.keys(values).find((name) => !schema.fields.some(([known]) => known === name));
  if (strange !== undefined)
    throw new Error(`${schema.name} has no field ${strange}: it has ${schema.fields.map(([name]) => name).join(', ')}`);
  const written = Object.fromEntries(schema.fields.map(([name, field]) => [name, writable(field, values[name])]));
  const bytes = encodeFields(schema.name, Object.fromEntries(schema.fields), written);
  const frame = new Uint8Array(BODY_OFFSET + bytes.length);
  writeHeader(frame, 0, { kind, target, sentAt, source: 0, sequence: 0, epoch: 1, causeSource: 0, causeSequence: 0 });
  frame.set(bytes, BODY_OFFSET);
  writeFrameLength(frame, 0, frame.length);
  return frame;
}

/** As the codec takes it: maps, and bytes in place of a value without a schema. */
function writable(field: Field, value: unknown): unknown {
  if (field.type === 'dynamic') return encodeDynamic(value);
  if (typeof value !== 'object' || value === null) return value;
  if (field.type === 'optional') return writable(field.item!, value);
  if (field.type === 'list' && Array.isArray(value)) return value.map((item) => writable(field.item!, item));
  const entries = Object.entries(value);
  if (field.type === 'map') return new Map(entries.map(([name, inner]) => [name, writable(field.item!, inner)]));
  if (field.type !== 'struct') return value;
  return Object.fromEntries(entries.map(([name, inner]) => [name, field.fields![name] ? writable(field.fields![name], inner) : inner]));
}

function valuesOf(body: string): Record<string, unknown> {
  const values: unknown = JSON.parse(body, (_, value: unknown) =>
    typeof value === 'string' && value.startsWith(HEX) ? bytesIn(value.slice(HEX.length)) : value,
  );
  if (typeof values !== 'object' || values === null || Array.isArray(values)) throw new Error('a body is an object: { "field": value }');
  return values as Record<string, unknown>;
}

function bytesIn(digits: string): Uint8Array {
  if (!/^([0-9a-f]{2})*$/i.test(digits)) throw new Error(`${HEX} is followed by two hexadecimal digits for each byte`);
  return Uint8Array.from(digits.match(/../g) ?? [], (two) => Number.parseInt(two, 16));
}
