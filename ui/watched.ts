/** The parts of an actor's client that components use, whatever the framework. */

import type { TopicsOf } from '../actors/application/client/client-types.js';
import type { RequestOptions } from '../actors/index.js';

/** Something with topics: an actor's client. */
export interface Watched {
  readonly on: (topic: never, listener: never) => () => void;
}

/** The fields of one topic. */
export type FieldsOfTopic<C, K extends keyof TopicsOf<C>> = TopicsOf<C>[K];
export type TopicListener<C, K extends keyof TopicsOf<C>> = (fields: FieldsOfTopic<C, K>, fresh: boolean) => void;

/** Calls a listener with each publication. @returns a function that removes it */
export const listen = <C extends Watched, K extends keyof TopicsOf<C> & string>(
  actor: C,
  topic: K,
  listener: TopicListener<C, K>,
): (() => void) => (actor.on as unknown as (topic: K, listener: TopicListener<C, K>) => () => void)(topic, listener);

/** A request as the client has it. */
export type RequestMethod<F extends object, R> = (fields: F, options?: RequestOptions) => Promise<R>;

/** Equal for fields of equal content. */
export const keyOf = (fields: object): string =>
  JSON.stringify(fields, (_name, value) => (value instanceof Map || value instanceof Uint8Array ? [...value] : value));
