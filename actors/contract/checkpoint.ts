/**
 * What of a VM its host keeps, so that the VM can be lost: its actors, the frames that were on their way through them, and their
 * requests, all at one moment between two batches. With the journal behind `position` it is everything that the VM knew.
 */

import { decode, Encoder } from '@msgpack/msgpack';
import type { OpenRequests } from '../../bus/requests.js';
import type { SeenPairs } from '../../bus/seen.js';
import { FRAME_BYTES_MAX } from '../../protocol/limits.js';

const OPTIONS = { ignoreUndefined: true };
/** A buffer that a checkpoint larger than this has made is not kept. */
const KEPT_BYTES_MAX = 2 * FRAME_BYTES_MAX;

/** A stamped frame that has not found room, and where it goes. */
export interface HeldFrame {
  readonly frame: Uint8Array;
  readonly target: number;
  /** True of a request that waits until its party has heard more refusals, and of what is behind it: nobody has noted it as asked. */
  readonly unasked?: boolean;
}

/** How far an actor had got at its snapshot, and how far since then. They differ only while it waits for its restart, and in a move. */
export interface Reached {
  /** Journal position from which its entries are not in the snapshot. */
  readonly position: number;
  /** Sequence of the last frame that it had emitted at the snapshot, and digest of all of them. */
  readonly sequence: number;
  readonly digest: number;
  /** Journal position up to which its entries were handled, and what they emitted had left: requests and answers among it are in the books. */
  readonly handledTo: number;
  readonly lastSequence: number;
  readonly lastDigest: number;
}

/** At a snapshot behind which nothing was handled. */
export const untouched = (sequence: number, position: number): Reached => ({
  position,
  sequence,
  digest: 0,
  handledTo: position,
  lastSequence: sequence,
  lastDigest: 0,
});

export interface ActorCheckpoint extends Reached {
  readonly actor: string;
  readonly snapshot: Uint8Array;
  readonly seen: SeenPairs;
  /** Accepted, not journaled yet: whole frames one after another, in pieces, lane by lane, oldest first. */
  readonly waiting: readonly Uint8Array[];
  /** Emitted, not left yet. */
  readonly held: readonly HeldFrame[];
}

export interface Checkpoint {
  /** Counts those of a VM, across its incarnations. */
  readonly serial: number;
  readonly actors: readonly ActorCheckpoint[];
  /** Emitted by parties that are not here any more, or by the VM's runtime, not left yet. */
  readonly orphaned: readonly HeldFrame[];
  /** Sent by this VM and not released: whole frames one after another, in pieces, oldest first for each target. */
  readonly sent: readonly Uint8Array[];
  readonly requests: OpenRequests;
}

/** Keeps the buffer of the last one: memory that is used again costs a fraction of new memory. */
export class CheckpointEncoder {
  private encoder = new Encoder(OPTIONS);

  /** @returns bytes that are valid until the next call */
  encode(checkpoint: Checkpoint): Uint8Array {
    const bytes = this.encoder.encodeSharedRef(checkpoint);
    if (bytes.length > KEPT_BYTES_MAX) this.encoder = new Encoder(OPTIONS);
    return bytes;
  }

  /** The same bytes for longer: nobody writes again where large ones are. */
  static keep(bytes: Uint8Array): Uint8Array {
    return bytes.length > KEPT_BYTES_MAX ? bytes : bytes.slice();
  }
}

/** @throws TypeError when the bytes are not a checkpoint */
function decodeCheckpoint(bytes: Uint8Array): Checkpoint {
  const value = decode(bytes) as Checkpoint;
  if (!Array.isArray(value?.actors)) throw new TypeError('a checkpoint has actors');
  return value;
}

/** Of those that were kept in one place or another. */
export function newestCheckpoint(kept: readonly (Uint8Array | undefined)[]): Checkpoint | undefined {
  const checkpoints = kept.filter((bytes) => bytes !== undefined).map(decodeCheckpoint);
  return checkpoints.sort((a, b) => b.serial - a.serial)[0];
}

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
