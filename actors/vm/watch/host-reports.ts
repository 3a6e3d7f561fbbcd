/**
 * What a VM tells its host unasked about what passes its tap: ends, hangs, poison and refused messages, and that an actor has handled
 * something.
 */

import { KIND_OFFSET, readU16, SOURCE_OFFSET } from '../../../protocol/frame.js';
import type { Address, Epoch } from '../../../protocol/names.js';
import type { Beginning } from '../../../trace/step.js';
import type { RefusedReport, VmEvent, VmEvents } from '../../contract/events.js';
import type { VmBus } from '../bus/vm-bus.js';
import type { TapListener } from '../tap/tap.js';

export class HostReports implements TapListener {
  /** Addresses of parties whose change the host has been told of and has not asked for. */
  private readonly changed = new Set<number>();
  /** A party that sends what it may not send does so again: reported once for each party and kind, which bounds this set. */
  private readonly refusals = new Set<string>();

  constructor(
    private readonly bus: VmBus,
    private readonly events: VmEvents,
  ) {}

  /** If the host does not accept it, the host is gone, and this VM with it. */
  report(event: VmEvent): void {
    this.events.report(event).catch(() => {});
  }

  refused(code: RefusedReport['code'], bytes: Uint8Array, at: number): void {
    const { vm, kinds } = this.bus;
    const [source, kind] = [readU16(bytes, at + SOURCE_OFFSET), readU16(bytes, at + KIND_OFFSET)];
    const refusal = `${code} ${source} ${kind}`;
    if (this.refusals.has(refusal)) return;
    this.refusals.add(refusal);
    const report = { vm, code, party: kinds.partyName(source), kindName: kinds.nameOf(kind), at: this.bus.tap.now() };
    this.report({ type: 'refused', report });
  }

  done(party: Address): void {
    if (this.changed.has(party)) return;
    this.changed.add(party);
    if (!this.bus.kinds.party(party).forgets) this.report({ type: 'changed', actor: this.bus.kinds.partyName(party) });
  }

  /** An incarnation that goes on from another may be further than what the host last heard of. */
  started(party: Address, _epoch: Epoch, begin: Beginning | null): void {
    if (!begin) this.done(party);
  }

  /** The host asks for the state of an actor: its next change is reported again. */
  asked(party: Address): void {
    this.changed.delete(party);
  }
}
