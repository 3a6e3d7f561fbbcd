/** Every generated codec, with what tests need to use it with any fields: the runtime's, the counter's, and those of a schema with every type. */
import { parties as counterParties } from '../../examples/counter/protocol/generated/index.js';
import { type AnyBound, type BoundParty, leadOf } from '../../protocol/bind.js';
import { messagesOf } from '../../protocol/codegen/model.js';
import type { Fields } from '../../protocol/fields.js';
import { tandemParties } from '../../protocol/generated/index.js';
import type { Reader } from '../../protocol/reader.js';
import type { Writer } from '../../protocol/writer.js';
import { parties as everyParties } from './every/generated/index.js';

export const allParties = [...tandemParties, ...counterParties, ...everyParties] as readonly unknown[] as readonly BoundParty[];

/** Fields of a body by name: those of the schema, and the leading ones. */
export type Body = Record<string, unknown>;

export interface NamedCodec {
  /** Name, for example `counter.increment`. */
  readonly name: string;
  /** Beginning of the paths of its fields. */
  readonly root: string;
  /** 0 for a state. */
  readonly kind: number;
  /** All fields of the body, leading ones included. */
  readonly fields: Fields;
  encode(writer: Writer, body: Body): void;
  /** Decodes all of the reader's bytes. */
  decode(reader: Reader): Body;
}

/** In the order of `emitRoundTrip`. */
export const codecsOf = (parties: readonly BoundParty[]): readonly NamedCodec[] =>
  parties.flatMap((party) => [
    ...messagesOf(party).map((message) => messageCodec(party, boundOf(party, message.role, message.name))),
    ...(party.state ? [stateCodec(party)] : []),
  ]);

export const codecs = codecsOf(allParties);

export const codecNamed = (name: string): NamedCodec => codecs[codecIndex(name)];
export const codecIndex = (name: string): number => codecs.findIndex((codec) => codec.name === name);

function boundOf(party: BoundParty, role: AnyBound['role'], name: string): AnyBound {
  if (role === 'publication') return party.publishes[name];
  if (role !== 'reply') return party.receives[name];
  const request = party.receives[name.slice(0, -'Reply'.length)];
  if (request.role !== 'request') throw new Error(`${name} replies to nothing`);
  return request.reply;
}

function messageCodec(party: BoundParty, bound: AnyBound): NamedCodec {
  const lead = Object.keys(leadOf(bound.role)) as ('request' | 'version' | 'fresh')[];
  return {
    name: `${party.name}.${bound.name}`,
    root: bound.name,
    kind: bound.kind,
    fields: { ...leadOf(bound.role), ...bound.fields },
    encode: (writer, body) => {
      const [first, second] = lead.map((name) => body[name]);
      (bound.encode as (writer: Writer, body: Body, first: unknown, second: unknown) => void)(writer, body, first, second);
    },
    decode: (reader) => {
      const fields = bound.decode(reader) as Body;
      if (lead.length === 0) return fields;
      const body: Body = {};
      for (const name of lead) body[name] = reader[name];
      return Object.assign(body, fields);
    },
  };
}

function stateCodec(party: BoundParty): NamedCodec {
  const state = party.state!;
  return {
    name: `${party.name} state`,
    root: 'state',
    kind: 0,
    fields: state.fields!,
    encode: (writer, body) => state.encode(writer, body),
    decode: (reader) => {
      const body = state.decode(reader);
      reader.finish();
      return body;
    },
  };
}
