/**
 * What a follower knows of the topics that it follows: the version of each. A version that is not the next one is a gap: the follower asks
 * the owner for a fresh publication, once, and skips all others until it comes.
 */

/** Stands for a version while a fresh publication is awaited. */
const AWAITING_FRESH = 0xffff_ffff;

export type Reception = 'take' | 'skip' | 'ask';

export class Replicas {
  /** One for each topic, in the order of the schema's `follows`: 0 before the first publication. */
  readonly versions: number[];

  constructor(topics: number) {
    this.versions = new Array(topics).fill(0);
  }

  /** @returns `ask` when this publication shows a gap: it must not be applied, and a fresh one must be asked for */
  receive(topic: number, version: number, fresh: boolean): Reception {
    const known = this.versions[topic];
    if (fresh || (known !== AWAITING_FRESH && version === known + 1)) {
      this.versions[topic] = version;
      return 'take';
    }
    if (known === AWAITING_FRESH || version <= known) return 'skip';
    this.versions[topic] = AWAITING_FRESH;
    return 'ask';
  }
}
