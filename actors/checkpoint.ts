/**
 * What of a VM its host keeps, so that the VM can be lost: its actors, the frames that were on their way through them, and their
 * requests, all at one moment between two batches. With the journal behind `position` it is everything that the VM knew.
 */
import { decode, encode } from '@msgpack/msgpack';
import type { OpenRequests } from '../bus/requests.js';

/** A stamped frame that has not found room, and where it goes. */
export interface HeldFrame {
  readonly frame: Uint8Array;
  readonly target: number;
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
  /** Highest sequence accepted per source and lane. */
  readonly seen: readonly number[];
  /** Accepted, not journaled yet: whole frames one after another, in pieces, lane by lane, oldest first. */
  readonly waiting: readonly Uint8Array[];
  /** Emitted, not left yet. */
  readonly held: readonly HeldFrame[];
}

export interface Checkpoint {
  readonly actors: readonly ActorCheckpoint[];
  /** Emitted by parties that are not here any more, or by the VM's runtime, not left yet. */
  readonly leaving: readonly HeldFrame[];
  /** Sent by this VM and not released: whole frames one after another, in pieces, oldest first for each target. */
  readonly sent: readonly Uint8Array[];
  readonly requests: OpenRequests;
}

/** What an entry of any list takes besides its bytes, and what a checkpoint takes besides its lists, generously. */
const ENTRY_BYTES = 64;
const CHECKPOINT_BYTES = 1024;
const NUMBER_BYTES = 9;

const bytesOf = (pieces: readonly Uint8Array[]): number => pieces.reduce((sum, { length }) => sum + length + ENTRY_BYTES, 0);
const bytesHeld = (held: readonly HeldFrame[]): number => bytesOf(held.map(({ frame }) => frame));

/** Room for it, so that the encoder need not grow: mailboxes under load are most of it. */
function roomFor({ actors, leaving, sent }: Checkpoint): number {
  const ofActors = actors.map(
    ({ snapshot, waiting, held, seen }) => bytesOf([snapshot, ...waiting]) + bytesHeld(held) + seen.length * NUMBER_BYTES,
  );
  return ofActors.reduce((sum, bytes) => sum + bytes, CHECKPOINT_BYTES) + bytesHeld(leaving) + bytesOf(sent);
}

/** The bytes are in a buffer of their own, to be transferred. */
export const encodeCheckpoint = (checkpoint: Checkpoint): Uint8Array =>
  encode(checkpoint, { ignoreUndefined: true, initialBufferSize: roomFor(checkpoint) });

/** @throws TypeError when the bytes are not a checkpoint */
export function decodeCheckpoint(bytes: Uint8Array): Checkpoint {
  const value = decode(bytes) as Checkpoint;
  if (!Array.isArray(value?.actors)) throw new TypeError('a checkpoint has actors');
  return value;
}
