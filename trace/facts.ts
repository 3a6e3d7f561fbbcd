/** The facts of a recording as the metadata record `tandem`: all values are texts, and placement and schemas are JSON. */

import type { Fields, MessageSchema } from '../protocol/fields.js';
import { NESTING_DEPTH_MAX } from '../protocol/limits.js';
import type { Field, PartySchema } from '../protocol/schema.js';
import { isRecord, oneOf, text, u16 } from './check.js';
import { VM_NAMES } from './flow-state.js';
import { utf8Of } from './mcap/bytes.js';
import { crc32 } from './mcap/crc32.js';
import { RecordingError, type RecordingFacts } from './recording.js';

/** Name of the metadata record, and profile of the file. */
export const TANDEM = 'tandem';
/** Version of the layout. What an older reader would misunderstand raises it. 2: `status` steps. */
const FORMAT = 2;

const FIELD_TYPES: readonly string[] = 'u8 u16 u32 u53 i8 i16 i32 f64 bool str bin choice optional list map struct dynamic'.split(' ');
const LANES = ['interactive', 'ordinary', 'idle'];

export function encodeFacts(facts: RecordingFacts): Record<string, string> {
  const { version, schemaHash, level, startedAt, placement, parties } = facts;
  const said = {
    format: String(FORMAT),
    version,
    schemaHash,
    level,
    startedAt: String(startedAt),
    placement: JSON.stringify(placement),
    parties: JSON.stringify(parties.map(plainParty)),
  };
  return { ...said, checksum: checksumOf(said) };
}

/** The container has none for metadata. */
const checksumOf = (said: Readonly<Record<string, string>>): string =>
  crc32(
    utf8Of(
      Object.keys(said)
        .sort()
        .map((name) => `${name} ${said[name]}`)
        .join('\n'),
    ),
  ).toString(16);

/** A party without its codecs, if it has some. */
function plainParty(party: PartySchema): PartySchema {
  const { role, name, address, state, receives, publishes, follows, sendsTo, watches, passesOn, measures } = party;
  const topic = ({ kind, lane, overflow, key, fields }: MessageSchema) => ({ kind, lane, overflow, key, fields });
  const message = (schema: MessageSchema) => ({
    ...topic(schema),
    ...(schema.reply && { reply: { kind: schema.reply.kind, fields: schema.reply.fields }, deadlineMs: schema.deadlineMs }),
  });
  return {
    role,
    name,
    address,
    ...(state && { state: plainField(state) }),
    receives: mapped(receives, message),
    publishes: mapped(publishes, topic),
    follows,
    sendsTo,
    watches,
    ...(passesOn && { passesOn }),
    ...(measures && { measures }),
  };
}

const plainField = ({ type, max, name, options, item, fields }: Field): Field => ({ type, max, name, options, item, fields });

const mapped = <T, R>(entries: { readonly [name: string]: T }, change: (value: T) => R): { [name: string]: R } =>
  Object.fromEntries(Object.entries(entries).map(([name, value]) => [name, change(value)]));

/** @param offset of the record in the file @throws RecordingError `newer` or `damaged` */
export function decodeFacts(metadata: Readonly<Record<string, string>>, offset: number): RecordingFacts {
  const fail = (what: string): never => {
    throw new RecordingError('damaged', offset, `its ${what} makes no sense`);
  };
  const format = Number(metadata.format);
  if (!Number.isSafeInteger(format) || format < 1) fail('format');
  if (format > FORMAT)
    throw new RecordingError('newer', offset, `format ${format}, and this version of Tandem reads up to ${FORMAT}: update it`);
  const { checksum, ...said } = metadata;
  if (checksum !== checksumOf(said)) throw new RecordingError('damaged', offset, 'its facts were altered: their checksum differs');
  const { version, schemaHash, level } = said;
  if (version === undefined) fail('version');
  if (schemaHash === undefined) fail('schemaHash');
  if (level !== 'inputs' && level !== 'frames') return fail('level');
  const startedAt = Number(metadata.startedAt);
  if (!Number.isSafeInteger(startedAt) || startedAt < 0) fail('startedAt');
  const placement = parsed(metadata.placement);
  if (!isRecord(placement) || !Object.values(placement).every((vm) => oneOf(VM_NAMES)(vm))) return fail('placement');
  const parties = parsed(metadata.parties);
  if (!Array.isArray(parties) || !parties.every(isParty)) return fail('schemas');
  return { version, schemaHash, level, startedAt, placement: placement as RecordingFacts['placement'], parties };
}

function parsed(json: string | undefined): unknown {
  try {
    return JSON.parse(json ?? '');
  } catch {
    return undefined;
  }
}

const texts = (value: unknown): boolean => Array.isArray(value) && value.every(text);
const all = (value: unknown, check: (each: unknown) => boolean): boolean => isRecord(value) && Object.values(value).every(check);

const isParty = (value: unknown): value is PartySchema =>
  isRecord(value) &&
  (value.role === 'actor' || value.role === 'port') &&
  text(value.name) &&
  u16(value.address) &&
  (value.state === undefined || isField(value.state, 0)) &&
  all(value.receives, isMessage) &&
  all(value.publishes, isMessage) &&
  [value.follows, value.sendsTo, value.watches].every(texts) &&
  (value.passesOn === undefined || all(value.passesOn, text)) &&
  (value.measures === undefined || all(value.measures, text));

const isMessage = (value: unknown): boolean =>
  isRecord(value) &&
  u16(value.kind) &&
  oneOf(LANES)(value.lane) &&
  text(value.overflow) &&
  isFields(value.fields, 0) &&
  (value.reply === undefined || (isRecord(value.reply) && u16(value.reply.kind) && isFields(value.reply.fields ?? {}, 0)));

const isFields = (value: unknown, depth: number): value is Fields =>
  depth < NESTING_DEPTH_MAX && all(value, (field) => isField(field, depth + 1));

const isField = (value: unknown, depth: number): value is Field =>
  isRecord(value) &&
  depth < NESTING_DEPTH_MAX &&
  oneOf(FIELD_TYPES)(value.type) &&
  (value.type !== 'choice' || texts(value.options)) &&
  (!['optional', 'list', 'map'].includes(value.type as string) || isField(value.item, depth + 1)) &&
  (value.type !== 'struct' || isFields(value.fields, depth));
