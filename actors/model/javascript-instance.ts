/** An actor in JavaScript as a VM drives it: decodes frames, calls handlers, collects what they emit. */

import type { BoundParty, BoundPublication, OthersOf, Recipient } from '../../protocol/bind.js';
import { DecodeError, ERROR_CODES } from '../../protocol/errors.js';
import {
  BODY_OFFSET,
  frameLength,
  hasSafeNumbers,
  KIND_OFFSET,
  readU16,
  readU53,
  SENT_AT_OFFSET,
  SEQUENCE_OFFSET,
  SOURCE_OFFSET,
} from '../../protocol/frame.js';
import { system } from '../../protocol/generated/system.js';
import { BATCH_OUTPUT_BYTES_MAX } from '../../protocol/limits.js';
import type { SnapshotBytes } from '../../protocol/names.js';
import { Reader } from '../../protocol/reader.js';
import { Writer } from '../../protocol/writer.js';
import type { FaultKind } from '../contract/fault.js';
import { loop } from '../contract/fault.js';
import {
  type ActorFactory,
  type ActorInstance,
  type ActorOptions,
  ActorTrap,
  type ChanceGuard,
  type MalformedFrame,
  type OnFrame,
  type Output,
} from '../contract/instance.js';
import { readCounts, snapshotField, writeCounts } from '../contract/snapshot.js';
import { isA, isGenerator, isPromise, placeOf, unwritable } from '../contract/thrown.js';
import type { Actor, ActorInternals, Handlers } from './actor.js';
import {
  assertHandlersNamed,
  type Handler,
  HandlerTable,
  handlerNameOf,
  namedBy,
  replyHandlerNameOf,
  type Topics,
  topicsOf,
} from './handler-table.js';

/** An actor of any schema: its handlers are looked up by name. */
export type RunnableActor = Pick<
  Actor<BoundParty>,
  'internals' | 'configure' | 'onTimer' | 'onRefresh' | 'onRequestFailed' | 'onWithdrawn' | 'onEnded'
> & {
  readonly schema: Pick<BoundParty, 'name' | 'address' | 'receives' | 'publishes' | 'follows' | 'sendsTo' | 'state'>;
  snapshot(): unknown;
  restore(state: never): void;
  watch?(guard: ChanceGuard, looked: (at: string) => void): void;
};

class JavaScriptInstance implements ActorInstance {
  readonly output: Output = { bytes: new Uint8Array(0), start: 0, end: 0 };
  readonly memoryBytes = 0;
  readonly malformed: MalformedFrame[] = [];
  left = 0;
  private readonly reader = new Reader();
  private readonly writer = new Writer();
  private readonly handlers: HandlerTable<ActorInternals>;
  private fault = -1;
  private faultKind: FaultKind = 'trap';
  private ended = false;

  constructor(
    private readonly actor: RunnableActor,
    topics: Topics,
    options: ActorOptions,
    private readonly onFrame: OnFrame = () => {},
  ) {
    const configure = this.handler('configure');
    for (const [name, value] of Object.entries(options)) configure(name, value);
    const { schema, internals } = actor;
    this.handlers = new HandlerTable(schema, body);
    this.handlers.onReceived((name) => this.receiverOf(handlerNameOf(name)));
    this.addSystem();
    const ask = ({ kind, owner }: BoundPublication) => internals.askFresh(kind, owner, schema.address);
    this.handlers.onFollowed(topics, internals.replicas, ask, (name) => this.handler(name));
  }

  handle(bytes: Uint8Array, at: number, length: number): void {
    this.assertLive();
    const { outbox } = this.actor.internals;
    outbox.begin();
    this.malformed.length = 0;
    let handled = 0;
    this.left = 0;
    for (const end = at + length; at < end; at += frameLength(bytes, at)) {
      if (outbox.length >= BATCH_OUTPUT_BYTES_MAX) {
        this.left = countFrames(bytes, at, end);
        break;
      }
      const committed = outbox.length;
      if (handled > 0) this.onFrame(handled);
      try {
        this.handleFrame(bytes, at, handled);
      } catch (error) {
        outbox.truncate(committed);
        this.collect();
        this.ended = true;
        throw new ActorTrap(handled, error, isA(error, HandlerError) ? '' : placeOf(error));
      }
      handled++;
    }
    this.collect();
  }

  private handleFrame(bytes: Uint8Array, at: number, index: number): void {
    const { internals } = this.actor;
    internals.source = readU16(bytes, at + SOURCE_OFFSET);
    internals.sentAt = readU53(bytes, at + SENT_AT_OFFSET);
    internals.request = 0;
    internals.outbox.causedBy(internals.source, readU53(bytes, at + SEQUENCE_OFFSET), internals.sentAt);
    const kind = readU16(bytes, at + KIND_OFFSET);
    const handle = this.handlers.of(kind);
    this.reader.reset(bytes, at + BODY_OFFSET, at + frameLength(bytes, at));
    const committed = internals.outbox.length;
    if (!hasSafeNumbers(bytes, at)) {
      this.malformed.push({ frame: index, error: new DecodeError('header', 0, '', kind) });
    } else if (!handle) {
      this.malformed.push({ frame: index, error: new DecodeError('kind', 0, '', kind) });
    } else {
      try {
        handle(this.reader, internals);
      } catch (error) {
        if (!isA(error, BodyError)) throw error;
        internals.outbox.truncate(committed);
        this.malformed.push({ frame: index, error: error.cause });
      }
    }
    if (this.fault-- === 0) this.fail();
  }

  private fail(): never {
    if (this.faultKind === 'trap') throw new Error('injected fault');
    loop();
  }

  private collect(): void {
    const { outbox } = this.actor.internals;
    this.output.bytes = outbox.bytes;
    this.output.start = 0;
    this.output.end = outbox.length;
  }

  private addSystem(): void {
    const { refresh, requestFailed, timerFired, ended, withdrawn } = system.receives;
    const { handlers } = this;
    const [onRefresh, onTimer] = [this.handler('onRefresh'), this.handler('onTimer')];
    const [onRequestFailed, onWithdrawn, onEnded] = ['onRequestFailed', 'onWithdrawn', 'onEnded'].map((name) => this.handler(name));
    handlers.on(refresh, ({ topic }) => onRefresh(topic));
    handlers.on(timerFired, ({ timer }) => onTimer(timer));
    handlers.on(requestFailed, ({ request, requestKind, code }) => onRequestFailed(request, requestKind, ERROR_CODES[code] ?? 'ended'));
    handlers.on(ended, ({ party, epoch, reason }) => onEnded(party, epoch, reason));
    handlers.on(withdrawn, ({ request, requester, requestKind }) => onWithdrawn({ source: requester, request }, requestKind));
  }

  /** Also handles replies to requests that this actor sends: `on<Message>Reply(request, fields)`. */
  expectReplies(from: BoundParty): void {
    for (const [name, message] of Object.entries(from.receives)) {
      if (message.role !== 'request') continue;
      const handler = this.optionalHandler(replyHandlerNameOf(name));
      if (handler) this.handlers.on(message.reply, (fields, { request }) => handler(request, fields));
    }
  }

  /** The handler of a message. It is called with the fields alone, which saves a list of arguments. */
  private receiverOf(name: string): (fields: object) => void {
    const { actor } = this;
    this.handler(name);
    const method = (actor as unknown as Record<string, (fields: object) => unknown>)[name];
    return (fields) => refuseLater(method.call(actor, fields), name, actor.schema.name);
  }

  private optionalHandler(name: string): Handler | undefined {
    const { actor } = this;
    const method = (actor as unknown as Record<string, unknown>)[name];
    if (typeof method !== 'function') return undefined;
    return (...input) => refuseLater(method.apply(actor, input), name, actor.schema.name);
  }

  private handler(name: string): Handler {
    const method = this.optionalHandler(name);
    if (!method) throw new Error(`actor ${this.actor.schema.name} has no handler ${name}`);
    return method;
  }

  snapshot(): Uint8Array {
    this.assertLive();
    const { writer, actor } = this;
    writer.reset(0);
    writeCounts(writer, actor.internals.counts);
    const state = located(() => actor.snapshot());
    refuseLater(state, 'snapshot', actor.schema.name);
    try {
      actor.schema.state!.encode(writer, state);
    } catch (error) {
      throw unwritable(error, 'snapshot', snapshotField(actor.schema).fields, writer);
    }
    return writer.bytes.subarray(0, writer.length);
  }

  restore(snapshot: SnapshotBytes): void {
    this.assertLive();
    const { reader, actor } = this;
    reader.reset(snapshot);
    try {
      readCounts(reader, actor.internals.counts);
      const state = actor.schema.state!.decode(reader);
      reader.finish();
      const restore = this.handler('restore');
      located(() => restore(state));
    } catch (error) {
      this.ended = true;
      throw error;
    }
  }

  armFault(nth: number, kind: FaultKind = 'trap'): void {
    this.fault = nth;
    this.faultKind = kind;
  }

  watch(guard: ChanceGuard, looked: (at: string) => void): void {
    this.actor.watch?.(guard, looked);
  }

  method(name: string): unknown {
    return (this.actor as unknown as Record<string, unknown>)[name];
  }

  dispose(): void {
    this.ended = true;
    this.output.end = this.output.start;
  }

  private assertLive(): void {
    if (this.ended) throw new Error(`this incarnation of ${this.actor.schema.name} has ended`);
  }
}

/** Marks a malformed body, which is not the actor's fault. */
class BodyError extends Error {
  declare readonly cause: DecodeError;
}

function body<T>(reader: Reader, decode: (reader: Reader) => T): T {
  try {
    return decode(reader);
  } catch (error) {
    throw isA(error, DecodeError) ? new BodyError(error.message, { cause: error }) : error;
  }
}

/** A handler returned what no handler may return. The error has no line, since the actor's code has returned. */
class HandlerError extends Error {
  override readonly name = 'HandlerError';
}

/**
 * Ends an actor whose handler returned a promise: its result would come long after the message is done, in nobody's name. A later rejection
 * then means nothing. The body of a generator would not run at all.
 * @throws HandlerError
 */
function refuseLater(returned: unknown, handler: string, actor: string): void {
  if (returned === undefined) return;
  const generates = isGenerator(returned);
  if (!generates && !isPromise(returned)) return;
  if (!generates) Promise.resolve(returned).catch(() => {});
  throw new HandlerError(
    `${handler} of actor ${actor} returned a ${generates ? 'generator' : 'promise'}: an actor is done with a message when its handler returns; what takes time is asked of a port`,
  );
}

/** Adds the line to what the actor's own code throws outside of a batch. @throws ActorTrap */
function located<T>(run: () => T): T {
  try {
    return run();
  } catch (error) {
    throw new ActorTrap(0, error, isA(error, HandlerError) ? '' : placeOf(error));
  }
}

function countFrames(bytes: Uint8Array, at: number, end: number): number {
  let frames = 0;
  for (; at < end; at += frameLength(bytes, at)) frames++;
  return frames;
}

/** Handlers of what the runtime itself says to an actor. */
const RUNTIME_HANDLERS = ['onTimer', 'onRefresh', 'onRequestFailed', 'onWithdrawn', 'onEnded'] as const;

type Method<A> = { [K in keyof A & `on${Capitalize<string>}`]: A[K] extends (...input: never[]) => unknown ? K : never }[keyof A &
  `on${Capitalize<string>}`];
/** The compiler does not know the replies of a party that the schema does not use. */
type UnknownReplies<S> = [Exclude<Recipient<S>, keyof OthersOf<S>>] extends [never] ? never : `on${Capitalize<string>}Reply`;
type Unnamed<A extends RunnableActor> = Exclude<Method<A>, keyof RunnableActor | keyof Handlers<A['schema']> | UnknownReplies<A['schema']>>;
/**
 * An actor whose handlers are all named by its own schema, by those of topics that it follows, or by those of requests that it may make.
 */
type Named<A extends RunnableActor> = [Unnamed<A>] extends [never] ? A : A & { readonly 'no schema names': Unnamed<A> };

/**
 * Refuses a handler that no schema names: the compiler does, and when the actor starts an UnknownHandlerError is thrown.
 * @param parties all parties of the application: the topics and requests of the actor are looked up there
 */
export function javaScriptActorFactory<A extends RunnableActor>(
  schema: BoundParty,
  create: () => Named<A>,
  parties: readonly BoundParty[],
): ActorFactory {
  const asked = parties.filter(({ name }) => schema.sendsTo.includes(name));
  const requests = asked.flatMap(({ receives }) => Object.entries(receives).filter(([, { role }]) => role === 'request'));
  const named = [...RUNTIME_HANDLERS, ...namedBy(schema), ...requests.map(([name]) => replyHandlerNameOf(name))];
  const topics = topicsOf(parties);
  return {
    schema,
    vm: 'js',
    create(options, onFrame) {
      const actor: RunnableActor = located(create);
      assertHandlersNamed(schema.name, actor, named);
      const instance = new JavaScriptInstance(actor, topics, options, onFrame);
      for (const party of asked) instance.expectReplies(party);
      return instance;
    },
  };
}

/**
 * The same for an actor whose code is in a file of its own, which is loaded when the actor first comes to be in a VM: the twin of one that
 * most often runs in Wasm.
 * @param load imports that file, and gives what `javaScriptActorFactory` takes
 */
export function lazyJavaScriptActorFactory<A extends RunnableActor>(
  schema: BoundParty,
  load: () => Promise<() => Named<A>>,
  parties: readonly BoundParty[],
): ActorFactory {
  let create: (() => Named<A>) | null = null;
  const make = (): Named<A> => {
    if (!create) throw new Error(`the code of actor ${schema.name} was not loaded`);
    return create();
  };
  return {
    ...javaScriptActorFactory(schema, make, parties),
    async load() {
      create ??= await load();
    },
  };
}
