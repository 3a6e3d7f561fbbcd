/**
 * The frames that wait for one actor, in three lanes. The lanes are bounded together, and drained in batches that are copied out whole.
 *
 * A lane is a byte queue: frames one after another, taken from its start and appended at its end. It grows by doubling. It moves the
 * waiting frames to its front when they fill at most half of it, so that each byte is moved a bounded number of times. Frames of
 * `deliver` kinds cost no allocation once the lane has grown.
 *
 * The party's own frames (those that it sends to itself, and failures of its requests) take no room from others. So a party that floods
 * itself makes nobody else wait, nor all the frames that queue after theirs in a link.
 *
 * The catch: a `latest` frame that replaces a waiting one does not take its place. The old one is removed and the new one appended,
 * so that sequences of one source stay ascending within a lane; removal moves the bytes that follow.
 */

import type { Lane, Overflow } from '../protocol/fields.js';
import { BODY_OFFSET, frameLength, KIND_OFFSET, readU16, SOURCE_OFFSET, TARGET_OFFSET } from '../protocol/frame.js';
import { system } from '../protocol/generated/system.js';
import { MAILBOX_BYTES_MAX, MAILBOX_FORCED_SHARE_MAX, MAILBOX_FRAMES_MAX } from '../protocol/limits.js';
import { Copier } from './copier.js';

/** Lanes in the order in which they are drained. */
export const LANES: readonly Lane[] = ['interactive', 'ordinary', 'idle'];
export const INTERACTIVE = 0;
export const ORDINARY = 1;
export const IDLE = 2;

/** The facts about a frame's kind that the mailbox needs, taken from the schema once. */
export interface Delivery {
  /** Index into `LANES`. */
  readonly lane: number;
  readonly overflow: Overflow;
}

/** Which frames of a `latest` kind replace each other; null for none. */
export type ConflationKey = string | number | null;

export type Admission = 'accepted' | 'full' | 'dropped' | 'conflated';

export interface MailboxStats {
  /** Frames let in, including forced and conflating ones. */
  accepted: number;
  /** Frames of `drop` kinds that found it full. */
  dropped: number;
  /** Frames of `latest` kinds replaced by a newer one of the same key. */
  conflated: number;
  /** Must-deliver frames that found it full; their sender waits. */
  refused: number;
  /** Frames let in over the bounds. */
  forced: number;
}

const LANE_BYTES_MIN = 4096;

/** The smallest power of two that is at least `value`. */
const powerOfTwoFrom = (value: number): number => 1 << (32 - Math.clz32(value - 1));

/** Whether the party that gets the frame has caused it itself. */
const isOwn = (bytes: Uint8Array, at: number): boolean =>
  frameLength(bytes, at) >= BODY_OFFSET &&
  (readU16(bytes, at + SOURCE_OFFSET) === readU16(bytes, at + TARGET_OFFSET) ||
    readU16(bytes, at + KIND_OFFSET) === system.receives.requestFailed.kind);

/** The bytes are valid during the call only. */
type FrameVisitor = (bytes: Uint8Array, at: number, length: number) => void;

class LaneQueue {
  frames = 0;
  /** Number of waiting frames that their party has caused itself. */
  ownFrames = 0;
  ownBytes = 0;
  /** Frames taken out so far. A replaced frame does not count: the newer one does in its place. */
  private taken = 0;
  private bytes = new Uint8Array(LANE_BYTES_MIN);
  private copier = new Copier(this.bytes);
  private head = 0;
  private tail = 0;
  /** Position of the byte at offset 0, so that positions stay the same when bytes are moved to the front. */
  private origin = 0;
  /** Position of the waiting frame of each key, in ascending order. */
  private readonly positions = new Map<string | number, number>();

  get byteLength(): number {
    return this.tail - this.head;
  }

  get firstLength(): number {
    return this.frames === 0 ? 0 : frameLength(this.bytes, this.head);
  }

  get first(): Uint8Array {
    return this.bytes.subarray(this.head, this.head + this.firstLength);
  }

  append(source: Uint8Array, at: number, length: number, key: ConflationKey): void {
    if (this.tail + length > this.bytes.length) this.makeRoom(length);
    if (key !== null) this.positions.set(key, this.origin + this.tail);
    this.copier.copy(source, at, length, this.tail);
    this.noteOwn(this.tail, 1);
    this.tail += length;
    this.frames++;
  }

  /** @param count 1 for a frame that is added, -1 for one that is removed */
  private noteOwn(at: number, count: 1 | -1): void {
    if (!isOwn(this.bytes, at)) return;
    this.ownFrames += count;
    this.ownBytes += count * frameLength(this.bytes, at);
  }

  /** Length of the waiting frame of this key, 0 when there is none. */
  lengthOf(key: string | number): number {
    const position = this.positions.get(key);
    return position === undefined ? 0 : frameLength(this.bytes, position - this.origin);
  }

  /** @param visit is handed the frame before it is removed */
  remove(key: string | number, visit?: FrameVisitor): void {
    const position = this.positions.get(key) as number;
    const at = position - this.origin;
    const length = frameLength(this.bytes, at);
    visit?.(this.bytes, at, length);
    this.positions.delete(key);
    this.noteOwn(at, -1);
    this.bytes.copyWithin(at, at + length, this.tail);
    this.tail -= length;
    this.frames--;
    for (const [other, otherPosition] of this.positions) {
      if (otherPosition > position) this.positions.set(other, otherPosition - length);
    }
  }

  take(into: Uint8Array, intoAt: number, bytesMax: number, framesMax: number): number {
    let end = this.head;
    let taken = 0;
    while (taken < framesMax && end < this.tail) {
      const next = end + frameLength(this.bytes, end);
      if (next - this.head > bytesMax) break;
      if (this.ownFrames > 0) this.noteOwn(end, -1);
      end = next;
      taken++;
    }
    const length = end - this.head;
    into.set(this.bytes.subarray(this.head, end), intoAt);
    this.frames -= taken;
    this.taken += taken;
    this.head = end;
    if (this.positions.size > 0) this.forgetTaken();
    // The lane is empty and has no positions, so it starts again at the front.
    if (this.head === this.tail) this.head = this.tail = 0;
    return length;
  }

  clear(visit: FrameVisitor): void {
    const { bytes, head, tail } = this;
    this.taken += this.frames;
    this.frames = this.ownFrames = this.ownBytes = 0;
    this.positions.clear();
    this.replaceBytes(LANE_BYTES_MIN);
    this.head = this.tail = 0;
    for (let at = head, length = 0; at < tail; at += length) {
      length = frameLength(bytes, at);
      visit(bytes, at, length);
    }
  }

  get contents(): Uint8Array {
    return this.bytes.subarray(this.head, this.tail);
  }

  mark(): () => boolean {
    const wanted = this.taken + this.frames;
    return () => this.taken >= wanted;
  }

  private forgetTaken(): void {
    for (const [key, position] of this.positions) {
      if (position >= this.origin + this.head) return;
      this.positions.delete(key);
    }
  }

  private replaceBytes(length: number): void {
    this.bytes = new Uint8Array(length);
    this.copier = new Copier(this.bytes);
  }

  private makeRoom(length: number): void {
    const needed = this.byteLength + length;
    const old = this.bytes;
    if (needed > old.length >> 1) this.replaceBytes(powerOfTwoFrom(2 * needed));
    this.bytes.set(old.subarray(this.head, this.tail));
    this.origin += this.head;
    this.tail -= this.head;
    this.head = 0;
  }
}

export class Mailbox {
  readonly stats: MailboxStats = { accepted: 0, dropped: 0, conflated: 0, refused: 0, forced: 0 };
  private readonly lanes: readonly LaneQueue[] = LANES.map(() => new LaneQueue());

  constructor(
    private readonly framesMax = MAILBOX_FRAMES_MAX,
    private readonly bytesMax = MAILBOX_BYTES_MAX,
  ) {}

  /**
   * Lets one frame in, or says why not.
   * @param conflationKey of `latest` kinds: source, kind and key field; ignored for the others
   * @param replaced is handed the older frame of that key, as it is replaced
   * @param forced lets it in over the bounds, whatever its kind says, to break a circle of senders that wait for each other
   * @returns `full` when its sender must wait and offer it again, `conflated` when it has replaced an older one of its key
   * @throws RangeError when the frame is larger than the mailbox
   */
  offer(
    bytes: Uint8Array,
    at: number,
    length: number,
    delivery: Delivery,
    conflationKey: ConflationKey = null,
    replaced?: FrameVisitor,
    forced = false,
  ): Admission {
    if (!forced && length > this.bytesMax) throw new RangeError(`frame of ${length} bytes`);
    const lane = this.lanes[delivery.lane];
    const key = delivery.overflow === 'latest' ? conflationKey : null;
    const replacedLength = key === null ? 0 : lane.lengthOf(key);
    if (!this.hasRoom(length - replacedLength, replacedLength === 0 ? 1 : 0, isOwn(bytes, at))) {
      if (forced) {
        this.stats.forced++;
      } else if (delivery.overflow === 'drop') {
        this.stats.dropped++;
        return 'dropped';
      } else {
        this.stats.refused++;
        return 'full';
      }
    }
    if (replacedLength > 0) {
      lane.remove(key as string | number, replaced);
      this.stats.conflated++;
    }
    lane.append(bytes, at, length, key);
    this.stats.accepted++;
    return replacedLength > 0 ? 'conflated' : 'accepted';
  }

  /** Whether there is room for a forced frame. Its bounds are a multiple of the mailbox's: `MAILBOX_FORCED_SHARE_MAX`. */
  hasForcedRoom(length: number): boolean {
    return this.frames() < MAILBOX_FORCED_SHARE_MAX * this.framesMax && this.bytes + length <= MAILBOX_FORCED_SHARE_MAX * this.bytesMax;
  }

  /**
   * Copies the oldest frames of a lane to `into[intoAt, ...)`, whole and one after another, and removes them.
   * @returns bytes copied; 0 when the lane is empty or its first frame is larger than `bytesMax`
   */
  take(lane: number, into: Uint8Array, intoAt: number, bytesMax: number, framesMax: number): number {
    return this.lanes[lane].take(into, intoAt, bytesMax, framesMax);
  }

  /** Bytes of the first frame of a lane, 0 when it is empty. */
  peekLength(lane: number): number {
    return this.lanes[lane].firstLength;
  }

  /** The first frame of a lane, empty when there is none. Valid until the mailbox changes. */
  peek(lane: number): Uint8Array {
    return this.lanes[lane].first;
  }

  /** Number of frames that wait in a lane, or in all. */
  frames(lane?: number): number {
    if (lane !== undefined) return this.lanes[lane].frames;
    return this.lanes[INTERACTIVE].frames + this.lanes[ORDINARY].frames + this.lanes[IDLE].frames;
  }

  /** Size of the waiting frames of all lanes, in bytes. */
  get bytes(): number {
    return this.lanes[INTERACTIVE].byteLength + this.lanes[ORDINARY].byteLength + this.lanes[IDLE].byteLength;
  }

  /** Removes all frames, and hands each to `visit`: lane by lane, oldest first. The bytes are valid during the call only. */
  clear(visit: FrameVisitor): void {
    for (const lane of this.lanes) lane.clear(visit);
  }

  /** All waiting frames in one piece per lane: whole frames, oldest first. Valid until the mailbox changes. */
  get contents(): readonly Uint8Array[] {
    return this.lanes.filter(({ frames }) => frames > 0).map((lane) => lane.contents);
  }

  /** @returns a function that says whether all frames that wait now, or the newer ones that replaced them, have been taken out */
  mark(): () => boolean {
    const lanes = this.lanes.filter(({ frames }) => frames > 0).map((lane) => lane.mark());
    return () => lanes.every((passed) => passed());
  }

  private hasRoom(moreBytes: number, moreFrames: number, own: boolean): boolean {
    if (moreFrames === 0 && moreBytes <= 0) return true;
    let frames = this.frames() + moreFrames;
    let bytes = this.bytes + moreBytes;
    for (const { ownFrames, ownBytes } of own ? [] : this.lanes) {
      frames -= ownFrames;
      bytes -= ownBytes;
    }
    return frames <= this.framesMax && bytes <= this.bytesMax;
  }
}
