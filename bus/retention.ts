/**
 * How a link survives the loss of either VM. A reader that retains gives back the room of drained frames only when everything that they
 * led to is durable; whoever opens that end again gets the rest once more. A writer knows what is not released, and how far it has got.
 *
 *   released          drained            published        written
 *   ────┬────────────────┬───────────────────┬────────────────┬────▶ position
 *       │   unreleased, pending: come again  │  gone with its │
 *       │                                    │  writer's VM   │
 *
 * The catch: without shared memory, sent frames are lost with the writer's thread, so they must be kept outside the link: `unreleased`.
 */

export interface WriterRetention {
  /** Position up to which the writer has flushed, for `reached` of this link's reader. */
  readonly position: number;
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
  reached(position: number): boolean;
  /** Gives back the room of all drained frames. */
  release(): void;
  /** @returns a function that gives back the room of the frames drained until now */
  mark(): () => void;
  /** True when drained and unreleased frames take over a quarter of the link, and its writer, as far as can be seen, waits for room. */
  readonly crowded: boolean;
}
