/**
 * Makes an actor of a class as it is: its methods are the handlers of the messages of the same names, what they return answers a request, and its
 * fields are the state and the topics.
 *
 *   class Basket {
 *     cents = 0;
 *     add({ cents }: { cents: number }) { this.cents += cents; }
 *     total() { return { cents: this.cents }; }
 *   }
 *   export const twin = wrap(Basket, basket);        // beside the schema; in a definition by hand: create: wrap(Basket, basket)
 *
 * A topic is published after each message that has changed one of its fields. The state is what `snapshot` returns and `restore` takes, where the class
 * has these methods, else the fields of the schema's state.
 *
 * The catch: a class that was written for other purposes may look at the clock or at chance. Where the host watches for that, it is told once, and from
 * the next message on the actor is one whose messages are not handled again: after a crash it goes on from the state after its last message.
 */

import { type BoundParty, leadOf } from '../../protocol/bind.js';
import type { Fields, ReplyFields, StateOf } from '../../protocol/fields.js';
import type { Kind } from '../../protocol/names.js';
import { Writer } from '../../protocol/writer.js';
import type { ChanceGuard } from '../contract/instance.js';
import { isSame } from '../contract/snapshot.js';
import { isPromise, unwritable } from '../contract/thrown.js';
import { Actor } from './actor.js';
import { handlerNameOf } from './handler-table.js';
import type { IsAnswered, Received, ReceivedFields } from './handlers.js';
import type { RunnableActor } from './javascript-instance.js';

/** An object whose methods are handlers. */
export type Wrappable<P> = {
  [K in keyof Received<P> & string]: (
    fields: ReceivedFields<P, K>,
  ) => IsAnswered<Received<P>[K]> extends true ? ReplyFields<Received<P>[K]> : unknown;
};

type Methods = Record<string, unknown>;

/**
 * @param pattern a class, a function that makes an object, or an object, of which the actor is a copy: then it may have no private fields (`#`)
 * @returns what makes the twin, for each incarnation anew; it throws an Error for a method or field that the schema names and the object lacks
 */
export function wrap<P extends BoundParty, T extends Wrappable<P>>(pattern: (new () => T) | (() => T) | T, schema: P): () => RunnableActor {
  const make = makerOf(pattern);
  // By this, the tool that writes an application's definition knows the function from others.
  return Object.assign(() => new WrappedActor(schema, make() as Methods) as RunnableActor, { wraps: schema });
}

function makerOf<T extends object>(pattern: (new () => T) | (() => T) | T): () => object {
  if (typeof pattern !== 'function') return () => Object.assign(Object.create(Object.getPrototypeOf(pattern)), pattern);
  // An arrow function has no prototype, and cannot be called with `new`.
  const Class = pattern as new () => T;
  return Class.prototype === undefined ? (pattern as () => T) : () => new Class();
}

interface Topic {
  readonly message: BoundParty['publishes'][string];
  readonly names: readonly string[];
  /** As it was published last, or was at first. */
  last: Uint8Array;
}

class WrappedActor extends Actor<BoundParty> {
  /** Watches the object's own code. */
  private guard: ((run: () => unknown) => unknown) | null = null;
  private readonly topics: readonly Topic[];
  private readonly writer = new Writer();

  constructor(
    schema: BoundParty,
    private readonly object: Methods,
  ) {
    super(schema);
    for (const name of Object.keys(schema.receives)) this.addHandler(name);
    if (!this.hasMethod('snapshot')) this.assertFields('its state', Object.keys(schema.state?.fields ?? {}));
    this.topics = Object.entries(schema.publishes).map(([name, message]) => this.topicOf(name, message));
  }

  watch(guard: ChanceGuard, looked: (at: string) => void): void {
    this.guard = (run) => guard(run, looked);
  }

  private topicOf(name: string, message: Topic['message']): Topic {
    const names = Object.keys(message.fields);
    this.assertFields(`topic ${name}`, names);
    return { message, names, last: this.encoded({ message, names }) };
  }

  private hasMethod(name: string): boolean {
    return typeof this.object[name] === 'function';
  }

  private assertFields(what: string, names: readonly string[]): void {
    const missing = names.find((name) => !(name in this.object));
    if (missing !== undefined)
      throw new Error(`${this.schema.name}: ${what} has the field ${missing}, which the wrapped object lacks: add it, or a getter`);
  }

  private addHandler(name: string): void {
    const message = this.schema.receives[name];
    const method = this.object[name];
    if (typeof method !== 'function')
      throw new Error(`${this.schema.name}: the wrapped object has no method ${name}, as one of its messages is named`);
    const handle = (fields: object): unknown => {
      const run = () => method.call(this.object, fields) as unknown;
      const result = this.guard ? this.guard(run) : run();
      // Whoever called the handler refuses it, and says why.
      if (isPromise(result)) return result;
      if (message.role === 'request') this.reply(this.requestToken, message, result as Record<string, never>);
      this.publishChanged();
      return undefined;
    };
    Object.assign(this, { [handlerNameOf(name)]: handle });
  }

  private publishChanged(): void {
    for (const topic of this.topics) {
      const now = this.encoded(topic);
      if (isSame(now, topic.last)) continue;
      topic.last = now;
      this.publish(topic.message, this.fieldsOf(topic.names) as never);
    }
  }

  private encoded({ message, names }: Pick<Topic, 'message' | 'names'>): Uint8Array {
    const { writer } = this;
    writer.reset(0);
    try {
      message.encode(writer, this.fieldsOf(names) as never, 0, false);
    } catch (error) {
      throw unwritable(error, message.name, { ...leadOf(message.role), ...message.fields }, writer);
    }
    return writer.toBytes();
  }

  private fieldsOf(names: readonly string[]): Record<string, unknown> {
    return Object.fromEntries(names.map((name) => [name, this.object[name]]));
  }

  override onRefresh(kind: Kind): undefined {
    const topic = this.topics.find(({ message }) => message.kind === kind);
    if (topic) this.publishFresh(topic.message, this.fieldsOf(topic.names) as never);
  }

  snapshot(): StateOf<BoundParty> {
    const { snapshot } = this.object;
    const state = typeof snapshot === 'function' ? snapshot.call(this.object) : this.fieldsOf(Object.keys(this.schema.state?.fields ?? {}));
    return state as StateOf<BoundParty>;
  }

  restore(state: StateOf<BoundParty>): undefined {
    const { restore } = this.object;
    if (typeof restore === 'function') restore.call(this.object, state);
    else Object.assign(this.object, state as Fields);
    for (const topic of this.topics) topic.last = this.encoded(topic);
  }
}
