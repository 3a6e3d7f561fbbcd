/**
 * What a client was given before its system has started. It leaves in the order in which it came, with the values that it had then: each is
 * encoded as it comes, so that a wrong value is refused where it was given.
 *
 * The catch: a request is late by its own deadline, although no VM has seen it yet.
 */
import type { BoundMessage, BoundRequest } from '../../../protocol/bind.js';
import { type ErrorCode, RequestError } from '../../../protocol/errors.js';
import type { Fields, InferFields } from '../../../protocol/fields.js';
import { BODY_OFFSET } from '../../../protocol/frame.js';
import { PORT_HELD_BYTES_MAX, REQUEST_DEADLINE_DEFAULT_MS } from '../../../protocol/limits.js';
import { Reader } from '../../../protocol/reader.js';
import type { Clock, Timers } from '../../contract/host.js';
import { OutboxBuilder } from '../../model/outbox-builder.js';
import { deadlineProblem, PortOverloadError, type RequestOptions } from '../../vm/port/port.js';

type AnyFields = InferFields<Fields>;
type AnyBound = BoundMessage<Fields, string> | BoundRequest<Fields, Fields, string>;

interface Held {
  readonly bytes: number;
  readonly leave: () => void;
  /** It will never leave. */
  readonly refuse: () => void;
}

/** Half of what the port may hold: all that has waited fits there, beside what is sent as it leaves. */
const WAITING_BYTES_MAX = PORT_HELD_BYTES_MAX / 2;

export class Waiting {
  private readonly held = new Set<Held>();
  private bytes = 0;
  private readonly outbox = new OutboxBuilder();

  constructor(private readonly time: { readonly clock: Clock; readonly timers: Timers }) {}

  /** @param send called with the fields as they are now. @throws EncodeError, OutputError, PortOverloadError */
  addMessage(message: AnyBound, fields: AnyFields, send: (fields: AnyFields) => void): void {
    this.hold(message, fields, send, () => {});
  }

  /**
   * @param ask called with the fields as they are now, and what is left of the deadline
   * @throws EncodeError, OutputError, PortOverloadError; RangeError for a deadline that is none; RequestError deadline, aborted, closed, and what `ask` rejects with (as rejection)
   */
  addRequest(
    request: BoundRequest<Fields, Fields, string>,
    fields: AnyFields,
    { deadlineMs = request.deadlineMs ?? REQUEST_DEADLINE_DEFAULT_MS, signal }: RequestOptions,
    ask: (fields: AnyFields, options: RequestOptions) => Promise<AnyFields>,
  ): Promise<AnyFields> {
    const { clock, timers } = this.time;
    const wrong = deadlineProblem(`${request.ownerName}.${request.name}`, deadlineMs);
    if (wrong) return Promise.reject(wrong);
    const until = clock.nowMicros() + deadlineMs * 1000;
    return new Promise((resolve, reject) => {
      const fail = (code: ErrorCode) => {
        leaves();
        reject(new RequestError(code, request.ownerName, `${request.ownerName}.${request.name}`));
      };
      const abort = () => fail('aborted');
      const leave = (copy: AnyFields) => {
        leaves();
        ask(copy, { deadlineMs: Math.max(0, (until - clock.nowMicros()) / 1000), signal }).then(resolve, reject);
      };
      const held = this.hold(request, fields, leave, () => fail('closed'));
      const timer = timers.set(deadlineMs, () => fail('deadline'));
      const leaves = () => {
        timers.clear(timer);
        signal?.removeEventListener('abort', abort);
        this.drop(held);
      };
      if (signal?.aborted) abort();
      else signal?.addEventListener('abort', abort, { once: true });
    });
  }

  /** The system is there. */
  leave(): void {
    for (const { leave } of this.takeAll()) leave();
  }

  /** The system has not started, and will not. */
  refuse(): void {
    for (const { refuse } of this.takeAll()) refuse();
  }

  private takeAll(): readonly Held[] {
    const all = [...this.held];
    this.held.clear();
    this.bytes = 0;
    return all;
  }

  private hold(message: AnyBound, fields: AnyFields, leave: (fields: AnyFields) => void, refuse: () => void): Held {
    const { outbox } = this;
    if (this.bytes > WAITING_BYTES_MAX) throw new PortOverloadError(`${this.bytes} bytes wait for the start already`);
    outbox.begin();
    outbox.append(message, message.owner, fields);
    const frame = outbox.bytes.slice(0, outbox.length);
    const held = { bytes: frame.length, refuse, leave: () => leave(message.decode(new Reader().reset(frame, BODY_OFFSET)) as AnyFields) };
    this.held.add(held);
    this.bytes += held.bytes;
    return held;
  }

  private drop(held: Held): void {
    if (this.held.delete(held)) this.bytes -= held.bytes;
  }
}
