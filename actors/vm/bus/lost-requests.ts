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
import type { Address, Microseconds } from '../../../protocol/names.js';
import type { TimerHandle } from '../../contract/host.js';
import type { VmName } from '../../contract/instance.js';
import type { Tap } from '../tap/tap.js';
import type { VmOptions } from '../vm-options.js';
import type { VmLinks } from './vm-links.js';

/** What it needs of the bus of its VM. */
export interface LostRequestsBus {
  readonly requests: RequestLedger;
  readonly kinds: Kinds;
  readonly links: VmLinks;
  readonly tap: Pick<Tap, 'now'>;
  /** Frames of this VM that have found no room yet. */
  readonly held: readonly Uint8Array[];
  failOwn(request: OutgoingRequest, code: Failure): void;
  /** Asks the driver for a pump. */
  wake(): void;
}

type Failure = 'ended' | 'unreachable' | 'deadline';
type Requests = ReadonlySet<OutgoingRequest>;

export class LostRequests {
  /** Whether a deadline has passed. `turning`: the next pump comes after a turn of the event loop. */
  private passed: 'no' | 'noted' | 'turning' = 'no';
  /** One timer for all deadlines. When the request whose deadline it waits for has settled meanwhile, it begins to wait for the next. */
  private timer: TimerHandle;
  /** The deadline that it waits for. */
  private earliest = Number.POSITIVE_INFINITY;
  private ended = false;

  constructor(
    private readonly options: Pick<VmOptions, 'timers' | 'stoppedUntil'>,
    private readonly bus: LostRequestsBus,
  ) {}

  /** A VM is linked with this one, anew. @param forgets whether a party of that VM without a state has this address */
  linked(peer: VmName, forgets: (address: Address) => boolean): void {
    const { links, held } = this.bus;
    this.failWhen(links.arrived(peer), this.withoutAnswer(forgets, [...links.pendingTo(peer), ...held]), 'ended');
  }

  /** Nobody is at some addresses any more. */
  unreachable(isGone: (address: Address) => boolean): void {
    const { links } = this.bus;
    this.failWhen(links.arrived(), this.openTo(isGone), 'unreachable');
    links.look();
  }

  /** A request was opened that must settle by then. @param deadlineAt in microseconds since the Unix epoch */
  watch(deadlineAt: number): void {
    if (this.ended || deadlineAt >= this.earliest) return;
    const { timers } = this.options;
    timers.clear(this.timer);
    this.earliest = deadlineAt;
    this.timer = timers.set(Math.max(0, (deadlineAt - this.bus.tap.now()) / 1000), () => this.fired());
  }

  private fired(): void {
    const { requests } = this.bus;
    this.earliest = Number.POSITIVE_INFINITY;
    const now = this.bus.tap.now();
    if (requests.nextDeadline <= now) this.deadlinePassed();
    this.watch(requests.nextDeadlineAfter(now));
  }

  /** A debugger may have stopped those who were to answer. */
  private deadlinePassed(): void {
    const { stoppedUntil } = this.options;
    if (stoppedUntil) void stoppedUntil(this.bus.requests.oldest).then((until) => this.stretch(until));
    else this.late();
  }

  private stretch(stoppedUntil: Microseconds): void {
    const { requests } = this.bus;
    requests.stretch(stoppedUntil);
    const now = this.bus.tap.now();
    this.watch(requests.nextDeadlineAfter(now));
    if (requests.nextDeadline <= now) this.late();
  }

  /** The next pumps judge which requests are late. */
  private late(): void {
    if (this.passed === 'no') this.passed = 'noted';
    this.bus.wake();
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
    const now = this.bus.tap.now();
    const requests = this.open(({ lost, deadlineAt }) => !lost && deadlineAt <= now);
    const keys = new Set([...requests].map(({ requester, request }) => keyOf(requester, request)));
    const isDrained = this.bus.links.arrived();
    const isAnswered = () => this.keysIn(this.bus.held, ['reply']).some((key) => keys.has(key));
    this.failWhen(() => isDrained() && !isAnswered(), requests, 'deadline');
  }

  private open(wanted: (request: OutgoingRequest) => boolean): Requests {
    return new Set(this.bus.requests.openOf(() => true).outgoing.filter(wanted));
  }

  private openTo(wanted: (address: Address) => boolean): Requests {
    return this.open(({ target }) => wanted(target));
  }

  /** They may have been answered already. @param isHeard whether everything that had been sent before was drained */
  private failWhen(isHeard: () => boolean, requests: Requests, code: Failure): void {
    if (requests.size > 0) this.bus.links.when(isHeard, () => this.fail(requests, code));
  }

  /** This VM itself was lost and has recovered: handles the requests of its actors to its ports. */
  recovered(forgets: (address: Address) => boolean): void {
    this.fail(this.withoutAnswer(forgets, this.bus.held), 'ended');
  }

  private fail(requests: Requests, code: Failure): void {
    for (const request of this.bus.requests.takeLost((entry) => requests.has(entry))) this.bus.failOwn(request, code);
  }

  /** @param onTheirWay frames among which requests and replies may still arrive */
  private withoutAnswer(forgets: (address: Address) => boolean, onTheirWay: readonly Uint8Array[]): Requests {
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
        const role = this.bus.kinds.get(readU16(frames, at + KIND_OFFSET))?.role;
        if (role === undefined || !roles.includes(role)) continue;
        const requester = role === 'request' ? SOURCE_OFFSET : TARGET_OFFSET;
        keys.push(keyOf(readU16(frames, at + requester), requestNumber(frames, at, end)));
      }
    }
    return keys;
  }

  end(): void {
    this.ended = true;
    this.options.timers.clear(this.timer);
  }
}

const keyOf = (requester: Address, request: number): string => `${requester} ${request}`;
