/** The numbers that nodes have on the wire, each for one node at a time. */
import { OVERLAY_NODES, SCENE_NODES_MAX } from '../../protocol/messages/scene.js';

/** Number of a node on the wire; 0 is the root. */
export type NodeHandle = number;

/**
 * Freed handles that are kept back before the oldest is reused, because keys and requests that name the former node may be on their
 * way for a frame or two. As many as the cards of three rails.
 */
const HANDLES_AT_REST = 256;

type Range = readonly [first: NodeHandle, last: NodeHandle];

/** Which numbers a screen gives out. */
interface HandlesOf {
  /** Lowest first. */
  readonly ranges: readonly Range[];
  /** Freed ones that are kept back. */
  readonly atRest: number;
}

const { first, last } = OVERLAY_NODES;

export class Handles {
  /** All numbers but those of an overlay. */
  static readonly picture: HandlesOf = {
    ranges: [
      [1, first - 1],
      [last + 1, SCENE_NODES_MAX - 1],
    ],
    atRest: HANDLES_AT_REST,
  };
  /** No key and no request ever names a node of an overlay. */
  static readonly overlay: HandlesOf = { ranges: [[first, last]], atRest: 0 };

  /** Never given out so far. */
  private readonly fresh: readonly { next: NodeHandle; readonly last: NodeHandle }[];
  /** Handles that the scene has freed, oldest first. */
  private free: NodeHandle[] = [];
  /** Handles of this batch's removed nodes. */
  private leaving: NodeHandle[] = [];
  private readonly atRest: number;

  constructor({ ranges, atRest }: HandlesOf = Handles.picture) {
    this.fresh = ranges.map(([next, last]) => ({ next, last }));
    this.atRest = atRest;
  }

  /** How many more there are. */
  get left(): number {
    return this.fresh.reduce((sum, { next, last }) => sum + last - next + 1, this.free.length);
  }

  /** There is one more, as `left` says. */
  take(): NodeHandle {
    const range = this.fresh.find(({ next, last }) => next <= last);
    if (this.free.length > this.atRest || !range) return this.free.shift()!;
    return range.next++;
  }

  leave(handle: NodeHandle): void {
    this.leaving.push(handle);
  }

  /** The batch is sent. */
  settle(): void {
    this.free.push(...this.leaving);
    this.leaving = [];
  }
}
