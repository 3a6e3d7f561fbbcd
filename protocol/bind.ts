/**
 * Binds a schema to its generated codecs: an actor imports one object of the schema's shape, in which each message also
 * has its owner, its name, `encode` and `decode`.
 *
 * The leading fields that the runtime fills in (`request` of requests and replies, `version` and `fresh` of publications) are not
 * part of the fields. Encoders take them as further arguments; decoders leave them in the reader.
 */
import { DecodeError } from './errors.js';
import { locateField } from './locate.js';
import type { Address, Kind } from './names.js';
import type { Reader } from './reader.js';
import { bool, type Fields, type Infer, type InferFields, type Lane, type Overflow, type PartySchema, u32 } from './schema.js';
import type { Writer } from './writer.js';

export type MessageRole = 'message' | 'request' | 'reply' | 'publication';

/** A message kind of either direction, with any fields. */
export interface Descriptor {
  readonly role: MessageRole;
  readonly kind: Kind;
  /** The name in the schema; a reply has its request's name with `Reply` added. */
  readonly name: string;
  /** Address of the party whose schema has this kind: the target of a message, the source of a reply or publication. */
  readonly owner: Address;
  readonly ownerName: string;
  readonly lane: Lane;
  readonly overflow: Overflow;
  readonly key?: string;
  readonly fields: Fields;
}

/** @typeParam O name of the party that receives it */
export interface BoundMessage<S extends Fields = Fields, O extends string = string> extends Descriptor {
  readonly role: 'message';
  readonly ownerName: O;
  readonly fields: S;
  encode(writer: Writer, fields: InferFields<S>): void;
  decode(reader: Reader): InferFields<S>;
}

export interface BoundReply<S extends Fields = Fields> extends Descriptor {
  readonly role: 'reply';
  readonly fields: S;
  encode(writer: Writer, fields: InferFields<S>, request: number): void;
  /** Leaves the number of the request in `reader.request`. */
  decode(reader: Reader): InferFields<S>;
}

/** @typeParam O name of the party that receives it */
export interface BoundRequest<S extends Fields = Fields, R extends Fields = Fields, O extends string = string> extends Descriptor {
  readonly role: 'request';
  readonly ownerName: O;
  readonly fields: S;
  readonly deadlineMs?: number;
  readonly reply: BoundReply<R>;
  encode(writer: Writer, fields: InferFields<S>, request: number): void;
  /** Leaves the number of the request in `reader.request`. */
  decode(reader: Reader): InferFields<S>;
}

export interface BoundPublication<S extends Fields = Fields> extends Descriptor {
  readonly role: 'publication';
  readonly fields: S;
  encode(writer: Writer, fields: InferFields<S>, version: number, fresh: boolean): void;
  /** Leaves version and freshness in `reader.version` and `reader.fresh`. */
  decode(reader: Reader): InferFields<S>;
}

// biome-ignore lint/suspicious/noExplicitAny: the fields differ from kind to kind, and encoders take them as arguments
export type AnyBound = BoundMessage<any> | BoundRequest<any, any> | BoundReply<any> | BoundPublication<any>;

/** Reply fields of a request; undefined for other messages. `reply` is optional in the schema's type, so its content is tested. */
type ReplyFieldsOf<M> = M extends { readonly reply?: { readonly fields: infer R } } ? R : undefined;
type BoundReceived<M, O extends string> = M extends { readonly fields: infer S extends Fields }
  ? ReplyFieldsOf<M> extends infer R extends Fields
    ? BoundRequest<S, R, O>
    : BoundMessage<S, O>
  : never;
type BoundPublished<M> = M extends { readonly fields: infer S extends Fields } ? BoundPublication<S> : never;

export interface StateCodec<T> {
  encode(writer: Writer, state: T): void;
  /** @throws DecodeError */
  decode(reader: Reader): T;
}

declare const others: unique symbol;

/** @typeParam Others the parties that it follows or may send to, by name */
export type Bound<P extends PartySchema, Others = unknown> = Omit<P, 'receives' | 'publishes' | 'state'> & {
  readonly receives: { readonly [K in keyof P['receives']]: BoundReceived<P['receives'][K], P['name']> };
  readonly publishes: { readonly [K in keyof P['publishes']]: BoundPublished<P['publishes'][K]> };
  readonly state: P extends { readonly state: infer F } ? F & StateCodec<Infer<F>> : undefined;
  /** Phantom: carries the types of the others, never present at run time. */
  readonly [others]?: Others;
};

/** The parties that this one follows or may send to, by name; unknown when it was bound without them. */
export type OthersOf<P> = P extends { readonly [others]?: infer O } ? O : unknown;

/** Names of the parties whose messages this one may send. */
export type Recipient<P> = P extends { readonly sendsTo: readonly (infer N extends string)[] } ? N : never;

/** Any party, bound. */
export interface BoundParty extends Omit<PartySchema, 'receives' | 'publishes' | 'state'> {
  // biome-ignore lint/suspicious/noExplicitAny: see AnyBound
  readonly receives: { readonly [name: string]: BoundMessage<any> | BoundRequest<any, any> };
  // biome-ignore lint/suspicious/noExplicitAny: see AnyBound
  readonly publishes: { readonly [name: string]: BoundPublication<any> };
  // biome-ignore lint/suspicious/noExplicitAny: see AnyBound
  readonly state?: (PartySchema['state'] & StateCodec<any>) | undefined;
}

/** What the generator writes for one kind or state. */
export interface Codec<T> {
  encode(writer: Writer, fields: T, first: number, second: boolean): void;
  decode(reader: Reader): T;
}
type CodecOf<M> = M extends { readonly fields: infer S extends Fields } ? Codec<InferFields<S>> : never;
type ReceivedCodecs<M> =
  ReplyFieldsOf<M> extends infer R extends Fields ? CodecOf<M> & { readonly reply: Codec<InferFields<R>> } : CodecOf<M>;
export interface Codecs<P extends PartySchema> {
  readonly receives: { readonly [K in keyof P['receives']]: ReceivedCodecs<P['receives'][K]> };
  readonly publishes: { readonly [K in keyof P['publishes']]: CodecOf<P['publishes'][K]> };
  readonly state: P extends { readonly state: infer F } ? StateCodec<Infer<F>> : undefined;
}

const REQUEST_LEAD: Fields = { request: u32 };
const PUBLICATION_LEAD: Fields = { version: u32, fresh: bool };

/** The fields of a body before those of the schema. */
export const leadOf = (role: MessageRole): Fields => (role === 'publication' ? PUBLICATION_LEAD : role === 'message' ? {} : REQUEST_LEAD);

/** @typeParam Others the parties that it follows or may send to, by name: they give the types of its handlers */
export function bind<P extends PartySchema, Others = unknown>(schema: P, codecs: Codecs<P>): Bound<P, Others> {
  const receives: Record<string, unknown> = {};
  for (const [name, message] of Object.entries(schema.receives)) {
    const codec = codecs.receives[name] as Codec<unknown> & { reply: Codec<unknown> };
    const reply = message.reply && describe('reply', `${name}Reply`, schema, { ...message, ...message.reply }, codec.reply);
    receives[name] = { ...describe(reply ? 'request' : 'message', name, schema, message, codec), deadlineMs: message.deadlineMs, reply };
  }
  const publishes: Record<string, unknown> = {};
  for (const [name, topic] of Object.entries(schema.publishes)) {
    publishes[name] = describe('publication', name, schema, topic, codecs.publishes[name] as Codec<unknown>);
  }
  return { ...schema, receives, publishes, state: bindState(schema, codecs.state) } as unknown as Bound<P, Others>;
}

type Delivered = Pick<Descriptor, 'kind' | 'lane' | 'overflow' | 'key'> & { readonly fields?: Fields };

function describe(role: MessageRole, name: string, schema: PartySchema, message: Delivered, codec: Codec<unknown>) {
  const { kind, lane, overflow, key } = message;
  const fields = message.fields!;
  const body = { ...leadOf(role), ...fields };
  return {
    ...{ role, kind, name, owner: schema.address, ownerName: schema.name, lane, overflow, key, fields },
    encode: codec.encode,
    decode: located(name, kind, body, codec.decode),
  };
}

function bindState(schema: PartySchema, codec: StateCodec<never> | undefined) {
  const { state } = schema;
  if (!state || !codec) return undefined;
  return { ...state, encode: codec.encode, decode: located('state', 0, state.fields!, codec.decode) };
}

/** Adds kind and field to the errors of a decoder. */
function located<T>(name: string, kind: number, body: Fields, decode: (reader: Reader) => T): (reader: Reader) => T {
  return (reader) => {
    const from = reader.at;
    try {
      return decode(reader);
    } catch (error) {
      if (!(error instanceof DecodeError)) throw error;
      const field = locateField(name, body, reader.bytes, from, reader.end, reader.start + error.offset);
      throw new DecodeError(error.problem, error.offset, field, kind);
    }
  };
}

/** Every message kind of a party: what it receives, its replies, and what it publishes. */
export function messagesOf(party: BoundParty): AnyBound[] {
  const messages: AnyBound[] = [];
  for (const message of Object.values(party.receives)) {
    messages.push(message);
    if (message.role === 'request') messages.push(message.reply);
  }
  return [...messages, ...Object.values(party.publishes)];
}
