/** Which messages a filter lets pass, decided by the headers of their frames, and by what has caused them. */

import type { Kinds } from '../bus/kinds.js';
import { LANES } from '../bus/mailbox.js';
import type { TraceRing } from '../bus/trace.js';
import { KIND_OFFSET, readU16, SOURCE_OFFSET, TARGET_OFFSET } from '../protocol/frame.js';
import type { Kind } from '../protocol/names.js';
import { CHAIN_ONLY } from './record.js';
import { NO_ROOT, RootChains } from './root-chains.js';
import type { TraceFilter } from './step.js';

/** The filter leaves it out. */
export const LEFT_OUT = -1;

export class Selection {
  private readonly parties: ReadonlySet<number> | null;
  private readonly kindNames: ReadonlySet<string> | null;
  private readonly lanes: ReadonlySet<number> | null;
  private readonly chains: RootChains | null;
  /** By kind, as they are met. */
  private readonly known = new Map<number, boolean>();

  /** @param last frames that have passed before: causes of those that come */
  constructor(
    { parties, kinds: kindNames, lanes, roots }: TraceFilter,
    private readonly kinds: Kinds,
    last: TraceRing,
  ) {
    this.parties = parties ? new Set(parties.map((name) => kinds.addressOf(name)).filter((address) => address !== undefined)) : null;
    this.kindNames = kindNames ? new Set(kindNames) : null;
    this.lanes = lanes ? new Set(lanes.map((lane) => LANES.indexOf(lane))) : null;
    this.chains = roots ? new RootChains(roots, kinds, last) : null;
  }

  /**
   * @param emitted whether it leaves: then a chain may go on from it in another VM, whatever else the filter wants
   * @returns what its record is marked with (`RecordWriter.mark`); `LEFT_OUT` when it has none
   */
  markOf(bytes: Uint8Array, at: number, emitted: boolean): number {
    const chain = this.chains ? this.chains.of(bytes, at) : 0;
    if (this.chains && chain === NO_ROOT) return LEFT_OUT;
    if (this.takes(bytes, at)) return chain;
    return this.chains && emitted ? chain | CHAIN_ONLY : LEFT_OUT;
  }

  private takes(bytes: Uint8Array, at: number): boolean {
    const { parties } = this;
    if (parties && !parties.has(readU16(bytes, at + SOURCE_OFFSET)) && !parties.has(readU16(bytes, at + TARGET_OFFSET))) return false;
    const kind = readU16(bytes, at + KIND_OFFSET);
    const known = this.known.get(kind);
    return known ?? this.learn(kind);
  }

  private learn(kind: Kind): boolean {
    const { kinds, kindNames, lanes } = this;
    const taken = (!kindNames || kindNames.has(kinds.nameOf(kind))) && (!lanes || lanes.has(kinds.get(kind)?.lane ?? -1));
    this.known.set(kind, taken);
    return taken;
  }
}
