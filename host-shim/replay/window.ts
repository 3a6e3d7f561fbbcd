/**
 * What an actor handles from one snapshot to the next: with the snapshot, any state in between can be reached again.
 *
 *   snapshot | frame frame frame ... | snapshot | ...
 */
import {
  EPOCH_OFFSET,
  frameLength,
  KIND_OFFSET,
  readU16,
  SENT_AT_OFFSET,
  SEQUENCE_OFFSET,
  SOURCE_OFFSET,
  TARGET_OFFSET,
  writeU16,
  writeU32,
  writeU53,
} from '../../protocol/frame.js';
import type { Address, Epoch, Frame, Kind, Microseconds, Sequence } from '../../protocol/names.js';

/** Frames between two snapshots, so that a search within takes a moment; more where a snapshot is large. */
const FRAMES_MIN = 256;
const SNAPSHOT_BYTES_PER_FRAME = 128;
const FRAMES_MAX = 4096;
/** Length of the frames between two snapshots, beside one that is larger. */
const BYTES_MAX = 1 << 20;

/** What the gate of its sender wrote into a frame. */
export interface Stamp {
  readonly source: Address;
  readonly sequence: Sequence;
  readonly epoch: Epoch;
  readonly target: Address;
  readonly sentAt: Microseconds;
}

/** A message in the window of its actor. */
export interface Entry {
  readonly number: number;
  readonly source: Address;
  readonly sequence: Sequence;
  readonly kind: Kind;
  /** Where its frame begins in the bytes of the window. */
  readonly at: number;
}

export class Window {
  bytes = new Uint8Array(1 << 16);
  length = 0;
  entries: Entry[] = [];
  /** Entries that were handled, and where the next begins. */
  handled = 0;
  handledTo = 0;
  private framesMax = FRAMES_MIN;

  /** @param snapshots of the twins, before the first frame */
  constructor(public snapshots: readonly Uint8Array[]) {
    this.begin(snapshots);
  }

  get isFull(): boolean {
    return this.entries.length >= this.framesMax || this.length >= BYTES_MAX;
  }

  /** Begins the next, after all was handled. */
  begin(snapshots: readonly Uint8Array[]): void {
    this.snapshots = snapshots;
    this.length = this.handledTo = this.handled = 0;
    this.entries = [];
    this.framesMax = Math.min(FRAMES_MAX, FRAMES_MIN + Math.floor((snapshots[0]?.length ?? 0) / SNAPSHOT_BYTES_PER_FRAME));
  }

  /** Appends the frame at `at` as its target gets it. */
  add(number: number, frame: Frame, at: number, stamp: Stamp): void {
    const length = frameLength(frame, at);
    const to = this.length;
    this.reserve(to + length);
    const { bytes } = this;
    // A small copy by hand is faster than a view and a call.
    if (length > 128) bytes.set(frame.subarray(at, at + length), to);
    else for (let i = 0; i < length; i++) bytes[to + i] = frame[at + i];
    writeU16(bytes, to + SOURCE_OFFSET, stamp.source);
    writeU53(bytes, to + SEQUENCE_OFFSET, stamp.sequence);
    writeU32(bytes, to + EPOCH_OFFSET, stamp.epoch);
    writeU16(bytes, to + TARGET_OFFSET, stamp.target);
    writeU53(bytes, to + SENT_AT_OFFSET, stamp.sentAt);
    this.entries.push({ number, source: stamp.source, sequence: stamp.sequence, kind: readU16(bytes, to + KIND_OFFSET), at: to });
    this.length += length;
  }

  private reserve(length: number): void {
    if (length <= this.bytes.length) return;
    const larger = new Uint8Array(2 * length);
    larger.set(this.bytes.subarray(0, this.length));
    this.bytes = larger;
  }

  /** Takes out a message, as if it had never come. @returns whether it was here */
  remove(source: Address, sequence: Sequence): boolean {
    const index = this.entries.findIndex((entry) => entry.source === source && entry.sequence === sequence);
    if (index < 0) return false;
    const { at } = this.entries[index];
    const length = frameLength(this.bytes, at);
    this.bytes.copyWithin(at, at + length, this.length);
    this.length -= length;
    this.entries = [
      ...this.entries.slice(0, index),
      ...this.entries.slice(index + 1).map((entry) => ({ ...entry, at: entry.at - length })),
    ];
    return true;
  }

  /** A copy of the frame of an entry. */
  frameOf({ at }: Entry): Uint8Array {
    return this.bytes.slice(at, at + frameLength(this.bytes, at));
  }
}
