/**
 * Code of a port that has awaited a reply and goes on: it runs before the port is handed its next frame, and what it sends was caused by the reply.
 *
 *   reply ──> what earlier handlers await is over ──> its promise settles ──> those who await it go on, one after another ──> next frame
 *
 * JavaScript runs promises in the order in which they settle, so a fixed number of turns is the same everywhere. The catch: who awaits longer, or
 * something else, goes on without a cause.
 */
import type { Incoming } from '../../model/port-handlers.js';

/** The frame that caused what is sent. */
export type Cause = Pick<Incoming, 'source' | 'sequence' | 'sentAt'>;

/** Turns for handlers of earlier frames that await what is settled already. */
const TURNS_BEFORE = 8;
/** Turns for a reply to go through functions that await each other: each takes one to three. */
const TURNS = 32;

/** What it needs of its port. */
export interface ContinuingPort {
  /** Sets the cause of what is sent from now on; null for none. */
  setCause(cause: Cause | null): void;
  /** It may be handed frames again. */
  ready(): void;
}

export class Continuations {
  private waiting = 0;
  private last: Promise<void> = Promise.resolve();

  constructor(private readonly port: ContinuingPort) {}

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
    const { port } = this;
    port.setCause(cause);
    settle();
    for (let turn = 0; turn < TURNS; turn++) await null;
    port.setCause(null);
    if (--this.waiting === 0) port.ready();
  }
}
