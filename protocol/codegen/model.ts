/** Shared by the emitters: the named types of a schema, sizes, defaults and names. Pure functions over schemas. */
import { leadOf, type MessageRole } from '../bind.js';
import type { Fields } from '../fields.js';
import { BINARY_BYTES_DEFAULT_MAX, LIST_LENGTH_DEFAULT_MAX, STRING_BYTES_DEFAULT_MAX } from '../limits.js';
import type { Field, PartySchema } from '../schema.js';

/** One message kind as the emitters see it. */
export interface Message {
  readonly role: MessageRole;
  readonly kind: number;
  readonly name: string;
  readonly lead: Fields;
  readonly fields: Fields;
}

/** A folder's schemas, and those that they may refer to. */
export interface SchemaSet {
  /** Parties in the order of their addresses. */
  readonly parties: readonly PartySchema[];
  /** The runtime's parties, when the folder belongs to an application. */
  readonly foreign: readonly PartySchema[];
}

/** The messages that a party receives, in the order of the schema, each request followed by its reply, and then its publications. */
export function messagesOf(party: PartySchema): Message[] {
  const messages: Message[] = [];
  const add = (role: MessageRole, name: string, kind: number, fields: Fields) =>
    messages.push({ role, kind, name, fields, lead: leadOf(role) });
  for (const [name, message] of Object.entries(party.receives)) {
    add(message.reply ? 'request' : 'message', name, message.kind, message.fields);
    if (message.reply) add('reply', `${name}Reply`, message.reply.kind, message.reply.fields ?? {});
  }
  for (const [name, topic] of Object.entries(party.publishes)) add('publication', name, topic.kind, topic.fields);
  return messages;
}

/** The structures and choices of a party by name, each after those that it is made of. @throws Error for one name with two meanings */
export function namedTypes(party: PartySchema): Map<string, Field> {
  const found = new Map<string, Field>();
  for (const message of messagesOf(party)) for (const field of Object.values(message.fields)) collect(field, found, party.name);
  if (party.state) collect(party.state, found, party.name);
  return found;
}

function collect(field: Field, found: Map<string, Field>, party: string): void {
  if (field.item) collect(field.item, found, party);
  for (const inner of Object.values(field.fields ?? {})) collect(inner, found, party);
  if (field.name === undefined) return;
  const other = found.get(field.name);
  if (other && !sameType(other, field)) throw new Error(`${party}: two types are named ${field.name}`);
  found.set(field.name, field);
}

export const sameType = (left: Field, right: Field): boolean => JSON.stringify(left) === JSON.stringify(right);

/** Named types that several parties of the set share. */
export function sharedTypes(parties: readonly PartySchema[]): Map<string, Field> {
  const seen = new Map<string, Field>();
  const shared = new Map<string, Field>();
  for (const party of parties) {
    for (const [name, field] of namedTypes(party)) {
      const other = seen.get(name);
      if (other && sameType(other, field)) shared.set(name, field);
      seen.set(name, field);
    }
  }
  for (const field of [...shared.values()]) collect(field, shared, 'shared types');
  return shared;
}

const FIXED_BYTES: { readonly [type: string]: number } = {
  u8: 2,
  u16: 3,
  u32: 5,
  u53: 9,
  i8: 2,
  i16: 3,
  i32: 5,
  f64: 9,
  bool: 1,
  choice: 3,
};

/** Maximum size of a value whose encoding is bounded and needs no checks of its own, in bytes; null for all others. */
export const fixedBytes = (field: Field): number | null =>
  field.type === 'optional' ? fixedBytes(field.item!) : (FIXED_BYTES[field.type] ?? null);

export const structureHeadBytes = (fields: number): number => (fields < 16 ? 1 : 3);

/** The bound of a string, binary, list or map. */
export function maxOf(field: Field): number {
  if (field.max !== undefined) return field.max;
  return field.type === 'str' ? STRING_BYTES_DEFAULT_MAX : field.type === 'bin' ? BINARY_BYTES_DEFAULT_MAX : LIST_LENGTH_DEFAULT_MAX;
}

/** Turns `space between` into `SpaceBetween`. */
export const pascal = (name: string): string =>
  name
    .split(/[^A-Za-z0-9]+/)
    .filter(Boolean)
    .map((word) => word[0].toUpperCase() + word.slice(1))
    .join('')
    .replace(/^(?=[0-9])/, 'Option');

export const hex = (kind: number): string => `0x${kind.toString(16).padStart(4, '0')}`;

export const indent = (lines: readonly string[], levels = 1): string[] => lines.map((line) => (line ? '  '.repeat(levels) + line : line));

/** Code that writes one value. With `bytes`, the caller has reserved this many; without, the code reserves room itself. */
export interface Step {
  readonly bytes: number | null;
  readonly lines: readonly string[];
}

/** Puts one reservation before each run of values of bounded size. */
export function withReserves(steps: readonly Step[]): string[] {
  const lines: string[] = [];
  for (let i = 0; i < steps.length; ) {
    let bytes = 0;
    let end = i;
    for (; end < steps.length && steps[end].bytes !== null; end++) bytes += steps[end].bytes!;
    if (end > i) lines.push(`writer.reserve(${bytes});`);
    else end++;
    for (; i < end; i++) lines.push(...steps[i].lines);
  }
  return lines;
}
