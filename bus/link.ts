/**
 * A link carries frames in one direction between two VMs: in order, none lost, none doubled, and back-pressure is visible to the
 * sender. What was drained can be kept until it is durable: bus/retention.ts. The implementations share both contracts and their
 * conformance suites: the shared-memory ring, the message port with batches in transferred buffers, and the in-thread link with seeded
 * delay and faults.
 */
import type { ReaderRetention, WriterRetention } from './retention.js';

export interface LinkStats {
  /** Frames and bytes since the link was opened. */
  frames: number;
  bytes: number;
  /** Times `write` found no room. */
  refused: number;
  /** Times the sleeping reader had to be woken; for a message port, batches posted, as each one wakes its reader. */
  doorbells: number;
}

export interface LinkWriter {
  /**
   * Copies one frame, `bytes[at, at + length)`, into the link.
   * @returns false when there is no room: nothing was written, try again after `onRoom`
   * @throws RangeError when the frame is larger than the link can ever carry, or its length field says otherwise
   */
  write(bytes: Uint8Array, at: number, length: number): boolean;
  /** Makes all that was written visible to the reader, and rings its doorbell if it sleeps. */
  flush(): void;
  /** Called when room has come free after a refused write. */
  onRoom: (() => void) | null;
  readonly stats: LinkStats;
  /** True when either end has closed the link. A closed link refuses every frame; what the sender holds stays with the sender. */
  readonly closed: boolean;
  /** Flushes, and wakes the reader if it sleeps. */
  close(): void;
  /**
   * Flushes and lets go of this end only: it refuses every frame from now on. In shared memory the link itself goes on, for whoever opens
   * this end anew; elsewhere it is closed.
   */
  detach(): void;
}

/** Takes one frame. Returning false leaves it in the link (the mailbox is full) and ends the drain. The bytes are valid during the call only. */
export type FrameSink = (bytes: Uint8Array, at: number, length: number) => boolean;

export interface LinkReader {
  /**
   * Hands waiting frames to the sink, at most `framesMax`. A frame whose sink throws counts as not taken.
   * @returns frames taken
   * @throws DecodeError when what waits is no frame; the link is closed then
   */
  drain(sink: FrameSink, framesMax: number): number;
  /** True when nothing waits. */
  readonly empty: boolean;
  /**
   * Announces that the reader is about to sleep: the next flush must call `onFrames`. It is not called for a link that was closed before:
   * look at `closed` then.
   * @returns false when frames wait, or when a reader that retains has become crowded since `crowded` was asked
   */
  sleep(): boolean;
  /** From `sleep` on, until a drain or the call of `onFrames` ends it. Awake, it is not told of frames: whoever ended its sleep looks at it again. */
  readonly asleep: boolean;
  /** Called once after `sleep` returned true, when frames have come, the writer has closed, or the reader has become crowded. A drain meanwhile ends the sleep without the call. */
  onFrames: (() => void) | null;
  /** True when either end has closed the link. What the writer wrote before it closed can still be drained. */
  readonly closed: boolean;
  /** Drops what waits, and wakes the writer if it waits for room. */
  close(): void;
  /** Lets go of this end only: nothing waits in it any more. In shared memory the link goes on, as for the writer. */
  detach(): void;
}

/** Both ends as a VM uses them. */
export type RetainingWriter = LinkWriter & WriterRetention;
export type RetainingReader = LinkReader & ReaderRetention;

export interface LinkEnds {
  readonly writer: RetainingWriter;
  readonly reader: RetainingReader;
}

/** What ring and port links need of a MessagePort, in the shape that both Node and browsers have after adaption by the host. */
export interface PortLike {
  postMessage(message: unknown, transfer?: ArrayBuffer[]): void;
  /** Set by the link; the host has already started the port. */
  onmessage: ((data: unknown) => void) | null;
  close(): void;
}
