/**
 * What rows of the flow have in common, on the side that writes and on the side that reads: what came before makes most of the next row
 * known, and only what differs from it is in the file. It begins anew with each chunk, so that each can be read alone.
 *
 *   row of a frame:  flags, route, [route: vm, source, target, kind], sequence, at, and
 *     emitted        [epoch], [cause], bytes, [digest]                   the frame is the next in a channel of its kind
 *     arrived
 *     handled        [epoch], sentAt, endedAt, [frame]
 *   row of another:  flags                                               the step is the next in /tandem/step or /tandem/snapshot
 *
 *   flags            0 1    2      3        4 5 6 7
 *     emitted        type   epoch  frame    cause (2), digest (2)
 *     handled        type   epoch  again    frame (2)
 */
import type { Address, Epoch, Kind, Microseconds, Sequence, VmName } from '../protocol/names.js';

/** A row has the place in this list: new ones come last. */
export const VM_NAMES: readonly VmName[] = ['host', 'js', 'wasm', 'painter'];

export const ROW = { emitted: 0, arrived: 1, handled: 2, other: 3 } as const;
export const TYPE_MASK = 3;
/** The epoch is not the one before, and in the row. */
export const EPOCH = 4;
export const FRAME = 8;
export const AGAIN = 8;

/** Where the cause of an emitted frame is: nowhere, that of the source's frame before, what the source handled last, in the row. */
export const CAUSE = { none: 0, same: 1, handled: 2, given: 3 } as const;
export const CAUSE_SHIFT = 4;
/** How a digest is written: not at all, as bits of a signed or unsigned integer, as a float 64. */
export const DIGEST = { none: 0, signed: 1, unsigned: 2, float: 3 } as const;
export const DIGEST_SHIFT = 6;
/** How a handled frame is written: not at all, by what the row does not say (epoch, cause, body), whole. */
export const HANDLED_FRAME = { none: 0, rest: 1, whole: 2 } as const;
export const HANDLED_FRAME_SHIFT = 4;

/** What a party did last. */
export class PartyState {
  /** The sequence of the last frame that it emitted; the epoch and the cause beside it are that frame's. */
  sequence: Sequence = 0;
  epoch: Epoch = 0;
  causeSource: Address = 0;
  causeSequence: Sequence = 0;
  /** What it handled last. */
  handledSource: Address = 0;
  handledSequence: Sequence = 0;
  /** The epoch of its last frame that was handled with its bytes. */
  frameEpoch: Epoch = 0;
}

/** The way of frames of one kind between two parties, as one VM sees it. */
export class Route {
  /** The sequences of the last frame that arrived, and of the last that was handled. */
  arrived: Sequence = 0;
  handled: Sequence = 0;
  bytes = 0;
  /** Whether the rows say what it is. */
  told = false;

  /** @param number in the order in which the rows have them */
  constructor(
    readonly number: number,
    readonly vm: number,
    readonly source: Address,
    readonly target: Address,
    readonly kind: Kind,
    readonly from: PartyState,
    readonly to: PartyState,
  ) {}
}

export class FlowState {
  readonly routes: Route[] = [];
  /** The last time of each VM. */
  readonly at: Microseconds[] = VM_NAMES.map(() => 0);
  private readonly parties = new Map<Address, PartyState>();

  addRoute(vm: number, source: Address, target: Address, kind: Kind): Route {
    const route = new Route(this.routes.length, vm, source, target, kind, this.party(source), this.party(target));
    this.routes.push(route);
    return route;
  }

  private party(address: Address): PartyState {
    const known = this.parties.get(address);
    if (known) return known;
    const party = new PartyState();
    this.parties.set(address, party);
    return party;
  }
}
