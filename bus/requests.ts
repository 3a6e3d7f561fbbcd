/**
 * The requests that parties of one VM have in flight, as requester and as target: what makes every request settle.
 *
 * A request settles once: by its reply, its deadline, the requester's abort, or a typed error as soon as it is known that no
 * reply can come (no route, no permission, the target ended or gave the message up). What comes later is refused.
 */
import { REQUEST_DEADLINE_DEFAULT_MS } from '../protocol/limits.js';

export interface OutgoingRequest {
  readonly requester: number;
  readonly request: number;
  readonly target: number;
  readonly kind: number;
  /** Microseconds since the Unix epoch. */
  readonly deadlineAt: number;
}

interface IncomingRequest {
  readonly requester: number;
  readonly request: number;
  readonly target: number;
  readonly kind: number;
}

/** Request numbers are u32, addresses u16: together below 2^53. */
const keyOf = (requester: number, request: number): number => requester * 0x1_0000_0000 + request;

export class RequestLedger {
  private readonly outgoing = new Map<number, OutgoingRequest>();
  /** Per target, what it has accepted and not answered. */
  private readonly incoming = new Map<number, Map<number, IncomingRequest>>();

  /** @param deadlineMs what the kind's schema states, if anything. @param now microseconds */
  opened(requester: number, request: number, target: number, kind: number, deadlineMs: number | undefined, now: number): void {
    const deadlineAt = now + (deadlineMs ?? REQUEST_DEADLINE_DEFAULT_MS) * 1000;
    this.outgoing.set(keyOf(requester, request), { requester, request, target, kind, deadlineAt });
  }

  /** @returns false when the request is not open: it has settled before */
  settled(requester: number, request: number): boolean {
    return this.outgoing.delete(keyOf(requester, request));
  }

  isOpen(requester: number, request: number): boolean {
    return this.outgoing.has(keyOf(requester, request));
  }

  /** Requests of one requester that have not settled. */
  openOf(requester: number): number {
    let count = 0;
    for (const entry of this.outgoing.values()) if (entry.requester === requester) count++;
    return count;
  }

  /** The earliest deadline in microseconds; Infinity when nothing is in flight. */
  get nextDeadline(): number {
    let earliest = Number.POSITIVE_INFINITY;
    for (const entry of this.outgoing.values()) earliest = Math.min(earliest, entry.deadlineAt);
    return earliest;
  }

  /** Open requests that `lost` says can no longer be answered. They stay open until `settled`. */
  outgoingWhere(lost: (entry: OutgoingRequest) => boolean): OutgoingRequest[] {
    return [...this.outgoing.values()].filter(lost);
  }

  accepted(target: number, requester: number, request: number, kind: number): void {
    let ofTarget = this.incoming.get(target);
    if (!ofTarget) this.incoming.set(target, (ofTarget = new Map()));
    ofTarget.set(keyOf(requester, request), { requester, request, target, kind });
  }

  answered(target: number, requester: number, request: number): void {
    this.incoming.get(target)?.delete(keyOf(requester, request));
  }

  /** Takes out all that `target` has accepted and not answered. */
  abandon(target: number): IncomingRequest[] {
    const unanswered = [...(this.incoming.get(target)?.values() ?? [])];
    this.incoming.delete(target);
    return unanswered;
  }
}
