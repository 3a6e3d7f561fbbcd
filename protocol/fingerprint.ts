/** Tells versions of a schema apart by a hash of its text. The hash changes whenever old and new could misunderstand each other. */
import type { Field, Fields, PartySchema } from './fields.js';

const FNV_OFFSET = 0xcbf29ce484222325n;
const FNV_PRIME = 0x100000001b3n;

/** FNV-1a of 64 bits over the code points of a text. */
export function fnv1a64(text: string): bigint {
  let hash = FNV_OFFSET;
  for (const unit of text) hash = BigInt.asUintN(64, (hash ^ BigInt(unit.codePointAt(0)!)) * FNV_PRIME);
  return hash;
}

/**
 * FNV-1a of 32 bits over the UTF-16 code units of the fields' description: whether code was generated for these fields. It is worked out at each start,
 * where one of 64 bits would take a hundred times as long.
 */
export function shapeOf(fields: Fields): number {
  const text = describeFields(fields);
  let hash = 0x811c9dc5;
  for (let i = 0; i < text.length; i++) hash = Math.imul(hash ^ text.charCodeAt(i), 0x01000193);
  return hash >>> 0;
}

/** Fingerprint of a field's content: order, names, types and limits of everything in it. */
export const fingerprintOf = (field: Field): bigint => fnv1a64(describeField(field));

/** A message of either direction, with the name that `messagesOf` gives it. */
interface DescribedMessage {
  readonly role: string;
  readonly kind: number;
  readonly name: string;
  readonly fields: Fields;
}

/** Everything on which two sides must agree to read a party's messages and state. */
export function describeParty(
  party: Pick<PartySchema, 'role' | 'name' | 'address' | 'state' | 'follows'>,
  messages: readonly DescribedMessage[],
): string {
  const state = party.state ? describeField(party.state) : 'none';
  return [
    `${party.role} ${party.name} ${party.address} state ${state}`,
    ...messages.map(({ role, kind, name, fields }) => `${role} ${kind} ${name} ${describeFields(fields)}`),
    `follows ${party.follows}`,
  ].join('\n');
}

/** Fingerprint of a party as a guest reports it: 16 hexadecimal digits. */
export const partyFingerprint = (...described: Parameters<typeof describeParty>): string =>
  fnv1a64(describeParty(...described))
    .toString(16)
    .padStart(16, '0');

export const describeFields = (fields: Fields): string =>
  `{${Object.entries(fields)
    .map(([name, field]) => `${name}:${describeField(field)}`)
    .join()}}`;

function describeField(field: Field): string {
  const inner = field.fields
    ? describeFields(field.fields)
    : field.item
      ? `<${describeField(field.item)}>`
      : (field.options?.join('|') ?? '');
  return `${field.type}${field.max ?? ''}${inner}`;
}
