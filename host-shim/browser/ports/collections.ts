/**
 * Keeps collections of garbage out of animations where the engine lets us: some sets' engines, and Chromium with `--js-flags=--expose-gc`, have a function `gc`. It
 * is called once after each movement, when nothing has moved for a while, so that the next movement begins with room. No engine tells a page of its collections; so each is
 * noticed by an object that only a WeakRef refers to: it is gone after one. The catch: that is this thread's garbage alone, and of several collections
 * between two frames one is counted.
 */

/** Nothing has moved for so long: longer than between two presses of a viewer who goes along a rail. */
export const STILL_MS = 600;

export interface CollectionCounts {
  /** Noticed in frames of a movement, and in others. */
  during: number;
  between: number;
  /** Those that were asked for, which are among the ones between. */
  asked: number;
}

export interface CollectionPlatform {
  /** Collects all garbage; null where the engine has nothing like it. */
  readonly collect: (() => void) | null;
  /** Refers to a new object without keeping it; null where the engine cannot. */
  readonly watch: (() => { deref(): object | undefined }) | null;
}

/** What this engine has. */
export function collectionPlatform(): CollectionPlatform {
  const { gc } = globalThis as { gc?: () => void };
  return {
    collect: typeof gc === 'function' ? () => gc() : null,
    watch: typeof WeakRef === 'function' ? () => new WeakRef({}) : null,
  };
}

export class Collections {
  readonly counts: CollectionCounts = { during: 0, between: 0, asked: 0 };
  private animating = false;
  /** When the last movement ended; null when that was followed by a collection, or there was none. */
  private stillSinceMs: number | null = null;
  private canary: { deref(): object | undefined } | null;

  constructor(private readonly platform: CollectionPlatform) {
    this.canary = platform.watch?.() ?? null;
  }

  /** The picture says whether it moves. */
  moves(animating: boolean, timeMs: number): void {
    if (this.animating && !animating) this.stillSinceMs = timeMs;
    if (animating) this.stillSinceMs = null;
    this.animating = animating;
  }

  /** Whether a later frame is to collect, without which there would be no collection before the next movement. */
  get waits(): boolean {
    return this.platform.collect !== null && this.stillSinceMs !== null;
  }

  /** An animation frame begins. */
  frame(timeMs: number): void {
    this.notice();
    if (this.stillSinceMs === null || timeMs - this.stillSinceMs < STILL_MS) return;
    this.stillSinceMs = null;
    if (!this.platform.collect) return;
    this.counts.asked++;
    this.platform.collect();
  }

  private notice(): void {
    const { canary, platform, counts } = this;
    if (!canary || canary.deref() !== undefined) return;
    if (this.animating) counts.during++;
    else counts.between++;
    this.canary = platform.watch?.() ?? null;
  }
}
