/** One number for the whole contract: kinds, order, types and limits of all fields. It changes when old and new could misunderstand each other. */
import { RETIRED_KINDS } from '../retired-kinds.js';
import type { Field, Fields, PartySchema } from '../schema.js';
import { messagesOf } from './model.js';

/** FNV-1a of 64 bits over a canonical text, in 16 hexadecimal digits. */
export function schemaHash(parties: readonly PartySchema[]): string {
  const text = [...parties]
    .sort((left, right) => left.address - right.address)
    .map(describeParty)
    .join('\n');
  let hash = 0xcbf29ce484222325n;
  for (const unit of `${text}\nretired ${[...RETIRED_KINDS].sort((left, right) => left - right)}`) {
    hash = BigInt.asUintN(64, (hash ^ BigInt(unit.codePointAt(0)!)) * 0x100000001b3n);
  }
  return hash.toString(16).padStart(16, '0');
}

function describeParty(party: PartySchema): string {
  const messages = messagesOf(party).map(({ role, kind, name, fields }) => `${role} ${kind} ${name} ${describeFields(fields)}`);
  const state = party.state ? describeField(party.state) : 'none';
  return [
    `${party.role} ${party.name} ${party.address} state ${state}`,
    ...messages,
    `follows ${party.follows}`,
    `sends to ${party.sendsTo}`,
    `watches ${party.watches}`,
  ].join('\n');
}

const describeFields = (fields: Fields): string =>
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
