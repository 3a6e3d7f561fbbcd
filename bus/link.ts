/**
 * A link carries frames in one direction between two VMs: in order, none lost, none doubled, and with back-pressure that the sender
 * sees. Two implementations share both contracts and their conformance suites: the ring in shared memory, and the message port with
 * batches in transferred buffers. The simulation runs the same two over ports with seeded delays and faults.
 *
 * How a link survives the loss of either VM: a reader that retains gives back the room of drained frames only when everything that they
 * led to is durable; whoever opens that end again gets the rest once more. A writer knows what is not released, and how far it has got.
 *
 *   released          drained            published        written
 *   ────┬────────────────┬───────────────────┬────────────────┬────▶ position
 *       │   unreleased, pending: come again  │  gone with its │
 *       │                                    │  writer's VM   │
 *
 * The catch: without shared memory, sent frames are lost with the writer's thread, so they must be kept outside the link: `unreleased`.
 */
import type { Position } from '../protocol/names.js';

export interface LinkStats {
  /** Frames and bytes since the link was opened. */
  frames: number;
  bytes: number;
  /** How often `write` found no room. */
  refused: number;
  /** How often a sleeping reader had to be woken; for a message port the number of batches, as each one wakes its reader. */
  doorbells: number;
}

export interface LinkWriter {
  /**
   * Copies one frame, `bytes[at, at + length)`, into the link.
   * @returns false when there is no room: nothing was written, try again after `onRoom`
   * @throws RangeError when the frame is larger than the link can ever carry, or its length field says otherwise
   */
  write(bytes: Uint8Array, at: number, length: number): boolean;
  /** Makes everything written so far visible to the reader, and rings its doorbell if it sleeps. */
  flush(): void;
  /** Called when room has come free after a refused write. */
  onRoom: (() => void) | null;
  readonly stats: LinkStats;
  /** True when either end has closed the link. A closed link refuses every frame, which then stays with the sender. */
  readonly closed: boolean;
  /** Flushes, and wakes the reader if it sleeps. */
  close(): void;
  /**
   * Flushes and detaches this end only: it refuses every frame from now on. In shared memory the link itself goes on, and this end can
   * be opened again; elsewhere the link is closed.
   */
  detach(): void;
}

/** Takes one frame, whose bytes are valid during the call only. @returns false when the mailbox is full: it stays and the drain ends */
export type FrameSink = (bytes: Uint8Array, at: number, length: number) => boolean;

export interface LinkReader {
  /**
   * Hands waiting frames to the sink, at most `framesMax`. A frame whose sink throws counts as not taken.
   * @returns frames taken
   * @throws DecodeError when the waiting bytes are not a frame; the link is closed then
   */
  drain(sink: FrameSink, framesMax: number): number;
  /** True when nothing waits. */
  readonly empty: boolean;
  /**
   * Announces that the reader is about to sleep: the next flush must call `onFrames`. A link that was closed before does not call it:
   * look at `closed` in that case.
   * @returns false when frames wait, or when a reader that retains has become crowded since `crowded` was asked
   */
  sleep(): boolean;
  /** True from `sleep` until a drain or the call of `onFrames`. An awake reader is not told of frames: whoever woke it drains it again. */
  readonly asleep: boolean;
  /**
   * Called once after `sleep` returned true, when frames have arrived, the writer has closed, or the reader has become crowded.
   * A drain before that ends the sleep without the call.
   */
  onFrames: (() => void) | null;
  /** True when either end has closed the link. Frames written before that can still be drained. */
  readonly closed: boolean;
  /** Drops what waits, and wakes the writer if it waits for room. */
  close(): void;
  /** Detaches this end only: nothing waits in it any more. In shared memory the link goes on, as for the writer. */
  detach(): void;
}

/** Both ends as a VM uses them. */
export type RetainingWriter = LinkWriter & WriterRetention;
export type RetainingReader = LinkReader & ReaderRetention;

export interface LinkEnds {
  readonly writer: RetainingWriter;
  readonly reader: RetainingReader;
}

/** The part of a MessagePort that ring and port links need. The host adapts the ports of Node and browsers to it. */
export interface PortLike {
  postMessage(message: unknown, transfer?: ArrayBuffer[]): void;
  /** Set by the link; the host has already started the port. */
  onmessage: ((data: unknown) => void) | null;
  close(): void;
}

export interface WriterRetention {
  /** Position up to which the writer has flushed, for `reached` of this link's reader. */
  readonly position: Position;
  /**
   * Flushed and unreleased frames of a link that ends with this thread: whole frames one after another, in pieces, oldest first.
   * Whoever opens this end again begins with them. Empty for a link in shared memory, which keeps them itself.
   */
  unreleased(): readonly Uint8Array[];
  /** All flushed and unreleased frames, wherever they are kept: a reader that is opened again now begins with them. */
  pending(): readonly Uint8Array[];
}

export interface ReaderRetention {
  /**
   * False: a drain gives back the room of the frames that it took. True: only `release` and `mark` do, and whoever opens this end
   * again gets the unreleased frames once more. Set before the first drain.
   */
  retains: boolean;
  /** Position up to which the writer has flushed, as far as this end can see, for `reached`. */
  readonly published: number;
  /** True when everything flushed up to this position has been drained. */
  reached(position: Position): boolean;
  /** Gives back the room of all drained frames. */
  release(): void;
  /** @returns a function that gives back the room of the frames drained until now */
  mark(): () => void;
  /** True when drained and unreleased frames take over a quarter of the link, and its writer, as far as can be seen, waits for room. */
  readonly crowded: boolean;
}
