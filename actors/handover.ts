/**
 * What goes with an actor from one VM to another: all that its cell and its VM's ledger know of it, as plain data. The bytes are copies.
 *
 *   checkpoint.snapshot ── handled, again ──> the state it has now ── checkpoint.waiting ──> goes on
 */
import type { OpenRequests } from '../bus/requests.js';
import type { ActorCheckpoint } from './checkpoint.js';

/** Frames that were journaled and not handled come first among `waiting`. Journal positions in it mean nothing in another VM. */
export interface Handover extends ActorCheckpoint {
  /** Handled since the snapshot: their output has left. */
  readonly handled: readonly Uint8Array[];
  /** Digest of all that had left at the snapshot, and of all that has left. */
  readonly digestBefore: number;
  readonly digest: number;
  /** Of the last frame that was emitted; `sequence` is that at the snapshot. */
  readonly lastSequence: number;
}

/** With what is open of the actor, as requester and as target. */
export interface ActorHandover extends Handover {
  readonly requests: OpenRequests;
}
