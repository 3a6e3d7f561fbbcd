/**
 * The requests that parties of one VM have in flight, as requester and as target. This makes every request settle.
 *
 * A request settles once: by its reply, its deadline, the requester's abort, or a typed error as soon as it is known that no
 * reply can come (no route, no permission, the target ended, the message is poison). Later replies are refused. A request that has
 * settled without a reply is withdrawn: its target, which may hold it, is told, and no longer has it in hand.
 */
import type { Address, Epoch, Kind, Microseconds } from '../protocol/names.js';

/** Identifies a request and its requester. */
export interface RequestIdentity {
  readonly requester: Address;
  readonly request: number;
  readonly target: Address;
  readonly kind: Kind;
}

export interface OutgoingRequest extends RequestIdentity {
  /** When its time began. */
  openedAt: Microseconds;
  deadlineAt: Microseconds;
  /** True once its failure is on its way to the requester. */
  lost: boolean;
}

export interface IncomingRequest extends RequestIdentity {
  /** Incarnation of the requester that asked. */
  readonly epoch: Epoch;
}

/** The requests that are open at one moment, as plain data. */
export interface OpenRequests {
  readonly outgoing: readonly OutgoingRequest[];
  readonly incoming: readonly IncomingRequest[];
}

/** Request numbers are u32, addresses u16: together below 2^53. */
const keyOf = (requester: Address, request: number): number => requester * 0x1_0000_0000 + request;

export class RequestLedger {
  private readonly outgoing = new Map<number, OutgoingRequest>();
  /** Number of open requests by requester. */
  private readonly counts = new Map<number, number>();
  /** Requests that each target has accepted and not answered. */
  private readonly incoming = new Map<number, Map<number, IncomingRequest>>();

  opened(entry: OutgoingRequest): void {
    const key = keyOf(entry.requester, entry.request);
    if (!this.outgoing.has(key)) this.count(entry.requester, 1);
    this.outgoing.set(key, entry);
  }

  /** @returns false when the request is not open because it has settled before */
  settled(requester: Address, request: number): boolean {
    const wasOpen = this.outgoing.delete(keyOf(requester, request));
    if (wasOpen) this.count(requester, -1);
    return wasOpen;
  }

  /** Number of open requests of one party. */
  inFlight(requester: Address): number {
    return this.counts.get(requester) ?? 0;
  }

  private count(requester: Address, more: number): void {
    this.counts.set(requester, this.inFlight(requester) + more);
  }

  isOpen(requester: Address, request: number): boolean {
    return this.outgoing.has(keyOf(requester, request));
  }

  /** A debugger stopped a thread until then: every request that was open meanwhile gets its whole time again. */
  stretch(stoppedUntil: Microseconds): void {
    for (const entry of this.outgoing.values()) {
      if (entry.openedAt >= stoppedUntil) continue;
      entry.deadlineAt += stoppedUntil - entry.openedAt;
      entry.openedAt = stoppedUntil;
    }
  }

  /** When the time of the oldest open request began; Infinity when nothing is in flight. */
  get oldest(): Microseconds {
    return Math.min(...[...this.outgoing.values()].map(({ openedAt }) => openedAt));
  }

  /** The earliest deadline in microseconds; Infinity when nothing is in flight. */
  get nextDeadline(): number {
    return this.nextDeadlineAfter(Number.NEGATIVE_INFINITY);
  }

  /** The earliest deadline that is later than a time, both in microseconds; Infinity when there is none. */
  nextDeadlineAfter(micros: number): number {
    let earliest = Number.POSITIVE_INFINITY;
    for (const { lost, deadlineAt } of this.outgoing.values()) {
      if (!lost && deadlineAt > micros && deadlineAt < earliest) earliest = deadlineAt;
    }
    return earliest;
  }

  /**
   * Takes the open requests that can no longer be answered according to `lost`, each once. They stay open until `settled` is called
   * for the failure that is sent to the requester.
   */
  takeLost(lost: (entry: OutgoingRequest) => boolean): OutgoingRequest[] {
    const taken = [...this.outgoing.values()].filter((entry) => !entry.lost && lost(entry));
    for (const entry of taken) entry.lost = true;
    return taken;
  }

  /** A requester restarts. If it remembers its requests, those whose failure was sent while it was down fail again; else it has none. */
  reopen(requester: Address, remembers: boolean): void {
    for (const entry of [...this.outgoing.values()]) {
      if (entry.requester !== requester) continue;
      entry.lost = false;
      if (!remembers) this.settled(entry.requester, entry.request);
    }
  }

  accepted(entry: IncomingRequest): void {
    let ofTarget = this.incoming.get(entry.target);
    if (!ofTarget) this.incoming.set(entry.target, (ofTarget = new Map()));
    ofTarget.set(keyOf(entry.requester, entry.request), entry);
  }

  /** Requests in hand that nobody waits for any more according to `orphaned`. They stay in hand until their target has been told. */
  inHand(orphaned: (entry: IncomingRequest) => boolean): IncomingRequest[] {
    return [...this.incoming.values()].flatMap((ofTarget) => [...ofTarget.values()].filter(orphaned));
  }

  /** Whether `target` has accepted the request and not answered it. */
  holds({ target, requester, request }: RequestIdentity): boolean {
    return this.incoming.get(target)?.has(keyOf(requester, request)) ?? false;
  }

  /** @returns false when the target has no such request of this kind in hand */
  answered(target: Address, requester: Address, request: number, kind: Kind): boolean {
    const ofTarget = this.incoming.get(target);
    const key = keyOf(requester, request);
    return ofTarget?.get(key)?.kind === kind && ofTarget.delete(key);
  }

  /** All open requests of the parties at the wanted addresses, as requester and as target. */
  openOf(wanted: (address: Address) => boolean): OpenRequests {
    return {
      outgoing: [...this.outgoing.values()].filter(({ requester }) => wanted(requester)),
      incoming: [...this.incoming].flatMap(([target, requests]) => (wanted(target) ? [...requests.values()] : [])),
    };
  }

  /** Reopens requests of the wanted parties that were open elsewhere. A failure that was on its way there is sent again. */
  restore({ outgoing, incoming }: OpenRequests, wanted: (address: Address) => boolean): void {
    for (const entry of outgoing) if (wanted(entry.requester)) this.opened({ ...entry, lost: false });
    for (const entry of incoming) if (wanted(entry.target)) this.accepted(entry);
  }

  /** Forgets a party that has moved to another VM along with its open requests. */
  forget(address: Address): void {
    this.reopen(address, false);
    this.incoming.delete(address);
  }

  /** Takes out all requests that `target` has accepted and not answered. */
  abandon(target: Address): IncomingRequest[] {
    const unanswered = [...(this.incoming.get(target)?.values() ?? [])];
    this.incoming.delete(target);
    return unanswered;
  }
}
