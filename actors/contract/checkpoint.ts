/**
 * What the host of a VM keeps so that the VM can be lost: its actors, the frames that were on their way through them, and their requests,
 * all at one moment between two batches. Together with the journal after `position` it is everything that the VM knew.
 */

import type { OpenRequests } from '../../bus/requests.js';
import type { SeenPairs } from '../../bus/seen.js';
import { FRAME_BYTES_MAX } from '../../protocol/limits.js';
import type { Address, Frame, Position, Sequence, SnapshotBytes } from '../../protocol/names.js';
import { decodePlain, writePlain } from '../../protocol/plain.js';
import { Writer } from '../../protocol/writer.js';

/** The buffer of a checkpoint larger than this is not kept. */
const KEPT_BYTES_MAX = 2 * FRAME_BYTES_MAX;

/** Words of 32 bits in the header of `CheckpointMemory`. */
const VERSION = 0;
const LENGTHS = 1;
const HEADER_BYTES = 64;

/** A stamped frame for which there is no room yet, and where it goes. */
export interface HeldFrame {
  readonly frame: Frame;
  readonly target: Address;
  /** True for a request that waits until its party has heard more refusals, and for what comes after it: nobody has noted it as asked. */
  readonly unasked?: boolean;
}

/**
 * How far an actor had got at its snapshot, and how far it has got since. The two differ only while it waits for its restart, and in a
 * move.
 */
export interface Reached {
  /** Entries of the journal from this position on are not in the snapshot. */
  readonly position: Position;
  /** Sequence of the last frame that the actor had emitted at the snapshot, and a digest of all of them. */
  readonly sequence: Sequence;
  readonly digest: number;
  /** Entries of the journal up to this position were handled and their output has left: requests and answers in it are in the books. */
  readonly handledTo: Position;
  readonly lastSequence: Sequence;
  readonly lastDigest: number;
}

/** For an actor that has handled nothing since its snapshot. */
export const untouched = (sequence: Sequence, position: Position): Reached => ({
  position,
  sequence,
  digest: 0,
  handledTo: position,
  lastSequence: sequence,
  lastDigest: 0,
});

export interface ActorCheckpoint extends Reached {
  readonly actor: string;
  /** Number of the implementation that it ran in; undefined when it did not run: it will run in that of its spec. */
  readonly version?: number;
  readonly snapshot: SnapshotBytes;
  readonly seen: SeenPairs;
  /** Accepted, not journaled yet: whole frames one after another, in pieces, lane by lane, oldest first. */
  readonly waiting: readonly Uint8Array[];
  /** Emitted, not left yet. */
  readonly held: readonly HeldFrame[];
}

export interface Checkpoint {
  /** Counts the checkpoints of a VM, across its incarnations. */
  readonly serial: number;
  readonly actors: readonly ActorCheckpoint[];
  /** Frames of parties that are not here any more, or of the VM's runtime, that have not left yet. */
  readonly orphaned: readonly HeldFrame[];
  /** Frames that this VM has sent and not released: whole frames one after another, in pieces, oldest first for each target. */
  readonly sent: readonly Uint8Array[];
  readonly requests: OpenRequests;
}

/** Encodes checkpoints into one buffer that it keeps: memory that is used again costs a fraction of new memory. */
export class CheckpointEncoder {
  private writer: Writer | null = null;
  /** Size of the last one if it was large: the next is most often as large, and a buffer that grows is copied each time. */
  private expected = 0;

  /** @returns bytes that are valid until the next call */
  encode(checkpoint: Checkpoint): Uint8Array {
    const writer = (this.writer ?? new Writer()).reset();
    writer.reserve(this.expected);
    writePlain(writer, checkpoint);
    const { length } = writer;
    const isLarge = length > KEPT_BYTES_MAX;
    this.writer = isLarge || this.expected > 0 ? null : writer;
    this.expected = isLarge ? length + (length >> 3) : 0;
    return writer.bytes.subarray(0, length);
  }

  /** Makes the bytes of `encode` last. Only small ones are copied: nobody writes into the buffer of large ones again. */
  static keep(bytes: Uint8Array): Uint8Array {
    return bytes.length > KEPT_BYTES_MAX ? bytes : bytes.slice();
  }
}

/** @throws TypeError when the bytes are not a checkpoint */
function decodeCheckpoint(bytes: Uint8Array): Checkpoint {
  const value = decodePlain(bytes) as Checkpoint;
  if (!Array.isArray(value?.actors)) throw new TypeError('a checkpoint has actors');
  return value;
}

/** The newest of the checkpoints that were kept in several places. */
export function newestCheckpoint(kept: readonly (Uint8Array | undefined)[]): Checkpoint | undefined {
  const checkpoints = kept.filter((bytes) => bytes !== undefined).map(decodeCheckpoint);
  return checkpoints.sort((a, b) => b.serial - a.serial)[0];
}

/**
 * An actor as it goes to another VM or incarnation. `waiting` begins with frames that were journaled and not handled. Another VM cannot use
 * the journal positions.
 */
export interface Handover extends ActorCheckpoint {
  /** Frames that were handled since the snapshot. Their output has left. */
  readonly handled: readonly Uint8Array[];
  /** The output of `handled`, one frame after another, as far as it was kept; null when nothing is known of it. */
  readonly sent: Uint8Array | null;
}

/** A handover with the open requests of the actor, as requester and as target. */
export interface ActorHandover extends Handover {
  readonly requests: OpenRequests;
}

/**
 * The newest checkpoint of a VM in memory that outlives it and that its host sees: a checkpoint that is written there is durable at once,
 * without waiting for anybody.
 *
 *   0         4          8          12   64
 *   +---------+----------+----------+----+------------------+------------------+
 *   | version | length 0 | length 1 |    | slot 0           | slot 1           |
 *   +---------+----------+----------+----+------------------+------------------+
 *
 * The version's lowest bit says which slot is valid: the writer fills the other one and then increments the version, so that whoever
 * reads after the writer was ended at any instruction finds a whole checkpoint, this one or the one before. A length of 0 means none.
 *
 * The catch: a checkpoint that is larger than a slot does not fit, and must be kept elsewhere.
 */
export class CheckpointMemory {
  private readonly cells: Int32Array;
  private readonly slots: readonly Uint8Array[];

  /** @param slotBytes size of the largest checkpoint that fits */
  static allocate(slotBytes: number, shared: boolean): SharedArrayBuffer | ArrayBuffer {
    const bytes = 2 * slotBytes;
    return shared ? new SharedArrayBuffer(HEADER_BYTES + bytes) : new ArrayBuffer(HEADER_BYTES + bytes);
  }

  /** Attaches to memory from `allocate`, new or left behind by a writer that is gone. */
  constructor(memory: SharedArrayBuffer | ArrayBuffer) {
    const slotBytes = (memory.byteLength - HEADER_BYTES) / 2;
    this.cells = new Int32Array(memory, 0, HEADER_BYTES >> 2);
    this.slots = [0, 1].map((slot) => new Uint8Array(memory, HEADER_BYTES + slot * slotBytes, slotBytes));
  }

  /** @returns false when it is larger than a slot; then the one before is still there */
  write(checkpoint: Uint8Array): boolean {
    const version = (Atomics.load(this.cells, VERSION) + 1) | 0;
    const slot = version & 1;
    if (checkpoint.length > this.slots[slot].length) return false;
    this.slots[slot].set(checkpoint);
    this.cells[LENGTHS + slot] = checkpoint.length;
    Atomics.store(this.cells, VERSION, version);
    return true;
  }

  /** @returns a copy of the newest checkpoint; undefined when none was written */
  read(): Uint8Array | undefined {
    const slot = Atomics.load(this.cells, VERSION) & 1;
    const length = this.cells[LENGTHS + slot];
    return length === 0 ? undefined : this.slots[slot].slice(0, length);
  }
}
