/**
 * Fields and messages of the schema language, and the types that follow from them. On the wire every structure is a MessagePack array of its
 * fields by position, so the order of fields is the contract: append, never insert.
 */
import type { Address, Kind } from './names.js';

/** Types of fields. When a field is missing at the end of a structure, the decoder fills in the type's default. */
export type FieldType =
  | 'u8'
  | 'u16'
  | 'u32'
  | 'u53'
  | 'i8'
  | 'i16'
  | 'i32'
  | 'f64'
  | 'bool'
  | 'str'
  | 'bin'
  | 'choice'
  | 'optional'
  | 'list'
  | 'map'
  | 'struct'
  | 'dynamic';

declare const inferred: unique symbol;

export interface Field<T = unknown> {
  readonly type: FieldType;
  /** Phantom: carries the TypeScript type, never present at run time. */
  readonly [inferred]?: T;
  /** Longest string in UTF-8 bytes, longest binary in bytes, most entries of a list or map. */
  readonly max?: number;
  /** Name of a structure or choice, and of its AssemblyScript class. */
  readonly name?: string;
  readonly options?: readonly string[];
  /** Content of an optional, list or map. A map's keys are strings. */
  readonly item?: Field;
  readonly fields?: Fields;
}

export type Fields = { readonly [name: string]: Field };

export type Infer<F> = F extends Field<infer T> ? T : never;
export type InferFields<S extends Fields> = { -readonly [K in keyof S]: Infer<S[K]> };

const number = (type: FieldType): Field<number> => ({ type });

export const u8 = number('u8');
export const u16 = number('u16');
export const u32 = number('u32');
/** An unsigned integer that JavaScript holds exactly (up to 2^53 - 1): sequences, microseconds. u64 in AssemblyScript. */
export const u53 = number('u53');
export const i8 = number('i8');
export const i16 = number('i16');
export const i32 = number('i32');
/** Written like a number by @msgpack/msgpack: as an integer when it is a safe one (so -0 becomes 0), else as float 64. */
export const f64 = number('f64');
export const bool: Field<boolean> = { type: 'bool' };

/** @param max longest value in UTF-8 bytes; limits.ts has the default */
export const str = (max?: number): Field<string> => ({ type: 'str', max });
/** @param max longest value in bytes; limits.ts has the default */
export const bin = (max?: number): Field<Uint8Array> => ({ type: 'bin', max });

/** A string literal in TypeScript, its index on the wire, an enum called `name` in AssemblyScript. */
export const choice = <const O extends readonly string[]>(name: string, options: O): Field<O[number]> => ({
  type: 'choice',
  name,
  options,
});

/** A missing value is nil on the wire and null in TypeScript. */
export const optional = <F extends Field>(item: F): Field<Infer<F> | null> => ({ type: 'optional', item });
export const list = <F extends Field>(item: F, max?: number): Field<Infer<F>[]> => ({ type: 'list', item, max });
/** Keys are strings, written in ascending order of UTF-16 code units so that equal maps have equal bytes. */
export const map = <F extends Field>(item: F, max?: number): Field<Map<string, Infer<F>>> => ({ type: 'map', item, max });
export const struct = <const S extends Fields>(name: string, fields: S): Field<InferFields<S>> => ({ type: 'struct', name, fields });
/** One MessagePack value of any shape, carried as its bytes: `encodeDynamic` and `decodeDynamic` convert. */
export const dynamic: Field<Uint8Array> = { type: 'dynamic' };

/** Interactive frames are handled before ordinary ones, idle ones when nothing animates. */
export type Lane = 'interactive' | 'ordinary' | 'idle';
/** What happens when the mailbox is full: the sender waits, only the latest of a key is kept, or the frame is dropped and counted. */
export type Overflow = 'deliver' | 'latest' | 'drop';

export const isRecord = (value: unknown): value is Readonly<Record<string, unknown>> =>
  typeof value === 'object' && value !== null && !Array.isArray(value);

/** The number of a kind or party that has been given none yet: no kind and no party has it. */
export const UNNUMBERED = 0;

interface MessageOptions {
  /** Number of the message kind: unique in an application, never reused. When not given, `tandem codegen` gives one and keeps it. */
  readonly kind?: Kind;
  readonly lane?: Lane;
  readonly overflow?: Overflow;
  /** With overflow `latest`: the field whose value is part of the key, beside source and kind. Without it the key is source and kind. */
  readonly key?: string;
}

export interface MessageSchema<S extends Fields = Fields, R extends Fields | undefined = Fields | undefined> {
  /** `UNNUMBERED` until it has one. */
  readonly kind: Kind;
  readonly lane: Lane;
  readonly overflow: Overflow;
  readonly key?: string;
  readonly fields: S;
  /** Present on a request. On the wire, request and reply bodies begin with `request: u32`, which the runtime fills in. */
  readonly reply?: { readonly kind: Kind; readonly fields: R };
  readonly deadlineMs?: number;
}

/** A message without an answer. */
export const message = <const S extends Fields>(options: MessageOptions & { readonly fields: S }): MessageSchema<S, undefined> => ({
  lane: 'ordinary',
  overflow: 'deliver',
  ...options,
  kind: options.kind ?? UNNUMBERED,
});

/** A message that is answered exactly once, with the reply or with a typed error. It is never dropped or conflated. */
export const request = <const S extends Fields, const R extends Fields>(
  options: Omit<MessageOptions, 'overflow' | 'key'> & {
    readonly fields: S;
    readonly reply: { readonly kind?: Kind; readonly fields: R };
    readonly deadlineMs?: number;
  },
): MessageSchema<S, R> => ({
  lane: 'ordinary',
  overflow: 'deliver',
  ...options,
  kind: options.kind ?? UNNUMBERED,
  // A request without its reply is to be told from a message.
  reply: isRecord(options.reply) ? { ...options.reply, kind: options.reply.kind ?? UNNUMBERED } : (options.reply ?? (null as never)),
});

/**
 * A part of the owner's state that others follow. Bodies begin with `version: u32, fresh: bool`, which the runtime fills in:
 * `version` counts publications of this topic, `fresh` says that the body is the whole state and not a change to it.
 */
export interface PublicationSchema<S extends Fields = Fields> {
  readonly kind: Kind;
  readonly lane: Lane;
  readonly overflow: Overflow;
  readonly key?: string;
  readonly fields: S;
}
export const publication = <const S extends Fields>(options: MessageOptions & { readonly fields: S }): PublicationSchema<S> => ({
  lane: 'ordinary',
  overflow: 'deliver',
  ...options,
  kind: options.kind ?? UNNUMBERED,
});

/** What lives at an address: an actor (deterministic, restarted from its journal) or a port (an edge to the outside). */
export interface PartySchema {
  readonly role: 'actor' | 'port';
  readonly name: string;
  /** `UNNUMBERED` until it has one. */
  readonly address: Address;
  /** Ports have none. */
  readonly state?: Field;
  readonly receives: { readonly [name: string]: MessageSchema };
  readonly publishes: { readonly [name: string]: PublicationSchema };
  /** Topics of others of which it keeps a replica, as `owner.topic`. */
  readonly follows: readonly string[];
  /** Names of the parties whose messages it may send. The bus refuses others. Replies and publications need no permission. */
  readonly sendsTo: readonly string[];
  /** Names of the parties whose ends it hears of, by one `onEnded` for each of their incarnations. */
  readonly watches: readonly string[];
  /**
   * For a port: messages that it need not handle because they are forwarded with the same fields, each as the named `owner.message`.
   * They and the port's own messages leave in the order of the messages that caused them.
   */
  readonly passesOn?: { readonly [name: string]: string };
  /**
   * For the one actor of an application that gathers measurements: the messages by which the VMs' runtimes report how long messages take (`name`,
   * `value` in milliseconds) and what crashed (`level`, `source`, `text`, `attributes`). Their names and sources begin with `tandem.`.
   */
  readonly measures?: { readonly times: string; readonly crashes: string };
}

export type MessageFields<M> = M extends { readonly fields: infer S extends Fields } ? InferFields<S> : never;
export type ReplyFields<M> = M extends { readonly reply?: { readonly fields: infer R extends Fields } } ? InferFields<R> : never;
/** The body of message `K` of an actor: `MessageOf<typeof focus, 'move'>`. */
export type MessageOf<P extends { receives: object }, K extends keyof P['receives']> = MessageFields<P['receives'][K]>;
export type PublicationOf<P extends { publishes: object }, K extends keyof P['publishes']> = MessageFields<P['publishes'][K]>;
/** The reply to request `K` of an actor: `ReplyOf<typeof basket, 'total'>`. */
export type ReplyOf<P extends { receives: object }, K extends keyof P['receives']> = ReplyFields<P['receives'][K]>;
export type StateOf<P> = P extends { readonly state: infer F } ? Infer<F> : never;
