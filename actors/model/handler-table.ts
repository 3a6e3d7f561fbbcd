/** Which handler of an actor or port handles which kind of message: bound once, when it starts, by the names in its schema. */
import type { BoundParty, BoundPublication } from '../../protocol/bind.js';
import type { Reader } from '../../protocol/reader.js';
import { handlerNameOf } from './handler-names.js';
import type { Replicas } from './replicas.js';

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
  readonly kind: number;
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
  of(kind: number): Handle<Context> | undefined {
    return this.handles[kind];
  }

  /** @param handle does its own decoding */
  take(kind: number, handle: Handle<Context>): void {
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
