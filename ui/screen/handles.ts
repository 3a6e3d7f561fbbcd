/** The numbers that nodes have on the wire, each for one node at a time. */
import { SCENE_NODES_MAX } from '../../protocol/messages/scene.js';

/** Number of a node on the wire; 0 is the root. */
export type NodeHandle = number;

/**
 * Freed handles that are kept back before the oldest is reused, because keys and requests that name the former node may be on their
 * way for a frame or two. As many as the cards of three rails.
 */
const HANDLES_AT_REST = 256;

export class Handles {
  private next: NodeHandle = 1;
  /** Handles that the scene has freed, oldest first. */
  private free: NodeHandle[] = [];
  /** Handles of this batch's removed nodes. */
  private leaving: NodeHandle[] = [];

  /** How many more there are. */
  get left(): number {
    return SCENE_NODES_MAX - this.next + this.free.length;
  }

  take(): NodeHandle {
    const isRested = this.free.length > HANDLES_AT_REST || this.next === SCENE_NODES_MAX;
    return (isRested ? this.free.shift() : undefined) ?? this.next++;
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
