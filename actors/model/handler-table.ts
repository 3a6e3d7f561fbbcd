/** Which handler of an actor or port handles which kind of message: bound once, when it starts, by the names in its schema. */

import type { BoundParty, BoundPublication } from '../../protocol/bind.js';
import type { Kind } from '../../protocol/names.js';
import type { Reader } from '../../protocol/reader.js';

/** What is known of a frame besides its fields. Filled in while the frame is decoded. */
export interface Handling {
  /** Number for the reply; 0 when the frame is not a request. */
  request: number;
}

/** Decodes the rest of a frame and calls its handler. @returns what the handler returns */
export type Handle<Context extends Handling> = (reader: Reader, context: Context) => unknown;
/** A method that handles something. */
export type Handler = (...input: unknown[]) => unknown;
type Decode = <T>(reader: Reader, decode: (reader: Reader) => T) => T;

interface Decodable<F> {
  readonly kind: Kind;
  decode(reader: Reader): F;
}

/** Topics that a party may follow, by their path `owner.topic`. */
export type Topics = (path: string) => BoundPublication | undefined;

export const topicsOf =
  (parties: readonly BoundParty[]): Topics =>
  (path) => {
    const [owner, topic] = path.split('.');
    return parties.find(({ name }) => name === owner)?.publishes[topic];
  };

export class HandlerTable<Context extends Handling> {
  private readonly handles: (Handle<Context> | undefined)[] = [];

  /** @param decode decodes the body of a frame; handles throw what it throws */
  constructor(
    private readonly party: Pick<BoundParty, 'name' | 'receives' | 'follows'>,
    private readonly decode: Decode,
  ) {}

  /** Undefined when the party has no handler for this kind. */
  of(kind: Kind): Handle<Context> | undefined {
    return this.handles[kind];
  }

  /** @param handle does its own decoding */
  take(kind: Kind, handle: Handle<Context>): void {
    this.handles[kind] = handle;
  }

  on<F>(message: Decodable<F>, handler: (fields: F, reader: Reader) => unknown): void {
    const { decode } = this;
    this.handles[message.kind] = (reader) => handler(decode(reader, message.decode), reader);
  }

  /** @param handlerOf finds the handler of a message by name. @throws what `handlerOf` throws when there is none */
  onReceived(handlerOf: (name: string) => (fields: object, context: Context) => unknown): void {
    const { decode } = this;
    for (const [name, message] of Object.entries(this.party.receives)) {
      const handler = handlerOf(name);
      this.handles[message.kind] = (reader, context) => {
        const fields = decode(reader, message.decode);
        context.request = message.role === 'request' ? reader.request : 0;
        return handler(fields, context);
      };
    }
  }

  /**
   * @param replicas of the topics that the party follows
   * @param ask asks for a fresh publication of a topic of which one was missed
   * @throws Error when there is no such topic
   */
  onFollowed(topics: Topics, replicas: Replicas, ask: (topic: BoundPublication) => void, handlerOf: (name: string) => Handler): void {
    const { decode } = this;
    for (const [index, path] of this.party.follows.entries()) {
      const topic = topics(path);
      if (!topic) throw new Error(`${this.party.name} follows ${path}, which does not exist`);
      const handler = handlerOf(handlerNameOf(path));
      this.handles[topic.kind] = (reader) => {
        const fields = decode(reader, topic.decode);
        const reception = replicas.receive(index, reader.version, reader.fresh);
        if (reception === 'ask') ask(topic);
        return reception === 'take' ? handler(fields, reader.fresh) : undefined;
      };
    }
  }
}

/** Stands for a version while a fresh publication is awaited. */
const AWAITING_FRESH = 0xffff_ffff;

type Reception = 'take' | 'skip' | 'ask';

/**
 * What a follower knows of the topics that it follows: the version of each. A version that is not the next one is a gap: the follower asks
 * the owner for a fresh publication, once, and skips all others until it comes.
 */
export class Replicas {
  /** One for each topic, in the order of the schema's `follows`: 0 before the first publication. */
  readonly versions: number[];

  constructor(topics: number) {
    this.versions = new Array(topics).fill(0);
  }

  /** @returns `ask` when this publication shows a gap: it must not be applied, and a fresh one must be asked for */
  receive(topic: number, version: number, fresh: boolean): Reception {
    const known = this.versions[topic];
    if (fresh || (known !== AWAITING_FRESH && version === known + 1)) {
      this.versions[topic] = version;
      return 'take';
    }
    if (known === AWAITING_FRESH || version <= known) return 'skip';
    this.versions[topic] = AWAITING_FRESH;
    return 'ask';
  }
}

const capitalize = (name: string): string => name.charAt(0).toUpperCase() + name.slice(1);

/** @param path name of a message, or of a topic as `owner.topic` */
export const handlerNameOf = (path: string): string => `on${path.split('.').map(capitalize).join('')}`;
export const replyHandlerNameOf = (request: string): string => `${handlerNameOf(request)}Reply`;

/** A misspelt handler: no schema names it, so it would never be called. */
class UnknownHandlerError extends Error {
  override readonly name = 'UnknownHandlerError';
  constructor(
    /** Name of the actor or port. */
    readonly party: string,
    readonly handler: string,
    /** Names of handlers that are almost the same. */
    readonly near: readonly string[],
  ) {
    const meant = near.length ? `: is it meant to be ${near.join(' or ')}?` : '';
    super(`${handler} of ${party} would never be called, for no schema names it${meant}`);
  }
}

/** How many letters of two near names may differ. */
const NEAR_LETTERS_MAX = 3;

/** @param named all handlers that the party may have. @throws UnknownHandlerError */
export function assertHandlersNamed(party: string, handlers: object, named: readonly string[]): void {
  const unknown = handlersOf(handlers).find((name) => !named.includes(name));
  if (unknown === undefined) return;
  throw new UnknownHandlerError(
    party,
    unknown,
    named.filter((name) => lettersBetween(name.toLowerCase(), unknown.toLowerCase()) <= NEAR_LETTERS_MAX),
  );
}

/** Names of all methods that look like handlers, also of inherited ones. */
function handlersOf(object: object): string[] {
  const names: string[] = [];
  for (let at: object | null = object; at && at !== Object.prototype; at = Object.getPrototypeOf(at)) {
    for (const name of Object.getOwnPropertyNames(at)) {
      if (/^on[A-Z]/.test(name) && typeof Object.getOwnPropertyDescriptor(at, name)?.value === 'function') names.push(name);
    }
  }
  return names;
}

/** How many letters must be inserted, left out or replaced to turn one name into the other. */
function lettersBetween(left: string, right: string): number {
  let row = Array.from({ length: right.length + 1 }, (_, column) => column);
  for (let i = 1; i <= left.length; i++) {
    const above = row;
    row = [i];
    for (let j = 1; j <= right.length; j++)
      row.push(Math.min(above[j] + 1, row[j - 1] + 1, above[j - 1] + (left[i - 1] === right[j - 1] ? 0 : 1)));
  }
  return row[right.length];
}

/** Names of the handlers for the messages that a party receives, and for the topics that it follows. */
export const namedBy = ({ receives, follows }: Pick<BoundParty, 'receives' | 'follows'>): string[] =>
  [...Object.keys(receives), ...follows].map(handlerNameOf);
