/**
 * Requests that nobody will answer any more. A port is not replayed. So when its VM is lost, the requests that its former incarnation was
 * working on fail as when the port alone had ended; so do requests to an address where nobody is any more, and those not answered in time.
 *
 *   the VM is linked anew ──> open requests to its ports, except those that reach them again ──> its earlier output is drained ──> `ended`
 *   the route is gone ──────> open requests to the address ──> what had arrived by then is drained ──> `unreachable`
 *   a deadline has passed ──> a turn of the event loop ──> late open requests ──> what had arrived by then is drained ──> `deadline`
 *
 * The turn: a thread that was busy finds its timers before the batches that have arrived over its message ports.
 */
import { requestNumber } from '../../../bus/body.js';
import type { Kinds } from '../../../bus/kinds.js';
import type { OutgoingRequest, RequestLedger } from '../../../bus/requests.js';
import { frameLength, KIND_OFFSET, readU16, SOURCE_OFFSET, TARGET_OFFSET } from '../../../protocol/frame.js';
import type { Clock, TimerHandle, Timers } from '../../contract/host.js';
import type { VmName } from '../../contract/instance.js';
import type { VmLinks } from './vm-links.js';

export interface LostRequestsOptions {
  readonly requests: RequestLedger;
  readonly kinds: Kinds;
  readonly links: VmLinks;
  /** Frames of this VM that have found no room yet. */
  readonly held: () => readonly Uint8Array[];
  readonly fail: (request: OutgoingRequest, code: Failure) => void;
  /** Microseconds since the Unix epoch. */
  readonly now: () => number;
}

type Failure = 'ended' | 'unreachable' | 'deadline';

/** Requests that may have been answered already. */
interface Doubt {
  /** Whether everything that had been sent before was drained. */
  readonly isHeard: () => boolean;
  readonly requests: ReadonlySet<OutgoingRequest>;
  readonly code: Failure;
}

export class LostRequests {
  private doubts: readonly Doubt[] = [];
  /** Whether a deadline has passed. `turning`: the next pump comes after a turn of the event loop. */
  private passed: 'no' | 'noted' | 'turning' = 'no';

  constructor(private readonly options: LostRequestsOptions) {}

  /** A VM is linked with this one, anew. @param forgets whether a party of that VM without a state has this address */
  linked(peer: VmName, forgets: (address: number) => boolean): void {
    const { links, held } = this.options;
    const requests = this.withoutAnswer(forgets, [...links.pendingTo(peer), ...held()]);
    this.doubt({ isHeard: links.arrived(peer), requests, code: 'ended' });
  }

  /** Nobody is at some addresses any more. */
  unreachable(isGone: (address: number) => boolean): void {
    const requests = this.openTo(isGone);
    this.doubt({ isHeard: this.options.links.arrived(), requests, code: 'unreachable' });
    this.look();
  }

  /** A deadline has passed: the next pumps judge it. */
  deadlinePassed(): void {
    if (this.passed === 'no') this.passed = 'noted';
  }

  /** To be called when a pump begins. @returns true when the event loop has to turn before the next pump, to receive from message ports */
  begin(): boolean {
    const { passed } = this;
    if (passed === 'no') return false;
    this.passed = passed === 'noted' ? 'turning' : 'no';
    if (passed === 'turning') this.doubtLate();
    return passed === 'noted';
  }

  /** What had arrived by now was in time. A reply may also wait for room within this VM. */
  private doubtLate(): void {
    const { links, now } = this.options;
    const time = now();
    const isLate = ({ lost, deadlineAt }: OutgoingRequest) => !lost && deadlineAt <= time;
    const requests = new Set(this.options.requests.openOf(() => true).outgoing.filter(isLate));
    const keys = new Set([...requests].map(({ requester, request }) => keyOf(requester, request)));
    const isDrained = links.arrived();
    const isAnswered = () => this.keysIn(this.options.held(), ['reply']).some((key) => keys.has(key));
    this.doubt({ isHeard: () => isDrained() && !isAnswered(), requests, code: 'deadline' });
  }

  private openTo(wanted: (address: number) => boolean): ReadonlySet<OutgoingRequest> {
    return new Set(this.options.requests.openOf(() => true).outgoing.filter(({ target }) => wanted(target)));
  }

  private doubt(doubt: Doubt): void {
    if (doubt.requests.size > 0) this.doubts = [...this.doubts, doubt];
  }

  /** This VM itself was lost and has recovered: handles the requests of its actors to its ports. */
  recovered(forgets: (address: number) => boolean): void {
    this.failAll({ requests: this.withoutAnswer(forgets, this.options.held()), code: 'ended' });
  }

  /** To be called when links were drained. */
  look(): void {
    if (this.doubts.length === 0) return;
    const heard = this.doubts.filter(({ isHeard }) => isHeard());
    this.doubts = this.doubts.filter((doubt) => !heard.includes(doubt));
    for (const doubt of heard) this.failAll(doubt);
  }

  private failAll({ requests, code }: Pick<Doubt, 'requests' | 'code'>): void {
    for (const request of this.options.requests.takeLost((entry) => requests.has(entry))) this.options.fail(request, code);
  }

  /** @param onTheirWay frames among which requests and replies may still arrive */
  private withoutAnswer(forgets: (address: number) => boolean, onTheirWay: readonly Uint8Array[]): ReadonlySet<OutgoingRequest> {
    const asked = this.openTo(forgets);
    if (asked.size === 0) return asked;
    const alive = new Set(this.keysIn(onTheirWay, ['request', 'reply']));
    return new Set([...asked].filter(({ requester, request }) => !alive.has(keyOf(requester, request))));
  }

  private keysIn(pieces: readonly Uint8Array[], roles: readonly string[]): string[] {
    const keys: string[] = [];
    for (const frames of pieces) {
      for (let at = 0, end = 0; at < frames.length; at = end) {
        end = at + frameLength(frames, at);
        const role = this.options.kinds.get(readU16(frames, at + KIND_OFFSET))?.role;
        if (role === undefined || !roles.includes(role)) continue;
        const requester = role === 'request' ? SOURCE_OFFSET : TARGET_OFFSET;
        keys.push(keyOf(readU16(frames, at + requester), requestNumber(frames, at, end)));
      }
    }
    return keys;
  }
}

const keyOf = (requester: number, request: number): string => `${requester} ${request}`;

/**
 * One timer for the deadlines of all requests in flight. It follows the ledger: when the request whose deadline it waits for has settled
 * meanwhile, it only begins to wait for the next deadline.
 */
export class DeadlineTimer {
  private timer: TimerHandle;
  private earliest = Number.POSITIVE_INFINITY;
  private ended = false;

  constructor(
    private readonly clock: Clock,
    private readonly timers: Timers,
    private readonly requests: RequestLedger,
    /** Called when the deadline of an open request has passed. */
    private readonly onPassed: () => void,
  ) {}

  /** @param deadlineAt in microseconds since the Unix epoch */
  watch(deadlineAt: number): void {
    if (this.ended || deadlineAt >= this.earliest) return;
    this.timers.clear(this.timer);
    this.earliest = deadlineAt;
    this.timer = this.timers.set(Math.max(0, (deadlineAt - this.clock.nowMicros()) / 1000), () => this.fired());
  }

  private fired(): void {
    this.earliest = Number.POSITIVE_INFINITY;
    const now = this.clock.nowMicros();
    if (this.requests.nextDeadline <= now) this.onPassed();
    this.watch(this.requests.nextDeadlineAfter(now));
  }

  end(): void {
    this.ended = true;
    this.timers.clear(this.timer);
  }
}
