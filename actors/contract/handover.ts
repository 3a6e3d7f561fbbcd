/** What goes with an actor from one VM to another. Plain data: it crosses the control plane. */
import type { OpenRequests } from '../../bus/requests.js';
import type { ActorCheckpoint } from './checkpoint.js';

/** Frames that were journaled and not handled come first among `waiting`. Journal positions in it mean nothing in another VM. */
export interface Handover extends ActorCheckpoint {
  /** Handled since the snapshot: their output has left. */
  readonly handled: readonly Uint8Array[];
  /** What that was, one frame after another, as far as it was kept; null when nothing is known of it. */
  readonly sent: Uint8Array | null;
}

/** With what is open of the actor, as requester and as target. */
export interface ActorHandover extends Handover {
  readonly requests: OpenRequests;
}
