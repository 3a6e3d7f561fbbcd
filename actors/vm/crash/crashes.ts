/** The crashes of a VM: what a person needs to fix them, which party is in which crash now, and where in their source they were. */

import { beginningOf } from '../../../bus/beginning.js';
import type { Kinds } from '../../../bus/kinds.js';
import { readHeader } from '../../../protocol/frame.js';
import { CRASH_REASON_CHARACTERS_MAX, CRASH_REPEAT_MS, CRASH_REPORT_FRAME_BYTES_MAX } from '../../../protocol/limits.js';
import type { Address, Epoch, Frame, Sequence } from '../../../protocol/names.js';
import type { CauseLink, CrashReport, VmEvent } from '../../contract/events.js';
import type { ActorTrap, FindSite, VmName } from '../../contract/instance.js';
import { isA, stackOf } from '../../contract/thrown.js';
import type { MoveStep, Tap, TapListener } from '../tap/tap.js';

/** What its party knows of a crash. */
interface Crash extends Pick<CrashReport, 'party' | 'address' | 'epoch' | 'lastSequence' | 'attempt' | 'restartsAs'> {
  readonly trap: ActorTrap;
  /** Null when there was none, as for a port whose `onOpen` throws. */
  readonly frame: Frame | null;
}

export const NO_MESSAGE = { kind: 0, kindName: '', source: '', sequence: 0, sentAt: 0, firstBytes: new Uint8Array(0) };

/** Makes the reports, and knows, from the end of a party until its next incarnation begins, which crash is the reason for a failure. */
export class Crashes implements TapListener {
  /** The incarnation that has crashed, by address. */
  private readonly epochs = new Map<number, number>();

  constructor(
    private readonly vm: VmName,
    private readonly kinds: Kinds,
    private readonly tap: Tap,
    private readonly findSite: FindSite = () => null,
  ) {}

  describe({ trap, frame, ...known }: Crash): CrashReport {
    trap.searchBy(this.findSite);
    return {
      ...known,
      vm: this.vm,
      reason: trap.message,
      stack: stackOf(isA(trap.cause, Error) ? trap.cause : trap),
      position: trap.isLocated ? trap.position : '',
      at: this.tap.now(),
      ...this.messageOf(frame),
    };
  }

  /** A report that was made before the frame was here, with what the frame says. */
  withMessage(report: CrashReport, frame: Frame): CrashReport {
    return { ...report, ...this.messageOf(frame) };
  }

  private messageOf(frame: Crash['frame']): Pick<CrashReport, 'message' | 'causes'> {
    if (!frame) return { message: NO_MESSAGE, causes: [] };
    const { causeSource, causeSequence } = readHeader(frame, 0);
    const message = { ...this.kinds.messageOf(frame), firstBytes: frame.slice(0, CRASH_REPORT_FRAME_BYTES_MAX) };
    return { causes: this.causes(causeSource, causeSequence), message };
  }

  /** A frame and its causes, nearest first, as far as they passed this VM lately. */
  causes(source: Address, sequence: Sequence): readonly CauseLink[] {
    return this.tap.trace.chain(source, sequence).map((link) => ({
      address: link.source,
      source: this.kinds.partyName(link.source),
      sequence: link.sequence,
      kindName: this.kinds.nameOf(link.kind),
    }));
  }

  /** From now on, this crash is why requests of its party fail. */
  begin({ address, epoch }: Pick<Crash, 'address' | 'epoch'>): void {
    this.epochs.set(address, epoch);
  }

  /** From now on, that crash is not the reason any more when requests end. */
  over(address: Address): void {
    this.epochs.delete(address);
  }

  started(party: Address): void {
    this.over(party);
  }

  moved(party: Address, step: MoveStep): void {
    if (step === 'adopted') this.over(party);
  }

  /** @returns the incarnation in whose crash a party is; null when it is in none */
  epochOf(address: Address): number | null {
    return this.epochs.get(address) ?? null;
  }
}

/** How many crashes can be asked about: the supervisor asks at once. */
const SITES_MAX = 16;

interface Site {
  readonly report: CrashReport;
  readonly trap: ActorTrap;
  told: boolean;
}

const nameOf = (party: string, epoch: Epoch): string => `${party} ${epoch}`;

/**
 * Where in their source the actors and ports of a VM have crashed. Finding a position may take long, since a source map has to be parsed.
 * So a report leaves without it, and the supervisor asks once the restart is under way. Metrics hear of a crash when its position is known.
 */
export class CrashSites implements TapListener {
  private readonly sites = new Map<string, Site>();

  constructor(private readonly tell: Pick<Tap['tell'], 'located'>) {}

  report(event: VmEvent, trap: ActorTrap | null): void {
    if (trap && 'report' in event) this.note(event.report as CrashReport, trap);
  }

  private note(report: CrashReport, trap: ActorTrap): void {
    const site = { report, trap, told: trap.isLocated };
    if (site.told) this.tell.located(report);
    this.sites.set(nameOf(report.party, report.epoch), site);
    if (this.sites.size > SITES_MAX) this.forgetOldest();
  }

  private forgetOldest(): void {
    for (const [name, { report, told }] of this.sites) {
      this.sites.delete(name);
      if (!told) this.tell.located(report);
      return;
    }
  }

  /** Resolves when a position can be looked up. Never rejects. */
  async ready(party: string, epoch: Epoch): Promise<void> {
    await this.sites.get(nameOf(party, epoch))?.trap.ready();
  }

  /** @returns an empty text when the position is unknown */
  locate(party: string, epoch: Epoch): string {
    const site = this.sites.get(nameOf(party, epoch));
    if (!site) return '';
    const { position } = site.trap;
    if (!site.told) this.tell.located({ ...site.report, position });
    site.told = true;
    return position;
  }
}

/** The stack, while the position is still searched for. */
const placeIn = ({ position, stack }: CrashReport): string => position || stack;

/**
 * Thins out reports: a port that fails in the same way at each picture would report sixty crashes a second. The same crash is reported once
 * a second, with the number of repetitions.
 */
export class RepeatedCrashes {
  private last: CrashReport | null = null;
  private untold = 0;

  /** @returns the report to send; null when it is nothing new */
  admit(report: CrashReport): CrashReport | null {
    const { last, untold } = this;
    const passed = last ? report.at - last.at : 0;
    const isSame = last !== null && last.reason === report.reason && placeIn(last) === placeIn(report);
    if (isSame && passed >= 0 && passed < CRASH_REPEAT_MS * 1000) {
      this.untold++;
      return null;
    }
    this.last = report;
    this.untold = 0;
    if (!isSame || untold === 0) return report;
    return { ...report, reason: `${beginningOf(report.reason, CRASH_REASON_CHARACTERS_MAX - 40)} (and ${untold} times before)` };
  }
}
