/**
 * A party as actors, ports and the bus use it. `actor` and `port` make it by `define`: one object in which each message has its owner, its name,
 * `encode` and `decode` from the beginning, so that its shape never changes. `bind` puts numbers and codecs into that very object. Until then
 * nothing can be sent by it.
 *
 * The leading fields that the runtime fills in (`request` of requests and replies, `version` and `fresh` of publications) are not
 * part of the fields. Encoders take them as further arguments; decoders leave them in the reader.
 */
import {
  bool,
  type Field,
  type Fields,
  type Infer,
  type InferFields,
  isRecord,
  type Lane,
  type MessageSchema,
  type Overflow,
  type PartySchema,
  UNNUMBERED,
  u32,
} from './fields.js';
import { shapeOf } from './fingerprint.js';
import type { Address, Kind } from './names.js';
import type { Reader } from './reader.js';
import type { Writer } from './writer.js';

export type MessageRole = 'message' | 'request' | 'reply' | 'publication';

/** A message kind of either direction, with any fields. */
export interface Descriptor {
  readonly role: MessageRole;
  /** `UNNUMBERED` until it is bound. */
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

/** What the generator writes for one state. */
interface BoundState<T> extends StateCodec<T> {
  readonly shape: number;
}

/** What the generator writes for one kind. */
export interface Codec<T> {
  readonly kind: Kind;
  /** `shapeOf` the fields for which it was written. */
  readonly shape: number;
  encode(writer: Writer, fields: T, first: number, second: boolean): void;
  decode(reader: Reader): T;
}
type CodecOf<M> = M extends { readonly fields: infer S extends Fields } ? Codec<InferFields<S>> : never;
type ReceivedCodecs<M> =
  ReplyFieldsOf<M> extends infer R extends Fields ? CodecOf<M> & { readonly reply: Codec<InferFields<R>> } : CodecOf<M>;
/** Numbers and codecs of a party. */
export interface Binding<P extends BoundParty = BoundParty> {
  readonly address: Address;
  readonly receives: { readonly [K in keyof P['receives']]: ReceivedCodecs<P['receives'][K]> };
  readonly publishes: { readonly [K in keyof P['publishes']]: CodecOf<P['publishes'][K]> };
  readonly state: P extends { readonly state: infer F extends Field } ? BoundState<Infer<F>> : undefined;
}

const REQUEST_LEAD: Fields = { request: u32 };
const PUBLICATION_LEAD: Fields = { version: u32, fresh: bool };

/** The fields of a body before those of the schema. */
export const leadOf = (role: MessageRole): Fields => (role === 'publication' ? PUBLICATION_LEAD : role === 'message' ? {} : REQUEST_LEAD);

/** A schema that was given no numbers and codecs was used to send or to receive. */
export class UnboundError extends Error {
  override readonly name = 'UnboundError';
  constructor(
    /** Name of the party. */
    readonly party: string,
  ) {
    super(
      `${party} has no numbers yet: run npx tandem codegen and start the application with what it writes, or name ${party} in the definition that is started`,
    );
  }
}

/** A schema and what is to be put into it do not belong together. */
export class BindError extends Error {
  override readonly name = 'BindError';
}

/** One kind of message, of one shape from the beginning. */
class PartyMessage {
  kind: Kind;
  owner: Address;
  readonly lane: Lane;
  readonly overflow: Overflow;
  readonly key: string | undefined;
  readonly fields: Fields;
  readonly deadlineMs: number | undefined;
  readonly reply: PartyMessage | undefined;
  encode: Codec<unknown>['encode'];
  decode: Codec<unknown>['decode'];

  constructor(
    readonly role: MessageRole,
    readonly name: string,
    party: Pick<PartySchema, 'name' | 'address'>,
    schema: MessageSchema,
    readonly ownerName = party.name,
  ) {
    this.kind = schema.kind;
    this.owner = party.address;
    this.lane = schema.lane;
    this.overflow = schema.overflow;
    this.key = schema.key;
    this.fields = schema.fields;
    this.deadlineMs = schema.deadlineMs;
    this.reply = schema.reply && isRecord(schema.reply) ? replyOf(name, party, schema) : schema.reply;
    const refuse = () => {
      throw new UnboundError(party.name);
    };
    this.encode = refuse;
    this.decode = refuse;
    // Parts that nothing reads are kept for the check that finds them.
    for (const [part, value] of Object.entries(schema)) if (!(part in this)) Object.assign(this, { [part]: value });
  }
}

const bound = new WeakSet<BoundParty>();
/** Whether a party has its numbers and codecs. */
export const isBound = (party: BoundParty): boolean => bound.has(party);

/** The party as `bind` sees it. */
interface Bindable {
  readonly name: string;
  address: Address;
  readonly receives: Readonly<Record<string, PartyMessage>>;
  readonly publishes: Readonly<Record<string, PartyMessage>>;
  readonly state?: Field & Pick<PartyMessage, 'encode' | 'decode'>;
}

/** A reply is delivered like its request. */
function replyOf(name: string, party: Pick<PartySchema, 'name' | 'address'>, { reply, ...request }: MessageSchema): PartyMessage {
  return new PartyMessage('reply', `${name}Reply`, party, { ...request, deadlineMs: undefined, ...reply } as MessageSchema);
}

/**
 * Makes the object that a party is. What is no schema stays as it is, for the generator to say what is wrong.
 * @param schema as it is written, with what it omits
 */
export function define(schema: Omit<PartySchema, 'state'> & { readonly state?: unknown; readonly uses?: unknown }): unknown {
  const { uses, ...party } = schema;
  if (Array.isArray(uses) && uses.includes(undefined))
    throw new BindError(
      `${party.name} uses a party that is not there yet, since that one uses ${party.name}, too: leave it out on one side, and say it at the class, as Handlers<typeof a, typeof b>`,
    );
  const messages = (role: MessageRole, all: unknown): unknown =>
    isRecord(all)
      ? Object.fromEntries(
          Object.entries(all).map(([name, message]) => [
            name,
            isRecord(message) ? new PartyMessage(roleOf(role, message), name, party, message as unknown as MessageSchema) : message,
          ]),
        )
      : all;
  const refuse = () => {
    throw new UnboundError(party.name);
  };
  return {
    ...party,
    address: party.address ?? UNNUMBERED,
    receives: messages('message', party.receives),
    publishes: messages('publication', party.publishes),
    state: isRecord(party.state) ? { ...party.state, encode: refuse, decode: refuse } : party.state,
  };
}

const roleOf = (role: MessageRole, { reply }: Readonly<Record<string, unknown>>): MessageRole =>
  role === 'message' && isRecord(reply) ? 'request' : role;

/**
 * Puts numbers and codecs into a party, in place. Codecs may be replaced by others of the same numbers.
 * @returns the party
 * @throws BindError when they were made for another version of the schema, or it has other numbers
 */
export function bind<P extends BoundParty>(party: P, binding: Binding<P>): P {
  const { name, receives, publishes, state } = party as unknown as Bindable;
  const {
    receives: received,
    publishes: published,
    ...whole
  } = binding as unknown as {
    readonly [direction in 'receives' | 'publishes']: Readonly<Record<string, Codec<unknown> & { readonly reply?: Codec<unknown> }>>;
  } & { readonly address: Address; readonly state?: BoundState<unknown> };
  giveNumbers(party, binding as unknown as Numbers);
  for (const [messages, codecs] of [[receives, received] as const, [publishes, published] as const]) {
    for (const message of Object.values(messages)) {
      bindMessage(message, codecs[message.name], name);
      if (message.reply) bindMessage(message.reply, codecs[message.name].reply, name);
    }
  }
  bound.add(party);
  if (!state) return party;
  if (whole.state?.shape !== shapeOf(state.fields!)) throw stale(name, 'its state');
  state.encode = whole.state.encode;
  state.decode = located('state', 0, state.fields!, whole.state.decode);
  return party;
}

const stale = (party: string, what: string): BindError =>
  new BindError(`the generated code of ${party} is older than its schema (${what} differs): run npx tandem codegen`);

function bindMessage(message: PartyMessage, codec: Codec<unknown> | undefined, party: string): void {
  const { name, kind, role, fields } = message;
  if (codec?.shape !== shapeOf(fields)) throw stale(party, name);
  message.encode = codec.encode;
  message.decode = located(name, kind, { ...leadOf(role), ...fields }, codec.decode);
}

interface KindNumber {
  readonly kind: Kind;
  readonly reply?: { readonly kind: Kind };
}
/** Numbers of a party and of its messages. */
export interface Numbers {
  readonly address: Address;
  readonly receives: Readonly<Record<string, KindNumber>>;
  readonly publishes: Readonly<Record<string, KindNumber>>;
}

/**
 * Puts numbers into a party, in place, where it has none.
 * @throws BindError when it has others, or there is none for one of its messages
 */
export function giveNumbers(party: BoundParty, numbers: Numbers): void {
  const bindable = party as unknown as Bindable;
  const give = (what: string, known: number, given: number | undefined): number => {
    if (given === undefined) throw stale(party.name, what);
    if (known !== UNNUMBERED && known !== given)
      throw new BindError(`${what} has the number ${known}, and the generated code ${given}: run npx tandem codegen`);
    return given;
  };
  bindable.address = give(party.name, party.address, numbers.address);
  const number = (message: PartyMessage, given: KindNumber | undefined): void => {
    message.owner = bindable.address;
    message.kind = give(`${party.name}.${message.name}`, message.kind, given?.kind);
    if (message.reply) number(message.reply, given?.reply);
  };
  for (const message of Object.values(bindable.receives)) number(message, numbers.receives[message.name]);
  for (const message of Object.values(bindable.publishes)) number(message, numbers.publishes[message.name]);
}

/** Whether a party and all of its messages have numbers. */
export const isNumbered = ({ address, receives, publishes }: Pick<PartySchema, 'address' | 'receives' | 'publishes'>): boolean =>
  address !== UNNUMBERED && [...Object.values(receives), ...Object.values(publishes)].every(({ kind }) => kind !== UNNUMBERED);

/** @throws UnboundError */
export function assertNumbered(party: Pick<PartySchema, 'name' | 'address' | 'receives' | 'publishes'>): void {
  if (!isNumbered(party)) throw new UnboundError(party.name);
}

/** The decoder with errors that have kind and field. */
function located<T>(name: string, kind: Kind, fields: Fields, decode: (reader: Reader) => T): (reader: Reader) => T {
  const body = { name, kind, fields };
  return (reader) => reader.within(body, decode);
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
