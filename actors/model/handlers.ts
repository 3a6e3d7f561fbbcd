/**
 * The handlers of a party as its schema says: their names, and the fields that each is given. `uses` of the schema says who the parties are that
 * it follows or may ask, or else the class does: `Handlers<typeof a, typeof b>`. Where nobody says so, the handler itself claims their fields.
 */

import type { BoundParty, OthersOf, Recipient } from '../../protocol/bind.js';
import type { Fields, MessageFields, ReplyFields } from '../../protocol/fields.js';
import type { EndReason } from '../../protocol/generated/system.js';
import type { Address, Epoch, Microseconds, Sequence } from '../../protocol/names.js';

export type Received<P> = P extends { readonly receives: infer R } ? R : never;
/** Fields of message `K`. */
export type ReceivedFields<P, K extends keyof Received<P>> = Received<P>[K] extends { readonly fields: Fields }
  ? MessageFields<Received<P>[K]>
  : never;

/** A party that a class names beside its schema. */
export interface NamedParty {
  readonly name: string;
}
/** The parties that it knows, by name: those of its schema, and `U`, a union of further ones. */
type Known<P, U extends NamedParty> = OthersOf<P> & { readonly [N in U['name']]: Extract<U, { readonly name: N }> };

/** Paths of topics, as `owner.topic`. Never for a party whose schema states none. */
type Followed<P> = P extends { readonly follows: readonly (infer F)[] } ? (string extends F ? never : F & string) : never;
type HandlerOfPath<Path> = Path extends `${infer Owner}.${infer Topic}` ? `on${Capitalize<Owner>}${Capitalize<Topic>}` : never;
type FollowedFields<P, U extends NamedParty, Path> = Path extends `${infer Owner}.${infer Topic}`
  ? Known<P, U> extends { readonly [N in Owner]: { readonly publishes: { readonly [T in Topic]: infer Publication } } }
    ? MessageFields<Publication>
    : never
  : never;

/** One handler for each topic that the party follows. `fresh`: the fields are the whole topic, not a change of it. */
export type FollowedHandlers<P, Returned, U extends NamedParty = never> = {
  [Path in Followed<P> as HandlerOfPath<Path>]: (fields: FollowedFields<P, U, Path>, fresh: boolean) => Returned;
};

export type IsAnswered<M> = M extends { readonly reply?: infer R }
  ? NonNullable<R> extends { readonly fields: Fields }
    ? true
    : false
  : false;
type RequestsOf<O> = O extends { readonly receives: infer R }
  ? { [K in keyof R & string as IsAnswered<R[K]> extends true ? K : never]: R[K] }
  : never;
/** Known parties to which the party may send messages. */
type Askable<P, U extends NamedParty> = Recipient<P> & keyof Known<P, U> & string;
/** Requests that the party may make, as `target.request`. */
type Request<P, U extends NamedParty> = {
  [N in Askable<P, U>]: `${N}.${keyof RequestsOf<Known<P, U>[N]> & string}`;
}[Askable<P, U>];
type RequestAt<P, U extends NamedParty, Path> = Path extends `${infer Target}.${infer K}`
  ? Known<P, U> extends { readonly [N in Target]: { readonly receives: { readonly [M in K]: infer Message } } }
    ? Message
    : never
  : never;

/**
 * Handlers for replies to requests that the party may make, each of them optional. `request` is the number that `this.request` returned.
 */
export type ReplyHandlers<P, Returned, U extends NamedParty = never> = {
  [Path in Request<P, U> as Path extends `${string}.${infer K}` ? `on${Capitalize<K>}Reply` : never]?: (
    request: number,
    fields: ReplyFields<RequestAt<P, U, Path>>,
  ) => Returned;
};

export type PortParty = Pick<BoundParty, 'name' | 'address' | 'receives' | 'publishes' | 'follows' | 'sendsTo' | 'passesOn'>;

/** What a handler knows of the frame besides its fields. */
export interface Incoming {
  readonly source: Address;
  readonly sequence: Sequence;
  /** Microseconds since the Unix epoch. */
  readonly sentAt: Microseconds;
  /** Number for the reply; 0 when the frame is not a request. */
  readonly request: number;
}

/** Names of messages that are passed on when the port has no handler for them. */
type PassedOn<P> = P extends { readonly passesOn: infer O } ? (string extends keyof O ? never : keyof O & string) : never;

type ReceivedHandler<P, K extends keyof Received<P>> = (fields: ReceivedFields<P, K>, incoming: Incoming) => void;
type ReceivedHandlers<P> = {
  [K in Exclude<keyof Received<P> & string, PassedOn<P>> as `on${Capitalize<K>}`]: ReceivedHandler<P, K>;
} & {
  [K in keyof Received<P> & PassedOn<P> as `on${Capitalize<K>}`]?: ReceivedHandler<P, K>;
};
/** One handler for each message that the port receives and each topic that it follows. */
export type PortHandlers<P> = Flat<
  ReceivedHandlers<P> &
    FollowedHandlers<P, void> & {
      /** Every actor runs: the port may send. */
      onOpen?(): void;
      /** An incarnation of a party that the schema `watches` has ended. Called once for each. */
      onEnded?(party: Address, epoch: Epoch, reason: EndReason): void;
      /** Nobody waits any more for the reply to this request, which the port has not given: it may stop working on it. */
      onWithdrawn?(requester: Address, request: number): void;
      /** The VM is shutting down, or this incarnation has ended: release everything outside. */
      onClose?(): void;
    }
>;
/** One object type, so that the parameters of handlers are inferred. */
type Flat<T> = { [K in keyof T]: T[K] };
