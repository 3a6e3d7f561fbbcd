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
  /** Times the sleeping reader had to be woken. */
  doorbells: number;
}

export interface LinkWriter {
  /**
   * Copies one frame, `bytes[at, at + length)`, into the link.
   * @returns false when there is no room: nothing was written, try again after `onRoom`
   * @throws RangeError when the frame is larger than the link can ever carry
   */
  write(bytes: Uint8Array, at: number, length: number): boolean;
  /** Makes all that was written visible to the reader, and rings its doorbell if it sleeps. */
  flush(): void;
  /** Called when room has come free after a refused write. */
  onRoom: (() => void) | null;
  readonly stats: LinkStats;
  close(): void;
}

/** Takes one frame. Returning false leaves it in the link (the mailbox is full) and ends the drain. The bytes are valid during the call only. */
export type FrameSink = (bytes: Uint8Array, at: number, length: number) => boolean;

export interface LinkReader {
  /** Hands waiting frames to the sink, at most `framesMax`. @returns frames taken */
  drain(sink: FrameSink, framesMax: number): number;
  /** True when nothing waits. */
  readonly empty: boolean;
  /** Announces that the reader is about to sleep: the next flush must call `onFrames`. @returns false when frames came meanwhile */
  sleep(): boolean;
  /** Called once after `sleep` returned true, when frames have come. */
  onFrames: (() => void) | null;
  close(): void;
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
