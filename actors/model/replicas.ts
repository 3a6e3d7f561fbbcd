/**
 * What a follower knows of the topics it follows: the version of each. A version that is not the next one is a gap: the follower
 * asks the owner for a fresh publication, once, and passes over all others until it comes.
 */

/** In place of a version: a fresh publication has been asked for. */
const AWAITING_FRESH = 0xffff_ffff;

export type Reception = 'take' | 'skip' | 'ask';

export class Replicas {
  /** Per topic in the order of the schema's `follows`: 0 before the first publication. */
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
