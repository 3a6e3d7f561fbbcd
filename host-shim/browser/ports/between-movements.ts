/** Collects the garbage of a thread that does not paint: it is told whether something moves, and has no frames. Loaded where the engine has a function `gc`. */
import { type CollectionPlatform, Collector, collectionPlatform } from './collections.js';

export class BetweenMovements {
  private animating = false;
  private timer: ReturnType<typeof setTimeout> | undefined;

  private readonly collector: Collector | null;

  constructor({ collect, now }: Pick<CollectionPlatform, 'collect' | 'now'>) {
    this.collector = collect && new Collector(collect, now);
  }

  moves(animating: boolean): void {
    const { collector } = this;
    if (!collector || animating === this.animating) return;
    this.animating = animating;
    clearTimeout(this.timer);
    if (!animating) this.timer = setTimeout(() => collector.collect(), collector.stillMs);
  }
}

/** For this thread. */
export const betweenMovements = (): BetweenMovements => new BetweenMovements(collectionPlatform());
