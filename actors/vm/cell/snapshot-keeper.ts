/** The last snapshot of an actor, and what was handled since: it says when the next is due. */
import { REPLAY_FRAMES_MAX, REPLAY_MICROS_MAX, SNAPSHOT_SHARE_MAX } from '../../../protocol/limits.js';

export interface Snapshot {
  readonly bytes: Uint8Array;
  /** Of the last frame that was sent before it. */
  readonly sequence: number;
  /** Digest of all that was sent before it. */
  readonly digest: number;
  /** Journal position from which the entries are not in it; later than it was taken when this actor had none in between. */
  position: number;
}

export class SnapshotKeeper {
  framesSince = 0;
  private microsSince = 0;
  private costMicros = 0;
  private memory = new Uint8Array(0);
  private kept: Snapshot;

  constructor(first: Snapshot) {
    this.kept = { ...first, bytes: this.copy(first.bytes) };
  }

  get last(): Readonly<Snapshot> {
    return this.kept;
  }

  /** Frames are about to be handled whose first is at this journal position. */
  begin(position: number): void {
    if (this.framesSince === 0) this.kept.position = position;
  }

  spent(micros: number): void {
    this.microsSince += micros;
  }

  /** The time of a recovery is bounded by frames, and by the work they were; a snapshot in turn must not cost more than it saves. */
  get due(): boolean {
    return this.framesSince >= REPLAY_FRAMES_MAX || this.microsSince >= Math.max(REPLAY_MICROS_MAX, this.costMicros * SNAPSHOT_SHARE_MAX);
  }

  /** @param costMicros asked when the copy is made, which is part of what it costs */
  keep(snapshot: Snapshot, costMicros: () => number): void {
    this.kept = { ...snapshot, bytes: this.copy(snapshot.bytes) };
    this.costMicros = costMicros();
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
