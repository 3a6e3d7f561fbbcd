/**
 * Requests to ports of a VM that was lost. A port is not replayed, so what its former incarnation had in hand is answered by nobody, and
 * fails as when the port alone had ended.
 *
 *   the VM is linked anew ──> open requests to its ports, without those that come to them again ──> what it had sent before is drained ──> `ended`
 */
import { requestNumber } from '../bus/body.js';
import type { Kinds } from '../bus/kinds.js';
import type { IncomingRequest, OutgoingRequest, RequestLedger } from '../bus/requests.js';
import { frameLength, KIND_OFFSET, readU16, SOURCE_OFFSET, TARGET_OFFSET } from '../protocol/frame.js';
import type { OpenLink } from './vm-options.js';

export interface LostRequestsOptions {
  readonly requests: RequestLedger;
  readonly kinds: Kinds;
  /** Frames of this VM that have found no room yet. */
  readonly held: () => readonly Uint8Array[];
  readonly fail: (request: IncomingRequest, code: 'ended') => void;
}

/** A link to a VM that has come back, and what was asked of its ports before. */
interface Doubt {
  /** All that the former incarnation of the VM has sent was drained. */
  readonly isHeard: () => boolean;
  readonly requests: ReadonlySet<OutgoingRequest>;
}

export class LostRequests {
  private doubts: readonly Doubt[] = [];

  constructor(private readonly options: LostRequestsOptions) {}

  /** A VM is linked with this one, anew. @param isPort whether an address is that of a port there */
  linked({ reader, writer }: OpenLink, isPort: (address: number) => boolean): void {
    const requests = this.withoutAnswer(isPort, [...writer.pending(), ...this.options.held()]);
    const { published } = reader;
    if (requests.size > 0) this.doubts = [...this.doubts, { isHeard: () => reader.reached(published), requests }];
  }

  /** This VM itself was lost, and has recovered: what its actors had asked of its ports. */
  recovered(isPort: (address: number) => boolean): void {
    this.failAll(this.withoutAnswer(isPort, this.options.held()));
  }

  /** To be called when links were drained. */
  look(): void {
    if (this.doubts.length === 0) return;
    const heard = this.doubts.filter(({ isHeard }) => isHeard());
    this.doubts = this.doubts.filter((doubt) => !heard.includes(doubt));
    for (const { requests } of heard) this.failAll(requests);
  }

  private failAll(lost: ReadonlySet<OutgoingRequest>): void {
    for (const request of this.options.requests.takeLost((entry) => lost.has(entry))) this.options.fail(request, 'ended');
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
