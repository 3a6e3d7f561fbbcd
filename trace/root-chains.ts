/**
 * Which messages a root has caused, however indirectly, as far as one VM knows. What is caused here was handled here, so it is known, unless
 * the cause came from another VM and its own cause is not from here: then the chain is open, and whoever has the steps of all VMs goes on (RootSieve).
 */

import type { Kinds } from '../bus/kinds.js';
import type { TraceRing } from '../bus/trace.js';
import {
  CAUSE_SEQUENCE_OFFSET,
  CAUSE_SOURCE_OFFSET,
  KIND_OFFSET,
  NOBODY,
  readU16,
  readU53,
  SEQUENCE_OFFSET,
  SOURCE_OFFSET,
} from '../protocol/frame.js';
import type { Address, Kind, Sequence } from '../protocol/names.js';
import { RecentMap } from './recent-map.js';
import { FROM_ROOT, OPEN_CHAIN } from './record.js';

/** Its chain is known, and has no root. */
export const NO_ROOT = 0;

/** Messages whose chains are known: more than wait in a VM at a time. An older cause counts as unknown. */
const CHAINS_MAX = 16_384;
/** Names a message by a number without a fraction: two share it if so many others lie between them. */
const SEQUENCES = 2 ** 36;

export const chainKey = (source: Address, sequence: Sequence): number => source * SEQUENCES + (sequence % SEQUENCES);

export class RootChains {
  private readonly known = new RecentMap<number, number>(CHAINS_MAX);
  private readonly roots: ReadonlySet<string>;

  /** @param last frames that have passed before */
  constructor(
    roots: readonly string[],
    private readonly kinds: Kinds,
    last: TraceRing,
  ) {
    this.roots = new Set(roots);
    last.forEach((source, sequence, kind, causeSource, causeSequence) => {
      this.known.set(chainKey(source, sequence), this.learn(kind, causeSource, causeSequence));
    });
  }

  /** @returns `FROM_ROOT`, `OPEN_CHAIN` or `NO_ROOT` */
  of(bytes: Uint8Array, at: number): number {
    const key = chainKey(readU16(bytes, at + SOURCE_OFFSET), readU53(bytes, at + SEQUENCE_OFFSET));
    const known = this.known.get(key);
    if (known !== undefined) return known;
    const cause = readU16(bytes, at + CAUSE_SOURCE_OFFSET);
    const learnt = this.learn(readU16(bytes, at + KIND_OFFSET), cause, readU53(bytes, at + CAUSE_SEQUENCE_OFFSET));
    this.known.set(key, learnt);
    return learnt;
  }

  private learn(kind: Kind, causeSource: Address, causeSequence: Sequence): number {
    if (this.roots.has(this.kinds.nameOf(kind))) return FROM_ROOT;
    if (causeSource === NOBODY) return NO_ROOT;
    return this.known.get(chainKey(causeSource, causeSequence)) ?? OPEN_CHAIN;
  }
}
