/**
 * What a VM tells its host unasked about what passes its tap: ends, hangs, poison and refused messages, and that an actor has handled
 * something.
 */
import { KIND_OFFSET, readU16, SOURCE_OFFSET } from '../../protocol/frame.js';
import type { CrashReport, DeafReport, DivergenceReport, RefusedReport, VmEvent, VmEvents } from '../contract/events.js';
import type { TapListener } from './tap.js';
import type { VmBus } from './vm-bus.js';

export class HostReports implements TapListener {
  /** Addresses of parties whose change the host has been told of and has not asked for. */
  private readonly changed = new Set<number>();
  /** A party that sends what it may not send does so again: reported once for each party and kind, which bounds this set. */
  private readonly refusals = new Set<string>();

  constructor(
    private readonly bus: VmBus,
    private readonly events: VmEvents,
  ) {}

  private tell(event: VmEvent): void {
    void this.events.report(event);
  }

  reported(report: CrashReport): void {
    this.tell({ type: 'ended', report });
  }

  crashed(report: CrashReport): void {
    this.tell({ type: 'crashed', report });
  }

  hung(report: CrashReport): void {
    this.tell({ type: 'hung', report });
  }

  poisoned(report: CrashReport, frame: Uint8Array): void {
    this.tell({ type: 'poisoned', report, frame });
  }

  divergent(report: DivergenceReport): void {
    this.tell({ type: 'divergent', report });
  }

  deaf(report: DeafReport): void {
    this.tell({ type: 'deaf', report });
  }

  refused(code: RefusedReport['code'], bytes: Uint8Array, at: number): void {
    const { vm, kinds } = this.bus;
    const [source, kind] = [readU16(bytes, at + SOURCE_OFFSET), readU16(bytes, at + KIND_OFFSET)];
    const refusal = `${code} ${source} ${kind}`;
    if (this.refusals.has(refusal)) return;
    this.refusals.add(refusal);
    const report = { vm, code, party: kinds.partyName(source), kindName: kinds.nameOf(kind), at: this.bus.now() };
    this.tell({ type: 'refused', report });
  }

  done(party: number): void {
    if (this.changed.has(party)) return;
    this.changed.add(party);
    this.tell({ type: 'changed', actor: this.bus.kinds.partyName(party) });
  }

  /** The host asks for the state of an actor: its next change is reported again. */
  asked(party: number): void {
    this.changed.delete(party);
  }
}
