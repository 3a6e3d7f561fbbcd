/**
 * One incarnation of a port: an edge to the outside, with an address on the bus. Unlike an actor it may use clocks, threads and I/O, and
 * it is not restarted from a journal. It may send at any time; what it sends while it handles a frame was caused by that frame, and so is what it
 * sends when it has awaited a reply. Once it is closed it cannot send any more: whatever still runs of it, in promises and timers, sends into nothing.
 */
import type { BoundMessage, BoundPublication, BoundRequest, Recipient } from '../../../protocol/bind.js';
import {
  assertMaySend,
  type Called,
  DecodeError,
  ERROR_CODES,
  type ErrorCode,
  PermissionError,
  RequestError,
  thrownByCaller,
} from '../../../protocol/errors.js';
import type { Fields, InferFields } from '../../../protocol/fields.js';
import {
  BODY_OFFSET,
  frameLength,
  KIND_OFFSET,
  readU16,
  readU53,
  SENT_AT_OFFSET,
  SEQUENCE_OFFSET,
  SOURCE_OFFSET,
} from '../../../protocol/frame.js';
import { system } from '../../../protocol/generated/system.js';
import { PORT_HELD_BYTES_MAX } from '../../../protocol/limits.js';
import type { Address, Epoch } from '../../../protocol/names.js';
import { Reader } from '../../../protocol/reader.js';
import { assertHandlersNamed, type Handler, HandlerTable, handlerNameOf, namedBy, Replicas, topicsOf } from '../../model/handler-table.js';
import type { Incoming, PortHandlers, PortParty } from '../../model/handlers.js';
import { type Encodable, OutboxBuilder } from '../../model/outbox-builder.js';
import type { Gate } from '../bus/gate.js';
import type { Runtime } from '../runtime.js';
import { type AbortSignalLike, type Cause, Continuations, PortRequests } from './awaited.js';

export interface RequestOptions {
  /** Counts from now; replaces what the schema says. */
  readonly deadlineMs?: number;
  readonly signal?: AbortSignalLike;
}

/** Null when a deadline makes sense. */
export function deadlineProblem(kindName: string, deadlineMs: number | undefined): RangeError | null {
  if (deadlineMs === undefined || (Number.isFinite(deadlineMs) && deadlineMs >= 0)) return null;
  return new RangeError(`deadlineMs of ${kindName} is a number of milliseconds from 0, not ${String(deadlineMs)}`);
}

/** A port has emitted more than its targets can take. Nothing of the message was sent: send it again later. */
export class PortOverloadError extends Error {
  override readonly name = 'PortOverloadError';
}

/** Handlers of what the runtime itself says to a port. */
const PORT_HANDLERS = ['onOpen', 'onEnded', 'onWithdrawn', 'onClose'] as const;

type Context = { -readonly [K in keyof Incoming]: Incoming[K] };

export class Port<P extends PortParty = PortParty> {
  private readonly reader = new Reader();
  private readonly outbox: OutboxBuilder;
  private readonly table: HandlerTable<Context>;
  private readonly timers = new Map<number, (timer: number) => void>();
  private readonly handlers: PortHandlers<P>;
  private readonly continuations: Continuations;
  private readonly requests: PortRequests;
  private closed = false;
  /** The frame that causes what is sent now; null for none. */
  private cause: Cause | null = null;

  /** @param create makes the handlers, which may send through the given port */
  constructor(
    readonly schema: P,
    create: (port: Port<P>) => PortHandlers<P>,
    private readonly gate: Gate,
    private readonly runtime: Runtime,
    private readonly onCrash: (error: unknown) => void,
  ) {
    this.outbox = new OutboxBuilder(schema.address);
    this.continuations = new Continuations((cause) => this.setCause(cause), runtime.bus.wake);
    this.requests = new PortRequests(runtime, gate, this.outbox, this.continuations);
    this.handlers = create(this);
    assertHandlersNamed(schema.name, this.handlers, [...PORT_HANDLERS, ...namedBy(schema)]);
    this.table = new HandlerTable(schema, (reader, decode) => decode(reader));
    this.table.onReceived((name) => this.passerOf(name) ?? this.handlerOf(handlerNameOf(name)));
    const ask = ({ kind, owner }: BoundPublication) => this.askFresh(kind, owner);
    this.table.onFollowed(topicsOf(runtime.options.parties), new Replicas(schema.follows.length), ask, (name) => this.handlerOf(name));
    this.addReplies();
    this.addSystem();
  }

  get address(): Address {
    return this.schema.address;
  }

  get name(): string {
    return this.schema.name;
  }

  /** Number of this incarnation, counted from 1. */
  get epoch(): Epoch {
    return this.gate.epoch;
  }

  /** Whether code that has awaited a reply goes on: it comes before the next frame. */
  get goesOn(): boolean {
    return this.continuations.goOn;
  }

  /**
   * What `work` sends was caused by this frame: for what a port does later on behalf of a frame that it has handled, as when a fetch is over.
   * @throws what `work` throws
   */
  causedBy<T>(cause: Pick<Incoming, 'source' | 'sequence' | 'sentAt'>, work: () => T): T {
    const before = this.cause;
    this.setCause(cause);
    try {
      return work();
    } finally {
      this.setCause(before);
    }
  }

  private setCause(cause: Cause | null): void {
    this.cause = cause;
    if (cause) this.outbox.causedBy(cause.source, cause.sequence, cause.sentAt);
    else this.outbox.causedBy(0, 0, 0);
  }

  /** Does nothing when this incarnation has ended. @throws EncodeError, OutputError, PermissionError, PortOverloadError */
  send<S extends Fields>(message: BoundMessage<S, Recipient<P>>, fields: InferFields<S>): void {
    assertMaySend(this.schema, message, Port.prototype.send);
    this.post(Port.prototype.send, message, message.owner, fields);
  }

  sendTo<S extends Fields>(address: Address, message: BoundMessage<S>, fields: InferFields<S>): void {
    this.post(Port.prototype.sendTo, message, address, fields);
  }

  private post<F>(called: Called, message: Encodable<F>, target: Address, fields: F): void {
    if (this.closed) return;
    this.assertRoom();
    this.emit(called, message, target, fields);
    this.release();
  }

  /** Emits a message. An error is the caller's fault, so the line in its report is the port's. */
  private emit<F>(called: Called, message: Encodable<F>, target: Address, fields: F, first = 0): void {
    this.outbox.begin();
    try {
      this.outbox.append(message, target, fields, first);
    } catch (error) {
      throw thrownByCaller(error, called);
    }
  }

  /** Outside of handlers, the request is the cause of its reply. */
  reply<S extends Fields, R extends Fields>(to: Incoming, message: BoundRequest<S, R>, fields: InferFields<R>): void {
    this.causedBy(this.cause ?? to, () => {
      this.emit(Port.prototype.reply, message.reply, to.source, fields, to.request);
      this.release();
    });
  }

  /**
   * Settles exactly once. What awaits it goes on before the port is handed its next frame, and what it sends then was caused by the reply, or by the
   * word that none will come.
   * @throws RangeError (as rejection) for a deadline that is no number of milliseconds
   * @throws RequestError (as rejection): deadline, aborted, ended, unreachable, poisoned, refused, overloaded, closed. The cause of
   *   `refused` is a PermissionError when the schema of this port does not name the target. When the target has crashed, the cause is
   *   a CrashError, and the rejection waits until the position in the source is known
   */
  request<S extends Fields, R extends Fields>(
    message: BoundRequest<S, R, Recipient<P>>,
    fields: InferFields<S>,
    options: RequestOptions = {},
  ): Promise<InferFields<R>> {
    const kindName = `${message.ownerName}.${message.name}`;
    const refuse = (code: ErrorCode, options?: ErrorOptions) =>
      Promise.reject(new RequestError(code, message.ownerName, kindName, options));
    const { deadlineMs } = options;
    const wrong = deadlineProblem(kindName, deadlineMs);
    if (wrong) return Promise.reject(wrong);
    if (!this.schema.sendsTo.includes(message.ownerName))
      return refuse('refused', { cause: new PermissionError(this.name, kindName, message.ownerName) });
    if (this.closed) return refuse('closed');
    if (options.signal?.aborted) return refuse('aborted');
    if (this.requests.full || this.overloaded) return refuse('overloaded');
    return new Promise((resolve, reject) => {
      this.emit(Port.prototype.request, message, message.owner, fields, this.requests.next);
      this.requests.add(message as unknown as BoundRequest, options.signal, resolve, reject);
      this.release(deadlineMs);
    });
  }

  /** Sets what is called when a timer of this port fires. */
  onTimer(timer: number, fired: (timer: number) => void): void {
    this.timers.set(timer, fired);
  }

  /**
   * Handles the frame in `bytes`.
   * @returns what its handler returned: a promise when it goes on
   * @throws what its handler throws; DecodeError
   */
  handle(bytes: Uint8Array): unknown {
    const incoming = {
      source: readU16(bytes, SOURCE_OFFSET),
      sequence: readU53(bytes, SEQUENCE_OFFSET),
      sentAt: readU53(bytes, SENT_AT_OFFSET),
      request: 0,
    };
    this.setCause(incoming);
    try {
      const handle = this.table.of(readU16(bytes, KIND_OFFSET));
      if (!handle) throw new DecodeError('kind', 0, '', readU16(bytes, KIND_OFFSET));
      this.reader.reset(bytes, BODY_OFFSET, frameLength(bytes, 0));
      return handle(this.reader, incoming);
    } finally {
      this.setCause(null);
    }
  }

  /** @returns what its handler returned: a promise when it goes on */
  open(): unknown {
    return this.handlers.onOpen?.();
  }

  /**
   * Does work that the platform asks for, for example the next picture or a key. It is in no handler, but when it throws, that is a crash
   * of this port all the same.
   * @returns whether it was done
   */
  attempt(work: () => void): boolean {
    try {
      work();
      return true;
    } catch (error) {
      this.onCrash(error);
      return false;
    }
  }

  /** Settles every request of this port with `closed`, and withdraws it. */
  close(): void {
    if (this.closed) return;
    this.closed = true;
    try {
      this.handlers.onClose?.();
    } catch (error) {
      this.onCrash(error);
    }
    this.requests.close();
  }

  private release(deadlineMs?: number): void {
    if (this.closed) return;
    this.gate.release(this.outbox.bytes, 0, this.outbox.length, deadlineMs);
    this.runtime.bus.wake();
  }

  private get overloaded(): boolean {
    return this.gate.heldBytes > PORT_HELD_BYTES_MAX;
  }

  private assertRoom(): void {
    if (this.overloaded) throw new PortOverloadError(`port ${this.name} has ${this.gate.heldBytes} bytes waiting to leave`);
  }

  /** The handler that passes on a message, if the schema says so and there is no other handler for it. */
  private passerOf(name: string): Handler | undefined {
    const path = this.schema.passesOn?.[name];
    if (path === undefined || this.methods[handlerNameOf(name)]) return undefined;
    const [ownerName, messageName] = path.split('.');
    const message = this.runtime.options.parties.find((party) => party.name === ownerName)?.receives[messageName];
    if (message?.role !== 'message') throw new Error(`port ${this.name} passes ${name} on as ${path}, which does not exist`);
    return (fields) => this.post(Port.prototype.send, message, message.owner, fields as InferFields<Fields>);
  }

  private get methods(): Record<string, Handler | undefined> {
    return this.handlers as unknown as Record<string, Handler | undefined>;
  }

  private handlerOf(name: string): Handler {
    const method = this.methods[name];
    if (typeof method !== 'function') throw new Error(`port ${this.name} has no handler ${name}`);
    return method.bind(this.handlers);
  }

  /** Asks even when the port is overloaded, since it asks only once. */
  private askFresh(topic: number, owner: Address): void {
    this.outbox.begin();
    this.outbox.append(system.receives.refresh, owner, { topic, follower: this.address });
    this.release();
  }

  private addSystem(): void {
    const { requestFailed, timerFired, ended, withdrawn } = system.receives;
    const { table, handlers } = this;
    table.take(requestFailed.kind, (reader, incoming) => {
      const { request, code, crashEpoch } = requestFailed.decode(reader);
      void this.requests.failed(request, ERROR_CODES[code] ?? 'ended', crashEpoch, incoming);
    });
    table.on(withdrawn, ({ requester, request }) => handlers.onWithdrawn?.(requester, request));
    table.on(timerFired, ({ timer }) => this.timers.get(timer)?.(timer));
    table.on(ended, ({ party, epoch, reason }) => handlers.onEnded?.(party, epoch, reason));
  }

  private addReplies(): void {
    for (const party of this.runtime.options.parties) {
      for (const message of Object.values(party.receives)) {
        if (message.role !== 'request' || !this.schema.sendsTo.includes(party.name)) continue;
        this.table.take(message.reply.kind, (reader, incoming) => this.requests.answered(message.reply, reader, incoming));
      }
    }
  }
}
