/**
 * Keeps collections of garbage out of animations where the engine lets us: some sets' engines, and Chromium with `--js-flags=--expose-gc`, have a function `gc`. It
 * is called once after each movement, when nothing has moved for a while, in each thread, so that the next movement begins with room: of the young objects, which
 * an engine would else collect in the middle of a movement. One that knows no such choice collects all. No engine tells a page of its collections; so each is
 * noticed by an object that only a WeakRef refers to: it is gone after one. The catch: that is this thread's garbage alone, and of several collections
 * between two frames one is counted.
 */

/** Nothing has moved for so long: longer than between two presses of a viewer who goes along a rail. */
export const STILL_MS = 600;
/** The same where a collection is short: a key that comes in the middle of one is not held up by what anybody would see. */
export const SHORT_STILL_MS = 100;
/** A collection that takes no longer is short. */
const SHORT_MS_MAX = 4;

export interface CollectionCounts {
  /** Noticed in frames of a movement, and in others. */
  during: number;
  between: number;
  /** Those that were asked for, which are among the ones between. */
  asked: number;
}

export interface CollectionPlatform {
  /** Collects the garbage of young objects, or all; null where the engine has nothing like it. */
  readonly collect: (() => void) | null;
  /** A clock in milliseconds; the platform's when not given. */
  readonly now?: () => number;
  /** Refers to a new object without keeping it; null where the engine cannot. */
  readonly watch: (() => { deref(): object | undefined }) | null;
}

/** What this engine has. */
export function collectionPlatform(): CollectionPlatform {
  const { gc } = globalThis as { gc?: (options: { readonly type: 'minor' }) => void };
  return {
    collect: typeof gc === 'function' ? () => gc({ type: 'minor' }) : null,
    watch: typeof WeakRef === 'function' ? () => new WeakRef({}) : null,
  };
}

/** Asks for collections, and knows how long there has to be nothing that moves before one. */
export class Collector {
  /** Until one was seen to be long, it is taken for a short one. */
  stillMs = SHORT_STILL_MS;

  constructor(
    private readonly gc: () => void,
    private readonly now: () => number = () => performance.now(),
  ) {}

  collect(): void {
    const began = this.now();
    this.gc();
    this.stillMs = this.now() - began <= SHORT_MS_MAX ? SHORT_STILL_MS : STILL_MS;
  }
}

export class Collections {
  readonly counts: CollectionCounts = { during: 0, between: 0, asked: 0 };
  private animating = false;
  /** When the last movement ended; null when that was followed by a collection, or there was none. */
  private stillSinceMs: number | null = null;
  private canary: { deref(): object | undefined } | null;

  private readonly collector: Collector | null;

  constructor(private readonly platform: CollectionPlatform) {
    this.collector = platform.collect && new Collector(platform.collect, platform.now);
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
    return this.collector !== null && this.stillSinceMs !== null;
  }

  /** An animation frame begins. */
  frame(timeMs: number): void {
    this.notice();
    if (!this.collector || this.stillSinceMs === null || timeMs - this.stillSinceMs < this.collector.stillMs) return;
    this.stillSinceMs = null;
    this.counts.asked++;
    this.collector.collect();
  }

  private notice(): void {
    const { canary, platform, counts } = this;
    if (!canary || canary.deref() !== undefined) return;
    if (this.animating) counts.during++;
    else counts.between++;
    this.canary = platform.watch?.() ?? null;
  }
}
