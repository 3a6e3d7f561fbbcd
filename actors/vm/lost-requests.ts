/**
 * Requests that nobody answers any more. A port is not replayed, so what its former incarnation had in hand when its VM was lost fails as when the
 * port alone had ended; so does what was asked of an address where nobody is any more.
 *
 *   the VM is linked anew ──> open requests to its ports, without those that come to them again ──> what it had sent before is drained ──> `ended`
 *   the route is gone ──────> open requests to the address ──> what the links had brought by then is drained ──> `unreachable`
 */
import { requestNumber } from '../../bus/body.js';
import type { Kinds } from '../../bus/kinds.js';
import type { LinkReader } from '../../bus/link.js';
import type { OutgoingRequest, RequestIdentity, RequestLedger } from '../../bus/requests.js';
import { frameLength, KIND_OFFSET, readU16, SOURCE_OFFSET, TARGET_OFFSET } from '../../protocol/frame.js';
import type { OpenLink } from './vm-options.js';

export interface LostRequestsOptions {
  readonly requests: RequestLedger;
  readonly kinds: Kinds;
  /** Frames of this VM that have found no room yet. */
  readonly held: () => readonly Uint8Array[];
  readonly fail: (request: RequestIdentity, code: Failure) => void;
}

type Failure = 'ended' | 'unreachable';

/** What was asked, and may have been answered. */
interface Doubt {
  /** All that had been sent before was drained. */
  readonly isHeard: () => boolean;
  readonly requests: ReadonlySet<OutgoingRequest>;
  readonly code: Failure;
}

export class LostRequests {
  private doubts: readonly Doubt[] = [];

  constructor(private readonly options: LostRequestsOptions) {}

  /** A VM is linked with this one, anew. @param isPort whether an address is that of a port there */
  linked({ reader, writer }: OpenLink, isPort: (address: number) => boolean): void {
    const requests = this.withoutAnswer(isPort, [...writer.pending(), ...this.options.held()]);
    const { published } = reader;
    this.doubt({ isHeard: () => reader.reached(published), requests, code: 'ended' });
  }

  /** Nobody is at some addresses any more. @param readers of all links: an answer may be in any */
  unreachable(readers: readonly LinkReader[], isGone: (address: number) => boolean): void {
    const requests = new Set(this.options.requests.openOf(() => true).outgoing.filter(({ target }) => isGone(target)));
    const links = readers.map((reader) => ({ reader, published: reader.published }));
    this.doubt({ isHeard: () => links.every(({ reader, published }) => reader.reached(published)), requests, code: 'unreachable' });
    this.look();
  }

  private doubt(doubt: Doubt): void {
    if (doubt.requests.size > 0) this.doubts = [...this.doubts, doubt];
  }

  /** This VM itself was lost, and has recovered: what its actors had asked of its ports. */
  recovered(isPort: (address: number) => boolean): void {
    this.failAll({ requests: this.withoutAnswer(isPort, this.options.held()), code: 'ended' });
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

  /** @param onTheirWay frames among which requests and replies are yet to arrive */
  private withoutAnswer(isPort: (address: number) => boolean, onTheirWay: readonly Uint8Array[]): ReadonlySet<OutgoingRequest> {
    const { outgoing } = this.options.requests.openOf(() => true);
    const asked = outgoing.filter(({ target }) => isPort(target));
    if (asked.length === 0) return new Set();
    const alive = new Set(onTheirWay.flatMap((frames) => this.keysIn(frames)));
    return new Set(asked.filter(({ requester, request }) => !alive.has(keyOf(requester, request))));
  }

  private keysIn(frames: Uint8Array): string[] {
    const keys: string[] = [];
    for (let at = 0, end = 0; at < frames.length; at = end) {
      end = at + frameLength(frames, at);
      const role = this.options.kinds.get(readU16(frames, at + KIND_OFFSET))?.role;
      const requester = role === 'request' ? SOURCE_OFFSET : TARGET_OFFSET;
      if (role === 'request' || role === 'reply') keys.push(keyOf(readU16(frames, at + requester), requestNumber(frames, at, end)));
    }
    return keys;
  }
}

const keyOf = (requester: number, request: number): string => `${requester} ${request}`;
