/** What a client offers, told from the schemas alone: a method for each message and request of an actor, its topics, its state. */
import type { Fields, MessageFields, ReplyFields } from '../../../protocol/fields.js';
import type { IsAnswered, Received, ReceivedFields } from '../../model/handlers.js';
import type { RequestOptions } from '../../vm/port/port.js';

/** The actors of an application. */
export type ClientActors = readonly { readonly schema: ClientSchema }[];

/** The part of an actor's schema that a client sees, bound or not. */
export interface ClientSchema {
  readonly name: string;
  readonly receives: { readonly [name: string]: { readonly fields: Fields } };
  readonly publishes: { readonly [name: string]: { readonly fields: Fields } };
}

/** A message without fields needs none given, and takes no others. */
type Given<F> = [keyof F] extends [never] ? [fields?: { readonly [name: string]: never }] : [fields: F];

type Method<P, K extends keyof Received<P>> =
  IsAnswered<Received<P>[K]> extends true
    ? (...input: [...Given<ReceivedFields<P, K>>, options?: RequestOptions]) => Promise<ReplyFields<Received<P>[K]>>
    : (...input: Given<ReceivedFields<P, K>>) => void;

type Published<P> = P extends { readonly publishes: infer T } ? T : never;
type TopicFields<P, K extends keyof Published<P>> = MessageFields<Published<P>[K]>;
/** Fields of all topics, one alternative for each. */
type AnyTopic<P> = { [K in keyof Published<P>]: TopicFields<P, K> }[keyof Published<P>];

type FieldsOfSome<U> = U extends unknown ? keyof U : never;
type ValueInSome<U, F extends PropertyKey> = U extends { readonly [K in F]: infer V } ? V : never;
/** The fields of several topics in one object: each is there once its topic was published. */
type Merged<U> = { readonly [F in FieldsOfSome<U>]?: ValueInSome<U, F> };
type IsSeveral<K, All = K> = [K] extends [never] ? false : K extends unknown ? ([All] extends [K] ? false : true) : never;

/** The newest value of each field that an actor publishes: of one topic all of them; of several those of the topics published so far. */
export type PublishedState<P> = true extends IsSeveral<keyof Published<P>> ? Merged<AnyTopic<P>> : Readonly<AnyTopic<P>>;

/** A value that changes, as React's `useSyncExternalStore` and others read it. Its methods need no `this`. */
export interface Store<T> {
  /** @param listener called after each change. @returns a function that removes it */
  readonly subscribe: (listener: () => void) => () => void;
  /** The same object until something has changed; null before the first publication. Do not change it. */
  readonly getSnapshot: () => T | null;
}

declare const topics: unique symbol;

/** The fields of each topic of an actor, by its client. */
export type TopicsOf<C> = C extends { readonly [topics]?: infer T } ? NonNullable<T> : never;

/** One actor as the page sees it. Its methods need no `this`. */
export type ActorClient<P> = { readonly [K in keyof Received<P> & string]: Method<P, K> } & {
  /**
   * Calls a listener with each publication of a topic from now on.
   * @returns a function that removes it
   */
  readonly on: <K extends keyof Published<P> & string>(
    topic: K,
    listener: (fields: TopicFields<P, K>, fresh: boolean) => void,
  ) => () => void;
  readonly state: Store<PublishedState<P>>;
  /** Phantom: carries the types of its topics, never present at run time. */
  readonly [topics]?: { readonly [K in keyof Published<P>]: TopicFields<P, K> };
};

/** All actors of an application, by name. */
export type ActorClients<A extends ClientActors> = {
  readonly [One in A[number] as One['schema']['name']]: ActorClient<One['schema']>;
};
