/**
 * The snapshots of an actor: the last one, when the next is due, and whether it is sound.
 *
 * A snapshot is checked as it is taken: if no incarnation could restore it, that would show only when the state is gone. It has to decode
 * by the schema of its actor, must not be too large, and, as long as that costs little, must be the same when it is taken again.
 */

import { checkOf } from '../../../protocol/check-value.js';
import { DecodeError } from '../../../protocol/errors.js';
import {
  REPLAY_FRAMES_MAX,
  REPLAY_MICROS_MAX,
  SNAPSHOT_AGAIN_BYTES_MAX,
  SNAPSHOT_BYTES_MAX,
  SNAPSHOT_SHARE_MAX,
} from '../../../protocol/limits.js';
import { locateField } from '../../../protocol/locate.js';
import type { Position, Sequence } from '../../../protocol/names.js';
import { Reader } from '../../../protocol/reader.js';
import type { PartySchema } from '../../../protocol/schema.js';
import { isSame, snapshotField } from '../../contract/snapshot.js';

export interface Snapshot {
  readonly bytes: Uint8Array;
  /** Sequence of the last frame that was sent before it. */
  readonly sequence: Sequence;
  /** Digest of everything that was sent before it. */
  readonly digest: number;
  /** Entries of the journal from this position on are not in it. The position moves on while this actor has no entries. */
  position: Position;
}

/** Keeps the last snapshot of an actor, knows what was handled since, and so says when the next is due. */
export class SnapshotKeeper {
  framesSince = 0;
  private microsSince = 0;
  /** What taking the last one has cost, with its copy. */
  costMicros = 0;
  private memory = new Uint8Array(0);
  last: Snapshot;

  constructor(first: Snapshot) {
    this.last = { ...first, bytes: this.copy(first.bytes) };
  }

  /** Frames are about to be handled, the first of which is at this journal position. */
  begin(position: Position): void {
    if (this.framesSince === 0) this.last.position = position;
  }

  spent(micros: number): void {
    this.microsSince += micros;
  }

  /** The time of a recovery is bounded by the number of frames, and by their work. A snapshot must not cost more than it saves. */
  get due(): boolean {
    return this.framesSince >= REPLAY_FRAMES_MAX || this.microsSince >= Math.max(REPLAY_MICROS_MAX, this.costMicros * SNAPSHOT_SHARE_MAX);
  }

  keep(snapshot: Snapshot): void {
    this.last = { ...snapshot, bytes: this.copy(snapshot.bytes) };
    this.costMicros = 0;
    this.framesSince = 0;
    this.microsSince = 0;
  }

  /** Copies over the last one: memory that is used again costs a fraction of new memory. */
  private copy(bytes: Uint8Array): Uint8Array {
    if (bytes.length > this.memory.length) this.memory = new Uint8Array(2 * bytes.length);
    this.memory.set(bytes);
    return this.memory.subarray(0, bytes.length);
  }
}

/** What an actor returned for its state is no state. */
class SnapshotError extends Error {
  override readonly name = 'SnapshotError';
}

const reader = new Reader();

/** @throws SnapshotError */
export function checkSnapshot(schema: PartySchema, bytes: Uint8Array): void {
  if (bytes.length > SNAPSHOT_BYTES_MAX)
    throw new SnapshotError(
      `its snapshot has ${bytes.length} bytes, more than SNAPSHOT_BYTES_MAX (${SNAPSHOT_BYTES_MAX}): it must keep less`,
    );
  const whole = snapshotField(schema);
  try {
    reader.reset(bytes);
    checkOf(whole)(reader);
    reader.finish();
  } catch (error) {
    if (!(error instanceof DecodeError)) throw error;
    const field = locateField('snapshot', whole.fields!, bytes, 0, bytes.length, error.offset);
    throw new SnapshotError(`its snapshot could not be restored: ${new DecodeError(error.problem, error.offset, field).message}`, {
      cause: error,
    });
  }
}

/** @param take takes a snapshot, valid until the next call. @returns a sound snapshot. @throws SnapshotError, or what `take` throws */
export function takeChecked(schema: PartySchema, take: () => Uint8Array): Uint8Array {
  const bytes = take();
  checkSnapshot(schema, bytes);
  if (bytes.length > SNAPSHOT_AGAIN_BYTES_MAX) return bytes;
  const first = bytes.slice();
  const again = take();
  if (!isSame(again, first)) throw new SnapshotError('its snapshot differs when it is taken again, though nothing was handled in between');
  return again;
}
