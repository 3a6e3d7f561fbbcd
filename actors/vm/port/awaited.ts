/** Requests of a port whose promises have not settled, and the code that goes on when they do. */

import type { BoundRequest } from '../../../protocol/bind.js';
import { type CrashCause, CrashError, type ErrorCode, RequestError } from '../../../protocol/errors.js';
import type { Epoch } from '../../../protocol/names.js';
import type { Incoming } from '../../model/handlers.js';

export interface Awaited {
  readonly message: BoundRequest;
  readonly kindName: string;
  /** Time in microseconds since the Unix epoch. */
  readonly askedAt: number;
  readonly resolve: (fields: never) => void;
  readonly reject: (error: RequestError) => void;
}

/** Failures whose reason may be a crash. */
export const BY_CRASHES: readonly ErrorCode[] = ['deadline', 'ended', 'unreachable', 'poisoned'];

/** Requests that an incarnation of a port may make before it reuses the numbers of another. */
const REQUESTS_PER_INCARNATION = 2 ** 20;

/** The first request number of an incarnation. Each has its own range, so that it never takes a reply to a former one for its own. */
export const firstRequestOf = (epoch: Epoch): number => (((epoch - 1) % 2 ** 12) * REQUESTS_PER_INCARNATION + 1) >>> 0;

/** @param crash crash of the target; none when not given */
export function fail({ message, kindName, reject }: Awaited, code: ErrorCode, crash: CrashCause | null = null): void {
  reject(new RequestError(code, message.ownerName, kindName, crash ? { cause: new CrashError(crash) } : undefined));
}

/** The frame that caused what is sent. */
export type Cause = Pick<Incoming, 'source' | 'sequence' | 'sentAt'>;

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
