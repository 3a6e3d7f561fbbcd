/** Tells versions of a schema apart by a hash of its text. The hash changes whenever old and new could misunderstand each other. */

import type { Field, Fields, PartySchema } from './fields.js';
import type { Kind } from './names.js';

/** FNV's offset of 64 bits in two halves, and the low part of its prime, 2 to the 40th and 0x1b3. Many televisions have no BigInt. */
const OFFSET_HIGH = 0xcbf29ce4;
const OFFSET_LOW = 0x84222325;
const PRIME_LOW = 0x1b3;
const HALF = 0x1_0000_0000;

/** @returns FNV-1a of 64 bits over the code points of a text: 16 hexadecimal digits */
export function fnv1a64(text: string): string {
  let high = OFFSET_HIGH;
  let low = OFFSET_LOW;
  for (const unit of text) {
    low = (low ^ unit.codePointAt(0)!) >>> 0;
    const product = low * PRIME_LOW;
    high = (high * PRIME_LOW + Math.floor(product / HALF) + ((low << 8) >>> 0)) % HALF;
    low = product % HALF;
  }
  return digitsOf(high) + digitsOf(low);
}

const digitsOf = (half: number): string => half.toString(16).padStart(8, '0');

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
export const fingerprintOf = (field: Field): string => fnv1a64(describeField(field));

/** A message of either direction, with the name that `messagesOf` gives it. */
interface DescribedMessage {
  readonly role: string;
  readonly kind: Kind;
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
export const partyFingerprint = (...described: Parameters<typeof describeParty>): string => fnv1a64(describeParty(...described));

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
