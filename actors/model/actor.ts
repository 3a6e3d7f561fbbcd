/**
 * The base of an actor in JavaScript. An actor is a deterministic function of its messages: it has no clock, no random source and
 * does no I/O. What it needs to know about the time is in the message.
 *
 *   class Counter extends Actor<typeof counter> implements Handlers<typeof counter> {
 *     private count = 0;
 *     onIncrement({ by }: MessageOf<typeof counter, 'increment'>) {
 *       this.count += by;
 *       this.publish(counter.publishes.changed, { count: this.count });
 *     }
 *     ...
 *   }
 */

import {
  assertNumbered,
  type BoundMessage,
  type BoundParty,
  type BoundPublication,
  type BoundRequest,
  type Recipient,
} from '../../protocol/bind.js';
import { assertMaySend, type Called, type ErrorCode, thrownByCaller } from '../../protocol/errors.js';
import type { Fields, InferFields, StateOf } from '../../protocol/fields.js';
import { FOLLOWERS } from '../../protocol/frame.js';
import { type EndReason, system } from '../../protocol/generated/system.js';
import { timer } from '../../protocol/generated/timer.js';
import type { Address, Epoch, Kind, Microseconds } from '../../protocol/names.js';
import type { SnapshotCounts } from '../contract/snapshot.js';
import { Replicas } from './handler-table.js';
import type { FollowedHandlers, NamedParty, Received, ReceivedFields, ReplyHandlers } from './handlers.js';
import { type Encodable, OutboxBuilder } from './outbox-builder.js';

/** Who asked, and the request's number. Plain data that an actor may keep in its state. */
export interface RequestToken {
  readonly source: Address;
  readonly request: number;
}

/**
 * What a handler returns: nothing. Not even a promise, since an actor has no time between two messages in which it could be kept. For
 * `void` alone the compiler would accept one; for this type it does not.
 */
// biome-ignore lint/suspicious/noConfusingVoidType: a handler without a return statement returns void
export type Nothing = void | undefined;

/**
 * The handlers of an actor. It must have one for each message that it receives, and for each topic that it follows; it may have one for
 * each reply to a request that it may make.
 * @typeParam U union of parties that it follows or asks, beside those that its schema `uses`
 */
export type Handlers<P, U extends NamedParty = never> = {
  [K in keyof Received<P> & string as `on${Capitalize<K>}`]: (fields: ReceivedFields<P, K>) => Nothing;
} & FollowedHandlers<P, Nothing, U> &
  ReplyHandlers<P, Nothing, U>;

export abstract class Actor<P extends Pick<BoundParty, 'name' | 'address' | 'receives' | 'publishes' | 'follows' | 'sendsTo'>> {
  /** What the runtime keeps for the actor. The actor itself must not use it. */
  readonly internals: ActorInternals;

  /** @throws UnboundError when the schema has no numbers yet */
  constructor(readonly schema: P) {
    assertNumbered(schema);
    this.internals = new ActorInternals(schema);
  }

  /** Receives a number from the configuration, before `restore` and the first message. */
  configure(_name: string, _value: number): Nothing {}
  /** The whole state, from which an equal actor can be made. */
  abstract snapshot(): StateOf<P>;
  abstract restore(state: StateOf<P>): Nothing;

  /** A timer started by this actor has fired. */
  onTimer(_timer: number): Nothing {}
  /** A follower has missed something: publish the whole of the topic with this kind by `publishFresh`. */
  onRefresh(_topic: number): Nothing {}
  /** A request of this actor will not be answered. */
  onRequestFailed(_request: number, _kind: Kind, _code: ErrorCode): Nothing {}
  /** Nobody waits any more for the answer to a request of this kind: it was withdrawn, or its deadline has passed. An answer is refused. */
  onWithdrawn(_request: RequestToken, _kind: Kind): Nothing {}
  /** An incarnation of a party that the actor's schema `watches` has ended. Called once for each. */
  onEnded(_party: Address, _epoch: Epoch, _reason: EndReason): Nothing {}

  /** Time of the message being handled, in microseconds since the Unix epoch. */
  protected get now(): Microseconds {
    return this.internals.sentAt;
  }

  /** Address of the sender of the message being handled. */
  protected get source(): Address {
    return this.internals.source;
  }

  /** Identifies the request being handled, for `reply`. */
  protected get requestToken(): RequestToken {
    return { source: this.internals.source, request: this.internals.request };
  }

  /** Sends to the party whose schema has the message. @throws EncodeError, OutputError, PermissionError */
  protected send<S extends Fields>(message: BoundMessage<S, Recipient<P>>, fields: InferFields<S>): void {
    assertMaySend(this.schema, message, Actor.prototype.send);
    this.internals.emit(Actor.prototype.send, message, message.owner, fields);
  }

  /** Sends to another party than the one whose schema has the message, for example to a port of the same kind. */
  protected sendTo<S extends Fields>(address: Address, message: BoundMessage<S, Recipient<P>>, fields: InferFields<S>): void {
    assertMaySend(this.schema, message, Actor.prototype.sendTo);
    this.internals.emit(Actor.prototype.sendTo, message, address, fields);
  }

  /** @returns the number of the request, with which its reply or failure will come */
  protected request<S extends Fields, R extends Fields>(message: BoundRequest<S, R, Recipient<P>>, fields: InferFields<S>): number {
    assertMaySend(this.schema, message, Actor.prototype.request);
    const { counts } = this.internals;
    const request = counts.nextRequest;
    this.internals.emit(Actor.prototype.request, message, message.owner, fields, request);
    counts.nextRequest = request === 0xffff_ffff ? 1 : request + 1;
    return request;
  }

  /**
   * Withdraws a request of this actor: neither a reply nor a failure comes any more, and the party that works on it is told.
   * @param request its number
   */
  protected withdraw<S extends Fields, R extends Fields>(message: BoundRequest<S, R>, request: number): void {
    const { address } = this.schema;
    this.internals.outbox.append(system.receives.withdrawn, message.owner, { request, requester: address, requestKind: message.kind });
  }

  /** Answers a request, now or later. A second answer is refused where it arrives. */
  protected reply<S extends Fields, R extends Fields>(to: RequestToken, message: BoundRequest<S, R>, fields: InferFields<R>): void {
    this.internals.emit(Actor.prototype.reply, message.reply, to.source, fields, to.request);
  }

  /** Publishes a change of a topic to its followers. */
  protected publish<S extends Fields>(topic: BoundPublication<S>, fields: InferFields<S>): void {
    this.internals.publish(topic, fields, false, Actor.prototype.publish);
  }

  /** Publishes the whole of a topic. */
  protected publishFresh<S extends Fields>(topic: BoundPublication<S>, fields: InferFields<S>): void {
    this.internals.publish(topic, fields, true, Actor.prototype.publishFresh);
  }

  /** Makes `onTimer(timer)` be called once after the delay. A timer with the same number starts anew. */
  protected startTimer(number: number, delayMs: number): void {
    assertMaySend(this.schema, timer.receives.start, Actor.prototype.startTimer);
    this.internals.emit(Actor.prototype.startTimer, timer.receives.start, timer.address, { timer: number, delayMs });
  }

  protected cancelTimer(number: number): void {
    assertMaySend(this.schema, timer.receives.cancel, Actor.prototype.cancelTimer);
    this.internals.emit(Actor.prototype.cancelTimer, timer.receives.cancel, timer.address, { timer: number });
  }
}

/** An actor's side of the bus: the message being handled, what was emitted, and the counters that are part of its snapshot. */
export class ActorInternals {
  source = 0;
  request = 0;
  sentAt = 0;
  readonly outbox: OutboxBuilder;
  readonly replicas: Replicas;
  readonly counts: SnapshotCounts;
  private readonly topics: readonly number[];

  constructor(schema: Pick<BoundParty, 'address' | 'publishes' | 'follows'>) {
    this.outbox = new OutboxBuilder(schema.address);
    this.replicas = new Replicas(schema.follows.length);
    this.topics = Object.values(schema.publishes).map(({ kind }) => kind);
    this.counts = { published: this.topics.map(() => 0), replicas: this.replicas.versions, nextRequest: 1 };
  }

  /** Appends to the output. An error is the caller's fault, so the line in its report is the actor's. */
  emit<F>(called: Called, message: Encodable<F>, target: Address, fields: F, first = 0, second = false): void {
    try {
      this.outbox.append(message, target, fields, first, second);
    } catch (error) {
      throw thrownByCaller(error, called);
    }
  }

  publish<S extends Fields>(topic: BoundPublication<S>, fields: InferFields<S>, fresh: boolean, called: Called): void {
    const index = this.topics.indexOf(topic.kind);
    if (index < 0) throw new Error(`${topic.ownerName}.${topic.name} is not a topic of this actor`);
    const { published } = this.counts;
    const version = published[index] + 1;
    this.emit(called, topic, FOLLOWERS, fields, version, fresh);
    published[index] = version;
  }

  /** Asks the owner of a topic for a fresh publication. */
  askFresh(topic: number, owner: Address, follower: Address): void {
    this.outbox.append(system.receives.refresh, owner, { topic, follower });
  }
}
