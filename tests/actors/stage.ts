/** An actor alone on a stage: the test plays all others. The actor's output is decoded. */
import type { ActorInstance } from '../../actors/contract/instance.js';
import { decodeSnapshot, type SnapshotSchema } from '../../actors/contract/snapshot.js';
import { OutboxBuilder } from '../../actors/model/outbox-builder.js';
import { HOST_RUNTIME } from '../../protocol/addresses.js';
import { type BoundMessage, type BoundPublication, type BoundRequest, messagesOf } from '../../protocol/bind.js';
import type { Fields, InferFields, StateOf } from '../../protocol/fields.js';
import { BODY_OFFSET, frameLength, KIND_OFFSET, readU16, TARGET_OFFSET } from '../../protocol/frame.js';
import { tandemParties } from '../../protocol/generated/index.js';
import { system } from '../../protocol/generated/system.js';
import { Reader } from '../../protocol/reader.js';

export interface Emission<F = unknown> {
  /** Schema and name of the message, for example `fetch.start`. */
  readonly name: string;
  readonly target: number;
  readonly fields: F;
  /** Number of a request or reply. */
  readonly request: number;
}

/** A party outside of all schemas: an application's own actor. */
export const REQUESTER = 100;

const messages = tandemParties.flatMap((party) => messagesOf(party));

export class Stage {
  /** Time of the next message, in microseconds since the Unix epoch. */
  now = 1_700_000_000_000_000;
  private readonly reader = new Reader();

  constructor(readonly instance: ActorInstance) {}

  send<S extends Fields>(message: BoundMessage<S>, fields: InferFields<S>, source = REQUESTER): Emission[] {
    return this.deliver(message, fields, source);
  }

  request<S extends Fields, R extends Fields>(
    message: BoundRequest<S, R>,
    fields: InferFields<S>,
    request: number,
    source = REQUESTER,
  ): Emission[] {
    return this.deliver(message, fields, source, request);
  }

  fireTimer(timer: number): Emission[] {
    return this.send(system.receives.timerFired, { timer }, HOST_RUNTIME);
  }

  askFresh(topic: BoundPublication, follower: number): Emission[] {
    return this.send(system.receives.refresh, { topic: topic.kind, follower }, follower);
  }

  /** The actor's state, from its snapshot. */
  state<P extends SnapshotSchema>(schema: P): StateOf<P> {
    return decodeSnapshot(schema, this.instance.snapshot()).state;
  }

  private deliver<F>(message: Encodable<F>, fields: F, source: number, request = 0): Emission[] {
    const builder = new OutboxBuilder(source);
    builder.causedBy(0, 0, this.now);
    builder.append(message, message.owner, fields, request);
    this.instance.handle(builder.bytes, 0, builder.length);
    if (this.instance.malformed.length > 0) throw this.instance.malformed[0].error;
    const { bytes, start, end } = this.instance.output;
    const emissions: Emission[] = [];
    for (let at = start; at < end; at += frameLength(bytes, at)) emissions.push(this.emissionAt(bytes, at));
    return emissions;
  }

  private emissionAt(bytes: Uint8Array, at: number): Emission {
    const kind = readU16(bytes, at + KIND_OFFSET);
    const message = messages.find((candidate) => candidate.kind === kind);
    if (!message) throw new Error('emitted a kind that no schema has');
    this.reader.reset(bytes, at + BODY_OFFSET, at + frameLength(bytes, at));
    this.reader.request = 0;
    const fields: unknown = message.decode(this.reader);
    return {
      name: `${message.ownerName}.${message.name}`,
      target: readU16(bytes, at + TARGET_OFFSET),
      fields,
      request: this.reader.request,
    };
  }
}

type Encodable<F> = Parameters<typeof OutboxBuilder.prototype.append<F>>[0] & { readonly owner: number };
