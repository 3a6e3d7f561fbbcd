/** Tells of what a party sends that goes nowhere, without permission or beyond all bounds: once for each of its kinds, since one that does it does it again. */
import type { Kinds } from '../../bus/kinds.js';
import { KIND_OFFSET, readU16, SOURCE_OFFSET } from '../../protocol/frame.js';
import type { RefusedReport, VmEvents } from '../contract/events.js';
import type { VmName } from '../contract/instance.js';

export interface RefusalsOptions {
  readonly vm: VmName;
  readonly kinds: Kinds;
  readonly events: Pick<VmEvents, 'report'>;
  /** Microseconds since the Unix epoch. */
  readonly now: () => number;
}

export class Refusals {
  /** Bounded by parties and kinds, as schemas have them. */
  private readonly told = new Set<string>();

  constructor(private readonly options: RefusalsOptions) {}

  /** @param at where the refused frame begins */
  note(code: RefusedReport['code'], bytes: Uint8Array, at: number): void {
    const { vm, kinds, events, now } = this.options;
    const [source, kind] = [readU16(bytes, at + SOURCE_OFFSET), readU16(bytes, at + KIND_OFFSET)];
    const key = `${code} ${source} ${kind}`;
    if (this.told.has(key)) return;
    this.told.add(key);
    const report = { vm, code, party: kinds.partyName(source), kindName: kinds.nameOf(kind), at: now() };
    void events.report({ type: 'refused', report });
  }
}
