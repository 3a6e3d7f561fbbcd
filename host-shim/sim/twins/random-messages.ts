/**
 * Random messages for an actor, from its schema: what it receives, what it follows, answers to what it asks, and what the runtime sends.
 * All that depends on chance is in the messages, so that the same ones can be handed in again.
 */

import type { Random } from '../../../bus/random.js';
import { type AnyBound, type BoundParty, type BoundPublication, type BoundRequest, messagesOf } from '../../../protocol/bind.js';
import { ERROR_CODES } from '../../../protocol/errors.js';
import { system } from '../../../protocol/generated/system.js';
import { timer } from '../../../protocol/generated/timer.js';
import type { Address, Kind } from '../../../protocol/names.js';
import { randomFields } from './random-values.js';

/** One message for the twins. */
export interface TwinMessage {
  /** A message, request, reply or publication of a bound schema. */
  readonly message: AnyBound;
  readonly fields: Readonly<Record<string, unknown>>;
  /** Address of who sends it; `REQUESTER` when not given. */
  readonly source?: Address;
  /** Number of a request or of the request that a reply answers, version of a publication. */
  readonly first?: number;
  /** For a publication, whether it is the whole topic. */
  readonly fresh?: boolean;
}

/** What both twins have emitted. */
export interface TwinOutput {
  readonly kind: Kind;
  readonly target: Address;
  /** Values by position, with those in front that the runtime fills in. */
  readonly body: readonly unknown[];
}

/** Makes the messages of one run, one by one. @param emitted what came out since the last call; nothing within a batch */
export type TwinSequence = (emitted: readonly TwinOutput[]) => TwinMessage;

/** An application's own party, which asks and is answered. */
export const REQUESTER = 64_000;

/** A request of the actor that has no answer yet. */
interface Asked {
  readonly message: BoundRequest;
  readonly request: number;
}

/** Shares of what is not a message of the actor's own schema, while there is occasion. */
const ANSWER = 0.4;
const FIRE = 0.3;
const FOLLOW = 0.25;
const SYSTEM = 0.05;
/** Share of the answers that are failures. */
const FAIL = 0.2;

export class RandomMessages {
  private readonly kinds = new Map<number, AnyBound>();
  private readonly received: readonly (AnyBound & { readonly role: 'message' | 'request' })[];
  private readonly followed: readonly BoundPublication[];
  private readonly versions = new Map<number, number>();
  private asked: Asked[] = [];
  private readonly timers = new Set<number>();
  private requests = 0;

  /** @param parties who it follows and asks */
  constructor(
    private readonly schema: BoundParty,
    parties: readonly BoundParty[],
    private readonly random: Random,
  ) {
    for (const message of parties.flatMap(messagesOf)) this.kinds.set(message.kind, message);
    this.received = Object.values(schema.receives);
    this.followed = schema.follows.flatMap((path) => {
      const [owner, topic] = path.split('.');
      const found = parties.find(({ name }) => name === owner)?.publishes[topic];
      return found ? [found] : [];
    });
  }

  readonly next: TwinSequence = (emitted) => {
    for (const output of emitted) this.note(output);
    const { random } = this;
    if (this.asked.length > 0 && random.chance(ANSWER)) return this.answer();
    if (this.timers.size > 0 && random.chance(FIRE)) return this.fire();
    if (this.followed.length > 0 && random.chance(FOLLOW)) return this.publication();
    if (this.received.length === 0 || random.chance(SYSTEM)) return this.fromRuntime();
    return this.receive();
  };

  private note({ kind, target, body }: TwinOutput): void {
    const message = this.kinds.get(kind);
    if (message?.role === 'request') this.asked.push({ message, request: body[0] as number });
    if (target !== timer.address) return;
    if (kind === timer.receives.start.kind) this.timers.add(body[0] as number);
    if (kind === timer.receives.cancel.kind) this.timers.delete(body[0] as number);
  }

  private receive(): TwinMessage {
    const { random, received } = this;
    const message = received[random.integer(received.length)];
    const fields = randomFields(random, message.fields);
    return { message, fields, source: REQUESTER + random.integer(2), ...(message.role === 'request' && { first: ++this.requests }) };
  }

  private answer(): TwinMessage {
    const { random, asked } = this;
    const [{ message, request }] = asked.splice(random.integer(asked.length), 1);
    if (!random.chance(FAIL)) {
      const { reply } = message;
      return { message: reply, fields: randomFields(random, reply.fields), source: message.owner, first: request };
    }
    const code = random.integer(ERROR_CODES.length);
    return this.system(system.receives.requestFailed, { request, requestKind: message.kind, code, crashEpoch: null });
  }

  private fire(): TwinMessage {
    const running = [...this.timers];
    const number = running[this.random.integer(running.length)];
    this.timers.delete(number);
    return this.system(system.receives.timerFired, { timer: number });
  }

  /** The first of a topic is whole, as for every follower. */
  private publication(): TwinMessage {
    const { random, followed } = this;
    const message = followed[random.integer(followed.length)];
    const version = (this.versions.get(message.kind) ?? 0) + 1;
    this.versions.set(message.kind, version);
    const fresh = version === 1 || random.chance(0.2);
    return { message, fields: randomFields(random, message.fields), source: message.owner, first: version, fresh };
  }

  /** Somebody follows a topic, or no longer waits for an answer. */
  private fromRuntime(): TwinMessage {
    const { random, schema } = this;
    const topics = Object.values(schema.publishes);
    const requests = this.received.filter(({ role }) => role === 'request');
    if (topics.length > 0 && (requests.length === 0 || random.chance(0.5)))
      return this.system(system.receives.refresh, { topic: topics[random.integer(topics.length)].kind, follower: REQUESTER });
    if (requests.length === 0) return this.system(system.receives.timerFired, { timer: random.integer(4) });
    const { kind } = requests[random.integer(requests.length)];
    return this.system(system.receives.withdrawn, { request: random.integer(this.requests + 1), requester: REQUESTER, requestKind: kind });
  }

  private system(message: AnyBound, fields: TwinMessage['fields']): TwinMessage {
    return { message, fields };
  }
}
