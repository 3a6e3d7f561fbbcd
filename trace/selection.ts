/** Which messages a filter lets pass, decided by the headers of their frames. */
import type { Kinds } from '../bus/kinds.js';
import { LANES } from '../bus/mailbox.js';
import { KIND_OFFSET, readU16, SOURCE_OFFSET, TARGET_OFFSET } from '../protocol/frame.js';
import type { TraceFilter } from './step.js';

export class Selection {
  private readonly parties: ReadonlySet<number> | null;
  private readonly kindNames: ReadonlySet<string> | null;
  private readonly lanes: ReadonlySet<number> | null;
  /** By kind, as they are met. */
  private readonly known = new Map<number, boolean>();

  constructor(
    { parties, kinds: kindNames, lanes }: TraceFilter,
    private readonly kinds: Kinds,
  ) {
    this.parties = parties ? new Set(parties.map((name) => kinds.addressOf(name)).filter((address) => address !== undefined)) : null;
    this.kindNames = kindNames ? new Set(kindNames) : null;
    this.lanes = lanes ? new Set(lanes.map((lane) => LANES.indexOf(lane))) : null;
  }

  takes(bytes: Uint8Array, at: number): boolean {
    const { parties } = this;
    if (parties && !parties.has(readU16(bytes, at + SOURCE_OFFSET)) && !parties.has(readU16(bytes, at + TARGET_OFFSET))) return false;
    const kind = readU16(bytes, at + KIND_OFFSET);
    const known = this.known.get(kind);
    return known ?? this.learn(kind);
  }

  private learn(kind: number): boolean {
    const { kinds, kindNames, lanes } = this;
    const taken = (!kindNames || kindNames.has(kinds.nameOf(kind))) && (!lanes || lanes.has(kinds.get(kind)?.lane ?? -1));
    this.known.set(kind, taken);
    return taken;
  }
}
