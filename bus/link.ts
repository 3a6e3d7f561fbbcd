/**
 * A link carries frames in one direction between two VMs: in order, none lost, none doubled, and back-pressure is visible to the
 * sender. Three implementations share this contract and its conformance suite: the shared-memory ring, the message port with
 * batches in transferred buffers, and the in-thread link with seeded delay and faults.
 */

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
  /**
   * What was flushed and the reader has not released, where it ends with this thread: whole frames one after another, in pieces, oldest first.
   * Whoever opens this end anew begins with them. None where the link is in shared memory, which keeps them itself.
   */
  unreleased(): readonly Uint8Array[];
  /** What was flushed and the reader has not released, whoever keeps it: a reader that is opened anew now begins with it. */
  pending(): readonly Uint8Array[];
  /** How far all that was flushed goes: for `reached` of this link's reader. */
  readonly position: number;
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
  /** How far the writer has flushed, as far as can be seen: for `reached`. */
  readonly published: number;
  /** True when all that the writer had flushed at this position was drained. */
  reached(position: number): boolean;
  /**
   * Announces that the reader is about to sleep: the next flush must call `onFrames`. It is not called for a link that was closed before:
   * look at `closed` then.
   * @returns false when frames wait, or when it has become crowded since `crowded` was asked
   */
  sleep(): boolean;
  /** From `sleep` on, until a drain or the call of `onFrames` ends it. Awake, it is not told of frames: whoever ended its sleep looks at it again. */
  readonly asleep: boolean;
  /** Called once after `sleep` returned true, when frames have come, the writer has closed, or the reader has become crowded. A drain meanwhile ends the sleep without the call. */
  onFrames: (() => void) | null;
  /** True when either end has closed the link. What the writer wrote before it closed can still be drained. */
  readonly closed: boolean;
  /**
   * False: a drain gives back the room of what it took. True: only `release` and `mark` do, and whoever opens this end
   * anew gets again what was not released. Set before the first drain.
   */
  retains: boolean;
  /** Gives back the room of all that was drained. */
  release(): void;
  /** @returns a function that gives back the room of what was drained until now */
  mark(): () => void;
  /** True when what was drained and not released takes more than a quarter of the link, and its writer, as far as can be seen, waits for room. */
  readonly crowded: boolean;
  /** Drops what waits, and wakes the writer if it waits for room. */
  close(): void;
  /** Lets go of this end only: nothing waits in it any more. In shared memory the link goes on, as for the writer. */
  detach(): void;
}

export interface LinkEnds {
  readonly writer: LinkWriter;
  readonly reader: LinkReader;
}

/** What ring and port links need of a MessagePort, in the shape that both Node and browsers have after adaption by the host. */
export interface PortLike {
  postMessage(message: unknown, transfer?: ArrayBuffer[]): void;
  /** Set by the link; the host has already started the port. */
  onmessage: ((data: unknown) => void) | null;
  close(): void;
}
