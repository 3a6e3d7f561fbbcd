/** Requests of a port whose promises have not settled, and the code that goes on when they do. */
import { requestNumber } from '../../../bus/body.js';
import type { BoundReply, BoundRequest } from '../../../protocol/bind.js';
import { type CrashCause, CrashError, type ErrorCode, RequestError } from '../../../protocol/errors.js';
import { system } from '../../../protocol/generated/system.js';
import { REQUESTS_IN_FLIGHT_MAX } from '../../../protocol/limits.js';
import type { Epoch } from '../../../protocol/names.js';
import type { Reader } from '../../../protocol/reader.js';
import type { CrashQuestion } from '../../contract/events.js';
import type { Incoming } from '../../model/handlers.js';
import type { OutboxBuilder } from '../../model/outbox-builder.js';
import type { Gate } from '../bus/gate.js';
import type { Runtime } from '../runtime.js';

/** The part of AbortSignal that is needed. */
export interface AbortSignalLike {
  readonly aborted: boolean;
  addEventListener(type: 'abort', listener: () => void, options?: { once?: boolean }): void;
  removeEventListener(type: 'abort', listener: () => void): void;
}

interface Awaited {
  readonly message: BoundRequest;
  readonly kindName: string;
  /** Time in microseconds since the Unix epoch. */
  readonly askedAt: number;
  readonly resolve: (fields: never) => void;
  readonly reject: (error: RequestError) => void;
}

/** Failures whose reason may be a crash. */
const BY_CRASHES: readonly ErrorCode[] = ['deadline', 'ended', 'unreachable', 'poisoned'];

/** Requests that an incarnation of a port may make before it reuses the numbers of another. */
const REQUESTS_PER_INCARNATION = 2 ** 20;

/** The first request number of an incarnation. Each has its own range, so that it never takes a reply to a former one for its own. */
const firstRequestOf = (epoch: Epoch): number => (((epoch - 1) % 2 ** 12) * REQUESTS_PER_INCARNATION + 1) >>> 0;

/** @param crash crash of the target; none when not given */
function fail({ message, kindName, reject }: Awaited, code: ErrorCode, crash: CrashCause | null = null): void {
  reject(new RequestError(code, message.ownerName, kindName, crash ? { cause: new CrashError(crash) } : undefined));
}

/** The frame that caused what is sent. */
export type Cause = Pick<Incoming, 'source' | 'sequence' | 'sentAt'>;

/** The requests of one incarnation of a port: each settles once. */
export class PortRequests {
  /** Number of the next one. */
  next: number;
  private readonly awaited = new Map<number, Awaited>();

  constructor(
    private readonly runtime: Runtime,
    private readonly gate: Gate,
    private readonly outbox: OutboxBuilder,
    private readonly continuations: Continuations,
  ) {
    this.next = firstRequestOf(gate.epoch);
  }

  /** Whether there are as many as may be. */
  get full(): boolean {
    return this.awaited.size >= REQUESTS_IN_FLIGHT_MAX;
  }

  /** The next one has been emitted, and is withdrawn when the signal says so. */
  add(
    message: BoundRequest,
    signal: AbortSignalLike | undefined,
    resolve: (answer: never) => void,
    reject: (error: RequestError) => void,
  ): void {
    const request = this.next;
    this.next = request === 0xffff_ffff ? 1 : request + 1;
    const abort = () => this.abandon(request, 'aborted');
    const done = () => signal?.removeEventListener('abort', abort);
    signal?.addEventListener('abort', abort, { once: true });
    this.awaited.set(request, {
      message,
      kindName: `${message.ownerName}.${message.name}`,
      askedAt: this.runtime.tap.now(),
      resolve: (answer) => {
        done();
        resolve(answer);
      },
      reject: (error) => {
        done();
        reject(error);
      },
    });
  }

  /** Withdraws all of them. */
  close(): void {
    for (const request of [...this.awaited.keys()]) this.abandon(request, 'closed');
  }

  /** Ends a request for whose answer nobody waits any more, and tells the party that works on it. */
  private abandon(request: number, code: ErrorCode): void {
    const awaited = this.take(request);
    if (!awaited) return;
    fail(awaited, code);
    this.runtime.bus.requests.settled(this.gate.address, request);
    this.withdraw(request, awaited.message);
  }

  private take(request: number): Awaited | undefined {
    const awaited = this.awaited.get(request);
    this.awaited.delete(request);
    return awaited;
  }

  private withdraw(request: number, { kind, owner }: BoundRequest): void {
    const { outbox, gate } = this;
    outbox.begin();
    outbox.append(system.receives.withdrawn, owner, { request, requester: gate.address, requestKind: kind });
    gate.release(outbox.bytes, 0, outbox.length);
    this.runtime.bus.wake();
  }

  /** Takes the reply in the reader. */
  answered(reply: BoundReply, reader: Reader, cause: Cause): void {
    const awaited = this.take(requestNumber(reader.bytes, 0, reader.end));
    if (!awaited) return;
    let answer: never;
    try {
      answer = reply.decode(reader) as never;
    } catch (error) {
      const undecodable = new RequestError('undecodable', reply.ownerName, awaited.kindName, { cause: error });
      this.continuations.add(cause, () => awaited.reject(undecodable));
      return;
    }
    this.continuations.add(cause, () => awaited.resolve(answer));
  }

  /**
   * The runtime says that no reply will come.
   * @param epoch incarnation of the target whose crash is the reason; null when there is none, or it is unknown
   */
  async failed(request: number, code: ErrorCode, epoch: Epoch | null, cause: Cause): Promise<void> {
    const awaited = this.take(request);
    if (!awaited) return;
    if (code === 'deadline') this.withdraw(request, awaited.message);
    const { askedAt, message } = awaited;
    const crash = BY_CRASHES.includes(code) ? await this.crashOf({ party: message.owner, epoch, code, askedAt }) : null;
    this.continuations.add(cause, () => fail(awaited, code, crash));
  }

  /** Never rejects. */
  private crashOf(question: CrashQuestion): Promise<CrashCause | null> {
    return this.runtime.options.events.crashOf(question).catch(() => null);
  }
}

/** Turns for handlers of earlier frames that await what is settled already. */
const TURNS_BEFORE = 8;
/** Turns for a reply to go through functions that await each other: each takes one to three. */
const TURNS = 32;

/**
 * Code of a port that has awaited a reply and goes on: it runs before the port is handed its next frame, and what it sends was caused by the reply.
 *
 *   reply ──> what earlier handlers await is over ──> its promise settles ──> those who await it go on, one after another ──> next frame
 *
 * JavaScript runs promises in the order in which they settle, so a fixed number of turns is the same everywhere. The catch: who awaits longer, or
 * something else, goes on without a cause.
 */
export class Continuations {
  private waiting = 0;
  private last: Promise<void> = Promise.resolve();

  /**
   * @param setCause sets the cause of what the port sends from now on; null for none
   * @param ready the port may be handed frames again
   */
  constructor(
    private readonly setCause: (cause: Cause | null) => void,
    private readonly ready: () => void,
  ) {}

  /** Whether code of the port goes on: then it is handed no frames. */
  get goOn(): boolean {
    return this.waiting > 0;
  }

  /** @param settle settles the promise of a request; does not throw */
  add(cause: Cause, settle: () => void): void {
    this.waiting++;
    this.last = this.last.then(() => this.run(cause, settle));
  }

  private async run(cause: Cause, settle: () => void): Promise<void> {
    for (let turn = 0; turn < TURNS_BEFORE; turn++) await null;
    this.setCause(cause);
    settle();
    for (let turn = 0; turn < TURNS; turn++) await null;
    this.setCause(null);
    if (--this.waiting === 0) this.ready();
  }
}
