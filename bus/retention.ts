/**
 * What a link keeps so that either of its VMs can be lost. A reader that retains gives back the room of what it has drained only when all
 * that it led to is durable; whoever opens that end anew gets the rest again. A writer knows what is not released yet, and how far it has got.
 *
 *   released          drained            published        written
 *   ────┬────────────────┬───────────────────┬────────────────┬────▶ position
 *       │   unreleased, pending: come again  │  gone with its │
 *       │                                    │  writer's VM   │
 *
 * The catch: where memory is not shared what a writer has sent ends with its thread, so it has to be kept beside the link: `unreleased`.
 */

export interface WriterRetention {
  /** How far all that was flushed goes: for `reached` of this link's reader. */
  readonly position: number;
  /**
   * What was flushed and the reader has not released, where it ends with this thread: whole frames one after another, in pieces, oldest first.
   * Whoever opens this end anew begins with them. None where the link is in shared memory, which keeps them itself.
   */
  unreleased(): readonly Uint8Array[];
  /** What was flushed and the reader has not released, whoever keeps it: a reader that is opened anew now begins with it. */
  pending(): readonly Uint8Array[];
}

export interface ReaderRetention {
  /**
   * False: a drain gives back the room of what it took. True: only `release` and `mark` do, and whoever opens this end
   * anew gets again what was not released. Set before the first drain.
   */
  retains: boolean;
  /** How far the writer has flushed, as far as can be seen: for `reached`. */
  readonly published: number;
  /** True when all that the writer had flushed at this position was drained. */
  reached(position: number): boolean;
  /** Gives back the room of all that was drained. */
  release(): void;
  /** @returns a function that gives back the room of what was drained until now */
  mark(): () => void;
  /** True when what was drained and not released takes more than a quarter of the link, and its writer, as far as can be seen, waits for room. */
  readonly crowded: boolean;
}
